"""Two tabs, the back button, two clicks and old links: each press counts once, or says why not."""

from datetime import timedelta

import pytest
from django.test import Client

from shop.catalogue.stock.models import Pool
from shop.money.payments.models import Payment
from shop.money.payments.sweep import expire_overdue
from shop.orders.cart.models import CartLine
from shop.orders.models import Order
from tests import make
from tests.make import NOON
from tests.paying import assert_books_agree, set_clocks
from tests.shop.checkout.rows import everything
from tests.shop.checkout.steps import (
    ADDRESS,
    buy,
    give_address,
    go_to_payment,
    link,
    offered,
    press_pay,
    way_back,
)
from tests.shop.money.payments.books import charged, sessions
from tests.shop.orders.cart.carts import fill, words
from tools.sandbox.errors import NotPayable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("till")]
TOO_LATE = NOON + timedelta(minutes=32)


def pay_as_offered(browser, offer):
    """Press the button of a delivery page that was opened before."""
    return browser.post("/checkout/delivery/", offer | {"pay": "1"})


def test_a_tab_that_is_older_than_the_cart_is_told_the_new_total(browser, till):
    kettle, cup = make.variant(20_00), make.variant(5_00)
    fill(browser, {kettle: 1})
    give_address(browser)
    old_tab = offered(browser)
    fill(browser, {cup: 1})
    before = everything()

    answer = pay_as_offered(browser, old_tab)

    assert answer.status_code == 409
    assert "Before: $25.00. Now: $35.00." in words(answer)
    assert "Nothing was charged." in words(answer)
    assert everything() == before
    assert sessions(till) == []


def test_other_goods_for_the_same_total_are_asked_about(browser, till):
    store = make.merchant()
    kettle, lamp = (make.variant(20_00, of=make.product(of=store)) for _ in range(2))
    fill(browser, {kettle: 1})
    give_address(browser)
    old_tab = offered(browser)
    browser.post(f"/cart/lines/{kettle.pk}/", {"remove": "1"})
    fill(browser, {lamp: 1})
    assert offered(browser)["total"] == old_tab["total"] == "2500"

    answer = pay_as_offered(browser, old_tab)

    assert answer.status_code == 409
    assert "Nothing was charged." in words(answer)
    assert not Order.objects.exists()
    assert sessions(till) == []


def test_the_button_of_a_page_that_was_paid_leads_nowhere_that_pays(browser, till):
    kettle = make.variant(20_00)
    fill(browser, {kettle: 1})
    give_address(browser)
    old_page = offered(browser)
    pay_as_offered(browser, old_page)
    payment = Payment.objects.get()
    till.pay(payment.session_id)
    browser.get(way_back(payment))
    before = everything()

    again = pay_as_offered(browser, old_page)

    assert (again.status_code, again.headers["Location"]) == (303, "/cart/")
    assert everything() == before
    assert charged(till) == [25_00]
    assert len(sessions(till)) == 1


def test_the_button_pressed_again_leads_to_the_same_payment_page(browser, till):
    fill(browser, {make.variant(20_00): 1})
    give_address(browser)
    old_page = offered(browser)

    answers = [pay_as_offered(browser, old_page) for _ in range(3)]

    assert {answer.headers["Location"] for answer in answers} == {Payment.objects.get().session_url}
    assert Order.objects.count() == len(sessions(till)) == 1
    assert Pool.objects.get().held == 1


@pytest.mark.parametrize(
    ("address", "posted"),
    [
        ("/cart/lines/{}/", {"quantity": "3"}),
        ("/cart/lines/{}/", {"remove": "1"}),
        ("/cart/voucher/", {"code": "SAVE"}),
        ("/cart/voucher/", {"code": "NOTHING"}),
        ("/cart/country/", {"country": "FR"}),
        ("/checkout/", ADDRESS),
        ("/checkout/", ADDRESS | {"city": ""}),
        ("/checkout/delivery/", {"service-1": "parcel"}),
    ],
)
def test_a_second_click_does_nothing_more(browser, address, posted):
    kettle = make.variant(20_00)
    make.promotion(make.festival(), group="voucher", trigger="code", code="SAVE", value=1_00)
    fill(browser, {kettle: 1})
    give_address(browser)
    browser.get("/cart/")
    first = browser.post(address.format(kettle.pk), posted)
    after_one = everything()

    second = browser.post(address.format(kettle.pk), posted)

    assert everything() == after_one
    assert second.status_code == first.status_code
    assert second.headers.get("Location") == first.headers.get("Location")


def test_two_clicks_on_add_are_two_units_as_the_cart_says(browser):
    kettle = make.variant(20_00)
    fill(browser, {kettle: 1})
    fill(browser, {kettle: 1})

    assert CartLine.objects.get().quantity == 2
    assert "2 items from 1 store" in words(browser.get("/cart/"))


def test_two_clicks_on_keep_add_the_order_once(browser, till):
    order = buy(browser, till, {make.variant(): 1})
    owner = make.user(ADDRESS["email"])
    browser.force_login(owner)

    answers = [browser.post(link(order, "keep/")) for _ in range(2)]

    assert answers[0].headers["Location"] == link(order)
    assert answers[1].status_code < 500
    order.refresh_from_db()
    assert order.user == owner
    assert_books_agree()


@pytest.fixture
def expired(browser, till, clock_at):
    """Let the time of an order run out; return its payment."""
    payment = go_to_payment(browser, {make.variant(20_00): 1})
    set_clocks(till, TOO_LATE)
    clock_at(TOO_LATE)
    assert expire_overdue(at=TOO_LATE) == 1
    return payment


@pytest.mark.parametrize("page", ["", "paid/", "stopped/"])
def test_the_links_of_an_expired_order_say_so_and_revive_nothing(browser, till, expired, page):
    before = everything()

    for reader in (browser, Client()):
        answer = reader.get(link(expired.order, page))
        assert answer.status_code == 200
        assert "Nothing was charged and your cart is still here." in words(answer)

    with pytest.raises(NotPayable):
        till.pay(expired.session_id)
    assert everything() == before
    assert before["Pool"][0]["held"] == 0


def test_stopping_an_expired_order_changes_nothing(browser, expired):
    before = everything()

    asked = browser.get(link(expired.order, "cancel/"))
    pressed = browser.post(link(expired.order, "cancel/"))

    assert (asked.status_code, asked.headers["Location"]) == (303, link(expired.order))
    assert (pressed.status_code, pressed.headers["Location"]) == (
        303, link(expired.order, "stopped/"),
    )  # fmt: skip
    assert everything() == before


def test_the_old_payment_button_of_an_expired_order_makes_a_new_one(browser, till, expired):
    answer = press_pay(browser)

    new = Order.objects.latest("pk")
    assert new.pk != expired.order_id
    assert answer.headers["Location"] == Payment.objects.get(order=new).session_url
    assert [session["status"] for session in sessions(till)] == ["expired", "open"]
    assert Pool.objects.get().held == 1
    assert_books_agree()
