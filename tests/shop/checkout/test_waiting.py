"""What the return page says while the money is on its way, and what it gives away."""

from datetime import timedelta

import pytest

from shop.catalogue.stock.models import Pool
from shop.money.payments.models import Payment
from shop.money.payments.operations import run_operations
from shop.orders.models import Order
from tests import make
from tests.emptying import in_any_step
from tests.make import NOON
from tests.shop.checkout.steps import (
    go_to_payment,
    link,
    way_back,
)
from tests.shop.orders.cart.carts import words

pytestmark = pytest.mark.django_db


def test_a_delayed_payment_waits_and_the_page_asks_again(browser, till):
    payment = go_to_payment(browser, {make.variant(): 1})
    till.pay_later(payment.session_id)

    waiting = browser.get(way_back(payment))
    again = browser.get(way_back(payment), headers={"HX-Request": "true"})
    till.settle(payment.session_id)
    settled = browser.get(way_back(payment))

    assert "We are waiting for your bank. You can close this page" in words(waiting)
    assert f'hx-get="{link(payment.order, "paid/")}" hx-trigger="every 10s"' in waiting.text
    assert again.status_code == 204
    assert "Thank you" in words(settled)


def test_a_delayed_payment_that_fails_frees_the_goods_and_says_so(browser, till):
    payment = go_to_payment(browser, {make.variant(): 1})
    till.pay_later(payment.session_id)
    till.settle(payment.session_id, ok=False)

    answer = browser.get(way_back(payment))

    assert "Payment failed" in words(answer)
    assert Pool.objects.get().held == 0


def test_a_silent_provider_is_admitted_and_nothing_is_guessed(browser, till):
    payment = go_to_payment(browser, {make.variant(): 1})
    till.pay(payment.session_id)
    till.fail_next(500)

    silent = browser.get(way_back(payment))
    later = browser.get(way_back(payment))

    text = words(silent)
    assert "The payment provider does not answer at the moment. This page asks again." in text
    assert "Look again" in text
    assert "Thank you, Lin Yue" in words(later)


def test_money_that_came_too_late_is_said_to_be_on_its_way_back(browser, till, clock_at):
    kettle = make.variant(on_hand=1)
    payment = go_to_payment(browser, {kettle: 1})
    Payment.objects.filter(pk=payment.pk).update(state="expired")
    Order.objects.update(state="expired", ended_at=NOON)
    Pool.objects.update(held=0, on_hand=0)
    till.pay(payment.session_id)

    answer = browser.get(way_back(payment))

    assert "were gone. All of it, $25.00, is on its way back to you." in words(answer)
    assert Order.objects.get().state == "expired"
    run_operations(at=NOON + timedelta(minutes=1))
    assert "All of it, $25.00, has been refunded." in words(browser.get(way_back(payment)))


def test_what_a_person_sent_back_is_not_said_to_have_come_too_late(browser, till):
    payment = go_to_payment(browser, {make.variant(): 1})
    with in_any_step(Payment):
        Payment.objects.filter(pk=payment.pk).update(state="refunded")
    Order.objects.update(state="expired", ended_at=NOON)

    text = words(browser.get(link(payment.order, "paid/")))

    assert "Refunded" in text
    assert "came after the time" not in text


def test_the_confirmation_offers_an_account_with_the_address_filled_in(browser, till):
    payment = go_to_payment(browser, {make.variant(): 1})
    till.pay(payment.session_id)

    answer = browser.get(way_back(payment))
    form = browser.get("/account/signup/", {"email": "lin@example.org"})

    assert 'action="/account/signup/"' in answer.text
    assert '<input type="hidden" name="email" value="lin@example.org">' in answer.text
    assert 'value="lin@example.org"' in form.text


def test_the_page_keeps_its_address_to_itself(browser, till):
    payment = go_to_payment(browser, {make.variant(): 1})

    for page in ("", "paid/", "stopped/"):
        answer = browser.get(link(payment.order, page))
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert "no-store" in answer.headers["Cache-Control"]
