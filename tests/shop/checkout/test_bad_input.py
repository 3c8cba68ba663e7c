"""Whatever is posted, the answer is a page that says what is wrong, and nothing is half done."""

from datetime import timedelta

import pytest
from django.test import Client

from shop.catalogue.models import Variant
from shop.orders.cart.models import Cart, CartLine
from shop.orders.models import Order
from shop.people.merchants.models import Merchant
from tests import make
from tests.make import NOON
from tests.shop.checkout.rows import everything
from tests.shop.checkout.steps import (
    ADDRESS,
    give_address,
    go_to_payment,
    link,
    press_pay,
)
from tests.shop.orders.cart.carts import fill, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("till")]
NASTY = ["", "-1", "9" * 40, "\0", "é" * 300, "٣", "<script>", "all"]
FIELDS = {
    "/cart/add/": ["variant", "quantity"],
    "/cart/lines/1/": ["quantity", "less", "remove"],
    "/cart/voucher/": ["code", "remove"],
    "/cart/country/": ["country"],
    "/checkout/": [*ADDRESS, "update"],
    "/checkout/delivery/": ["total", "digest", "shown", "service-1", "pay"],
}
WRONG_QUANTITIES = ["0", "-1", str(10**9), "x", "1.5", "", "1e3", "+1", "0x2", "\0"]
NOT_ON_SALE = "This product is no longer on sale."


@pytest.mark.parametrize("address", FIELDS)
def test_no_value_of_any_field_breaks_a_page(browser, address):
    kettle = make.variant()
    fill(browser, {kettle: 1})
    give_address(browser)

    for field in FIELDS[address]:
        for value in NASTY:
            posted = (ADDRESS if address == "/checkout/" else {"pay": "1"}) | {field: value}
            assert browser.post(address, posted).status_code < 500

    assert not Order.objects.exists()
    assert CartLine.objects.get().quantity == 1


@pytest.mark.parametrize("page", ["/account/?before=", "/cart/?x=", "/checkout/?x="])
def test_no_query_breaks_a_page(browser, page):
    browser.force_login(make.user())
    fill(browser, {make.variant(): 1})

    assert {browser.get(page + value).status_code for value in NASTY} == {200}


def test_no_cookie_breaks_a_page(browser):
    fill(browser, {make.variant(): 1})
    give_address(browser)
    order = make.order({make.variant(): 1})

    for value in (value for value in NASTY if value.isascii() and value.isprintable()):
        for cookie in ("cart", "country", "currency", "sessionid", "messages"):
            browser.cookies[cookie] = value
            for page in ("/cart/", "/cart/summary/", link(order)):
                assert browser.get(page).status_code < 500


@pytest.mark.parametrize("posted", [{"quantity": "9"}, {"more": "1", "quantity": "1"},
                                    {"remove": "1"}])  # fmt: skip
def test_the_line_of_another_shopper_stays_as_it_is(unchanged, posted):
    stranger = Client(headers={"Sec-Fetch-Site": "same-origin"})

    answer = stranger.post(f"/cart/lines/{unchanged.pk}/", posted, follow=True)

    assert answer.redirect_chain == [("/cart/", 303)]
    assert "Your cart is empty" in words(answer)


@pytest.mark.parametrize("page", ["", "paid/", "stopped/", "cancel/", "keep/"])
def test_the_token_of_another_order_opens_nothing(browser, page):
    mine = go_to_payment(browser, {make.variant(): 1}).order
    other = make.order({make.variant(): 1}, email="other@example.org")
    browser.force_login(make.user(ADDRESS["email"]))
    before = everything()

    for number, token in ((mine.number, other.token), (other.number, mine.token)):
        address = f"/orders/{number}/{token}/{page}"
        answers = [browser.get(address)]
        if page in ("cancel/", "keep/"):
            answers.append(browser.post(address))
        for answer in answers:
            assert answer.status_code == 404
            assert "This page is not on the map" in words(answer)
            for secret in ("other@example.org", ADDRESS["email"], ADDRESS["line1"], "Payment"):
                assert secret not in words(answer)

    assert everything() == before


def draft():
    return make.variant(of=make.product(state="draft")).pk


def withdrawn():
    return make.variant(of=make.product(state="withdrawn")).pk


def inactive():
    return make.variant(is_active=False).pk


def experience_without_a_date():
    host = make.merchant(kind="experiences")
    return make.variant(of=make.product(of=host, kind="experience")).pk


def unknown():
    return make.variant().pk + 1


@pytest.mark.parametrize(
    "wanted",
    [draft, withdrawn, inactive, experience_without_a_date, unknown,
     lambda: 10**25, lambda: -1, lambda: "x", lambda: ""],
)  # fmt: skip
def test_what_is_not_on_sale_is_not_put_into_a_cart(browser, wanted):
    posted = {"variant": wanted(), "quantity": 1}
    before = everything()

    answer = browser.post("/cart/add/", posted)

    assert answer.status_code == 409
    assert NOT_ON_SALE in words(answer)
    assert everything() == before
    assert not Cart.objects.exists()


@pytest.mark.parametrize("quantity", WRONG_QUANTITIES)
def test_a_wrong_quantity_is_told_and_changes_nothing(browser, unchanged, quantity):
    added = browser.post("/cart/add/", {"variant": unchanged.pk, "quantity": quantity})

    assert added.status_code == 409
    assert "Enter a quantity from 1 to 999" in words(added)


@pytest.mark.parametrize("quantity", [q for q in WRONG_QUANTITIES if q not in ("0", "+1")])
def test_a_wrong_quantity_of_a_line_is_told_and_changes_nothing(browser, unchanged, quantity):
    answer = browser.post(f"/cart/lines/{unchanged.pk}/", {"quantity": quantity})

    assert answer.status_code == 422
    assert "Enter a quantity from 1 to 999" in words(answer)


def sold_out():
    return make.variant(of=make.product(title="Shawl"), on_hand=0)


def too_few():
    return make.variant(of=make.product(title="Shawl"), on_hand=1, units_per_item=2)


@pytest.mark.parametrize("scarce", [sold_out, too_few])
def test_what_is_sold_out_is_said_at_every_step_and_never_charged(browser, till, scarce):
    fill(browser, {make.variant(): 1, scarce(): 1})
    give_address(browser)
    cart = browser.get("/cart/")
    delivery = browser.get("/checkout/delivery/")
    before = everything()

    pressed = press_pay(browser)

    assert "Shawl is sold out." in words(cart)
    assert "Shawl is sold out." in words(delivery)
    assert 'name="pay"' not in delivery.text + pressed.text
    assert pressed.status_code == 409
    assert "Shawl is sold out. Nothing was charged." in words(pressed)
    assert everything() == before
    assert till.events() == []


def test_what_a_store_sells_that_was_suspended_meanwhile_is_not_charged(browser, till):
    shawl = make.variant(of=make.product(title="Shawl"))
    fill(browser, {make.variant(): 1, shawl: 1})
    give_address(browser)
    Merchant.objects.filter(products=shawl.product).update(state="suspended")
    before = everything()

    pressed = press_pay(browser)
    added = browser.post("/cart/add/", {"variant": shawl.pk, "quantity": 1})

    assert pressed.status_code == 409
    assert f"Shawl: {NOT_ON_SALE}" in words(pressed)
    assert added.status_code == 409
    assert everything() == before
    assert till.events() == []


@pytest.mark.parametrize(
    ("starts_in", "closed"),
    [(timedelta(hours=5), NOON - timedelta(seconds=1)), (-timedelta(seconds=1), None)],
    ids=["closed", "begun"],
)
def test_an_experience_that_has_closed_is_not_charged(browser, till, starts_in, closed):
    host = make.merchant(kind="experiences")
    seat = make.variant(of=make.product(of=host, title="Dyeing", kind="experience"),
                        session_start=NOON + timedelta(hours=5),
                        session_zone="Africa/Lagos")  # fmt: skip
    fill(browser, {make.variant(): 1, seat: 1})
    give_address(browser)
    Variant.objects.filter(pk=seat.pk).update(session_start=NOON + starts_in, sales_close=closed)
    cart = browser.get("/cart/")
    before = everything()

    pressed = press_pay(browser)

    assert NOT_ON_SALE in words(cart)
    assert pressed.status_code == 409
    assert f"Dyeing: {NOT_ON_SALE}" in words(pressed)
    assert "Nothing was charged." in words(pressed)
    assert 'name="pay"' not in pressed.text
    assert everything() == before
    assert till.events() == []
