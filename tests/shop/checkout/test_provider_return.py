"""Cases 1 to 8, 15, 19 and 20 of the payment rules, and 60 of the festival rules, as pages."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client

from shop.catalogue.stock.models import Pool
from shop.money.payments.models import Operation, Payment
from shop.money.payments.sweep import expire_overdue
from shop.orders.cart.models import CartLine
from shop.orders.models import Order
from tests import make
from tests.make import NOON
from tests.paying import assert_books_agree, deliver
from tests.shop.checkout.steps import (
    give_address,
    go_to_payment,
    link,
    offered,
    press_pay,
    way_back,
)
from tests.shop.orders.cart.carts import fill, words

pytestmark = pytest.mark.django_db
with_threads = pytest.mark.django_db(transaction=True)
HELD = "Your price is held until 15:30 (East Africa Time), even after the festival ends."


def test_case_1_three_stores_are_paid_at_once_and_the_page_says_what_comes_from_where(
    browser, till
):
    stores = [make.merchant(name=name) for name in ("Adire", "Yirga", "Gonja")]
    wanted = {
        make.variant(price, of=make.product(of=store, title=f"From {store.name}")): 1
        for store, price in zip(stores, (20_00, 31_00, 7_50), strict=True)
    }
    payment = go_to_payment(browser, wanted)

    till.pay(payment.session_id)
    answer = browser.get(way_back(payment))

    text = words(answer)
    order = Order.objects.get()
    assert "Order confirmed" in answer.text
    assert "Thank you, Lin Yue" in text
    assert f"Your order {order.number} is paid. A receipt is on its way to lin@example.org." in text
    assert "3 stores are packing for you." in text
    assert "between 18 and 26 May." in text
    for store in stores:
        assert f"{store.name} 1 × From {store.name}. Arrives 18 to 26 May" in text
    assert "3 items from 3 stores $58.50" in text
    assert "Delivery to China, 3 parcels $15.00" in text
    assert "Total $73.50" in text
    assert not CartLine.objects.exists()
    assert_books_agree()


@with_threads
def test_case_2_a_double_click_makes_one_order_and_one_session(till):
    browser = Client(headers={"Sec-Fetch-Site": "same-origin"})
    fill(browser, {make.variant(on_hand=5): 1})
    give_address(browser)
    posted = offered(browser) | {"pay": "1"}
    gate, answers = Barrier(2), []

    def click():
        other = Client(headers={"Sec-Fetch-Site": "same-origin"})
        other.cookies = browser.cookies.copy()
        gate.wait()
        answers.append(other.post("/checkout/delivery/", posted))
        connection.close()

    clicks = [Thread(target=click) for _ in range(2)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()

    payment = Payment.objects.get()
    assert [answer.status_code for answer in answers] == [303, 303]
    assert {answer.headers["Location"] for answer in answers} == {payment.session_url}
    assert Order.objects.count() == 1
    assert Pool.objects.get().held == 1


def test_case_2_two_tabs_get_the_same_payment_page(browser, till):
    fill(browser, {make.variant(): 1})
    give_address(browser)
    posted = offered(browser) | {"pay": "1"}

    first, second = (browser.post("/checkout/delivery/", posted) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert Payment.objects.count() == 1


def test_case_3_back_then_changed_then_paid_again_closes_the_first_session(browser, till):
    kettle = make.variant(on_hand=3)
    first = go_to_payment(browser, {kettle: 3})
    browser.post(f"/cart/lines/{kettle.pk}/", {"quantity": "2"})

    page = browser.get("/checkout/delivery/")
    press_pay(browser)

    text = words(page)
    assert "You have another payment open. Starting a new one closes it." in text
    assert "Pay $45.00" in text
    second = Payment.objects.latest("pk")
    first.refresh_from_db()
    assert (first.state, second.state, second.amount) == ("superseded", "open", 45_00)
    assert [o.state for o in Order.objects.order_by("pk")] == ["expired", "pending"]
    assert Pool.objects.get().held == 2
    assert_books_agree()


def test_case_4_an_old_tab_that_paid_first_is_applied_and_no_second_session_is_made(browser, till):
    kettle, lamp = make.variant(), make.variant()
    first = go_to_payment(browser, {kettle: 1})
    fill(browser, {lamp: 1})
    till.pay(first.session_id)

    answer = press_pay(browser)

    assert answer.headers["Location"] == link(Order.objects.get(), "paid/")
    assert "Thank you, Lin Yue" in words(browser.get(answer.headers["Location"]))
    assert Payment.objects.count() == 1
    assert CartLine.objects.get().variant == lamp


def test_case_5_a_second_payment_goes_back_and_the_page_shows_one_order(browser, till):
    first = go_to_payment(browser, {make.variant(): 1})
    # As if the page had been taken for closed, and was not.
    Payment.objects.update(state="superseded", session_url="")
    press_pay(browser)
    second = Payment.objects.latest("pk")
    for payment in (first, second):
        till.pay(payment.session_id)

    answers = [browser.get(way_back(payment)) for payment in (second, first)]
    deliver(till)

    assert all("Thank you, Lin Yue" in words(answer) for answer in answers)
    assert Order.objects.get() == first.order
    refund = Operation.objects.get()
    assert (refund.payment, refund.amount, refund.cause) == (first, 25_00, "surplus")


def test_case_6_a_session_that_ran_out_says_that_nothing_was_charged(browser, till, clock_at):
    payment = go_to_payment(browser, {make.variant(): 1})
    clock_at(NOON + timedelta(minutes=37))
    till.advance(37 * 60)

    answer = browser.get(way_back(payment))

    text = words(answer)
    assert "Payment expired" in text
    assert "The time to pay has run out. Nothing was charged and your cart is still here." in text
    assert "Pay again" in text
    assert "failed" not in text.lower()
    assert Order.objects.get().state == "expired"
    assert CartLine.objects.exists()


def test_case_7_a_declined_card_leaves_no_trace_and_the_next_try_pays(browser, till):
    payment = go_to_payment(browser, {make.variant(): 1})
    till.decline(payment.session_id)
    between = browser.get(way_back(payment))

    till.pay(payment.session_id)
    after = browser.get(way_back(payment))

    assert "This order is not paid. Nothing was charged." in words(between)
    assert "Thank you" in words(after)
    assert Payment.objects.get().state == "paid"


def test_case_8_whoever_stops_can_pay_again_at_the_held_price(browser, till):
    payment = go_to_payment(browser, {make.variant(): 1})

    answer = browser.get(way_back(payment, "cancel_url"))

    text = words(answer)
    assert "You stopped the payment. Nothing was charged and your cart is still here." in text
    assert HELD in text
    assert f'href="{payment.session_url}"' in answer.text
    assert Order.objects.get().is_pending
    assert Pool.objects.get().held == 1


def test_whoever_paid_and_pressed_back_sees_the_confirmation(browser, till):
    payment = go_to_payment(browser, {make.variant(): 1})
    till.pay(payment.session_id)

    answer = browser.get(way_back(payment, "cancel_url"))

    assert "Thank you, Lin Yue" in words(answer)


def test_case_19_the_success_page_without_a_payment_changes_and_shows_nothing(browser, till):
    payment = go_to_payment(browser, {make.variant(): 1})

    answer = browser.get(way_back(payment))

    assert "This order is not paid. Nothing was charged." in words(answer)
    assert "Thank you" not in words(answer)
    payment.refresh_from_db()
    assert (payment.state, payment.order.state) == ("open", "pending")


@pytest.mark.parametrize("session", ["", "cs_test_nothing", "x" * 5000, "%00", "'; --", "é"])
def test_case_19_a_made_up_session_changes_and_shows_nothing(browser, till, session):
    payment = go_to_payment(browser, {make.variant(): 1})

    answer = browser.get(link(payment.order, "paid/") + f"?s={session}")

    assert answer.status_code == 200
    assert "This order is not paid. Nothing was charged." in words(answer)
    payment.refresh_from_db()
    assert payment.state == "open"


def test_case_19_another_buyers_session_changes_and_shows_nothing(browser, till):
    stranger = Client(headers={"Sec-Fetch-Site": "same-origin"})
    theirs = go_to_payment(
        stranger, {make.variant(): 1}, email="other@example.org", name="Ama Mensah"
    )
    till.pay(theirs.session_id)
    mine = go_to_payment(browser, {make.variant(): 1})

    answer = browser.get(link(mine.order, "paid/") + f"?s={theirs.session_id}")

    text = words(answer)
    assert "This order is not paid." in text
    assert "Ama" not in text
    assert theirs.order.number not in text
    theirs.refresh_from_db()
    assert theirs.state == "open"


def test_case_20_a_timeout_while_the_session_is_made_is_tried_again_with_the_same_one(
    browser, till
):
    fill(browser, {make.variant(): 1})
    give_address(browser)
    till.fail_next(500, 500, on="POST /v1/checkout/sessions")

    refused, again = press_pay(browser), press_pay(browser)

    assert (refused.status_code, again.status_code) == (409, 303)
    payment = Payment.objects.get()
    assert again.headers["Location"] == payment.session_url
    assert Order.objects.count() == 1


def test_case_60_returning_from_an_expired_session_says_not_paid(browser, till, clock_at):
    payment = go_to_payment(browser, {make.variant(): 1})
    clock_at(NOON + timedelta(minutes=31))
    expire_overdue(at=NOON + timedelta(minutes=31))

    answer = browser.get(way_back(payment))

    text = words(answer)
    assert "Nothing was charged and your cart is still here." in text
    assert "Pay again" in text
    assert Pool.objects.get().held == 0
    assert browser.get("/cart/").status_code == 200
    assert CartLine.objects.exists()
