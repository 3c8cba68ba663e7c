"""Nobody is told that nothing was charged unless the provider has just said so."""

import pytest

from shop.money.payments.models import Payment
from shop.orders.models import Order
from shop.storefront.cache import catalogue_version
from tests import make
from tests.shop.checkout.steps import give_address, go_to_payment, link, press_pay, way_back
from tests.shop.orders.cart.carts import fill, words

pytestmark = pytest.mark.django_db
CLAIM = "Nothing was charged"


def test_an_order_s_own_page_asks_the_provider_before_it_says_that_nothing_was_charged(
    browser, till
):
    payment = go_to_payment(browser, {make.variant(): 1})
    open_still = words(browser.get(link(payment.order)))
    till.pay(payment.session_id)
    till.fail_next(500, 500, 500, 500)

    unknown = words(browser.get(link(payment.order)))
    till.world.faults.clear()
    known = words(browser.get(link(payment.order)))

    assert "This order is not paid. Nothing was charged." in open_still
    assert "The payment provider does not answer at the moment." in unknown
    assert CLAIM not in unknown
    assert CLAIM not in known
    assert "Payment waiting" not in known
    assert Order.objects.get().is_paid


def test_a_page_that_was_taken_for_closed_is_asked_about(browser, till):
    payment = go_to_payment(browser, {make.variant(): 1})
    Payment.objects.update(state="superseded")
    till.fail_next(500, 500, 500, 500)

    text = words(browser.get(way_back(payment, "cancel_url")))

    assert CLAIM not in text


def test_a_session_that_nobody_knows_of_is_not_said_to_be_unpaid(browser, till):
    fill(browser, {make.variant(): 1})
    give_address(browser)
    till.fail_next(500, 500, 500, 500, on="POST /v1/checkout/sessions")
    refused = press_pay(browser)

    page = browser.get(link(Order.objects.get()))

    assert refused.status_code == 409
    assert CLAIM not in words(refused)
    assert "This order is not paid." in words(page)
    assert CLAIM not in words(page)


def test_a_refusal_while_a_bank_is_at_work_says_nothing_of_charges(browser, till):
    payment = go_to_payment(browser, {make.variant(): 1})
    till.pay_later(payment.session_id)
    fill(browser, {make.variant(): 1})  # another cart: the open page has to be closed first

    refused = press_pay(browser)

    assert refused.status_code == 409
    assert "We are waiting for your bank." in words(refused)
    assert CLAIM not in words(refused)


def test_a_guest_who_wants_too_much_is_told_before_the_button_and_can_sign_in(
    browser, till, settings
):
    settings.GUEST_UNITS = 20
    catalogue_version.forget()
    fill(browser, {make.variant(): 25})
    give_address(browser)

    page = browser.get("/checkout/delivery/")
    pressed = press_pay(browser)

    assert "Until it is paid, an order can hold 20 items. Order fewer now" in words(page)
    assert 'href="/account/login/?next=/checkout/delivery/"' in page.text
    assert 'name="pay"' not in page.text
    assert pressed.status_code == 409
    assert CLAIM in words(pressed)
    assert words(pressed).count("Until it is paid") == 2  # the title of the page and the alert
    assert not Order.objects.exists()
