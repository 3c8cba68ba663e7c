"""Decision 53: what a guest chose and holds comes along when the guest signs in."""

import re

import pytest
from django.test import Client

from shop.catalogue.stock.models import Pool
from shop.money.payments.models import Payment
from shop.orders.cart.models import Cart, CartLine
from shop.orders.models import Order
from tests import make
from tests.paying import assert_books_agree
from tests.queue import letters
from tests.shop.checkout.steps import (
    give_address,
    go_to_payment,
    offered,
    press_pay,
    way_back,
)
from tests.shop.orders.cart.carts import fill, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("till")]


def sign_in(browser, account):
    answer = browser.post("/account/login/", {"login": account.email, "password": "baobab-tree"})
    assert answer.status_code == 302, answer.text


def new_browser():
    return Client(headers={"Sec-Fetch-Site": "same-origin"})


def lines_of(account):
    lines = CartLine.objects.filter(cart__user=account)
    return dict(lines.values_list("variant_id", "quantity"))


def states():
    return list(Order.objects.order_by("pk").values_list("state", "shopper_key"))


def test_without_a_cart_signing_in_makes_none(browser):
    sign_in(browser, make.user())

    assert not Cart.objects.exists()


def test_a_guests_cart_becomes_the_accounts(browser):
    account, kettle = make.user(), make.variant()
    fill(browser, {kettle: 2})

    sign_in(browser, account)

    assert lines_of(account) == {kettle.pk: 2}
    assert "2 items" in words(browser.get("/cart/"))


def test_two_carts_are_merged_and_the_larger_wish_counts(browser):
    account = make.user()
    kettle, lamp, mug = (make.variant() for _ in range(3))
    before = new_browser()
    sign_in(before, account)
    fill(before, {kettle: 1, lamp: 5})
    fill(browser, {kettle: 3, lamp: 2, mug: 1})

    sign_in(browser, account)

    assert lines_of(account) == {kettle.pk: 3, lamp.pk: 5, mug.pk: 1}
    assert CartLine.objects.count() == 3


def test_the_address_and_the_vouchers_come_along(browser):
    account, festival = make.user(), make.festival()
    make.promotion(festival, group="voucher", value=1_00, trigger="code", code="ONE")
    fill(browser, {make.variant(): 1})
    give_address(browser)
    browser.post("/cart/voucher/", {"code": "ONE"})

    sign_in(browser, account)

    cart = Cart.objects.get(user=account)
    assert (cart.contact.city, cart.country) == ("Changsha", "CN")
    assert cart.vouchers.get().promotion.code == "ONE"


def test_signing_out_leaves_an_empty_cart_behind(browser):
    account = make.user()
    fill(browser, {make.variant(): 2})
    sign_in(browser, account)

    browser.post("/account/logout/")

    assert "Your cart is empty" in words(browser.get("/cart/"))
    assert Cart.objects.get(user=account).lines.count() == 1


def test_what_a_signed_in_shopper_chose_is_not_there_after_signing_out(browser):
    account = make.user()
    sign_in(browser, account)
    fill(browser, {make.variant(): 2})
    assert "cart" not in browser.cookies

    browser.post("/account/logout/")

    assert "Your cart is empty" in words(browser.get("/cart/"))


def test_a_guests_open_payment_goes_on_as_the_accounts(browser, till):
    account = make.user()
    payment = go_to_payment(browser, {make.variant(on_hand=1): 1})

    sign_in(browser, account)

    assert states() == [("pending", f"u{account.pk}")]
    assert Order.objects.get().user == account
    page = words(browser.get("/checkout/delivery/"))
    assert "Your price is held until 15:30 (East Africa Time)" in page
    assert press_pay(browser).headers["Location"] == payment.session_url
    assert Pool.objects.get().held == 1
    assert_books_agree()


def test_a_payment_that_went_on_is_paid_and_leaves_the_accounts_cart(browser, till):
    account = make.user()
    payment = go_to_payment(browser, {make.variant(): 1})
    sign_in(browser, account)
    till.pay(payment.session_id)

    answer = browser.get(way_back(payment))

    assert "Thank you, Lin Yue" in words(answer)
    assert lines_of(account) == {}
    assert Order.objects.get().number in words(browser.get("/account/"))
    assert_books_agree()


def test_of_two_open_payments_the_guests_is_closed(browser, till):
    account, kettle = make.user(), make.variant(on_hand=2)
    before = new_browser()
    sign_in(before, account)
    own = go_to_payment(before, {kettle: 1})
    guests = go_to_payment(browser, {kettle: 1}, email="guest@example.org")

    sign_in(browser, account)

    own.refresh_from_db()
    guests.refresh_from_db()
    assert (own.state, guests.state) == ("open", "expired")
    assert states()[0] == ("pending", f"u{account.pk}")
    assert states()[1][0] == "expired"
    assert till.events("checkout.session.expired")
    assert Pool.objects.get().held == 1
    assert_books_agree()


def test_an_open_payment_of_the_account_alone_stays(browser, till):
    account, kettle = make.user(), make.variant()
    before = new_browser()
    sign_in(before, account)
    own = go_to_payment(before, {kettle: 1})
    fill(browser, {kettle: 1})

    sign_in(browser, account)

    own.refresh_from_db()
    assert own.state == "open"
    assert press_pay(before).headers["Location"] == own.session_url


def test_a_guests_payment_that_was_paid_meanwhile_is_kept(browser, till):
    account, kettle, lamp = make.user(), make.variant(), make.variant()
    before = new_browser()
    sign_in(before, account)
    go_to_payment(before, {lamp: 1})
    guests = go_to_payment(browser, {kettle: 1}, email="guest@example.org")
    till.pay(guests.session_id)

    sign_in(browser, account)

    guests.refresh_from_db()
    assert (guests.state, guests.order.state) == ("paid", "paid")
    assert lines_of(account) == {lamp.pk: 1}
    assert_books_agree()


def test_a_silent_provider_does_not_keep_anybody_from_signing_in(browser, till):
    account, kettle, lamp = make.user(), make.variant(), make.variant()
    before = new_browser()
    sign_in(before, account)
    go_to_payment(before, {lamp: 1})
    go_to_payment(browser, {kettle: 1}, email="guest@example.org")
    till.fail_next(500, 500)

    sign_in(browser, account)

    assert [state for state, _ in states()] == ["pending", "pending"]
    assert lines_of(account) == {lamp.pk: 1, kettle.pk: 1}
    assert not Cart.objects.filter(user=None).exclude(holdings={}).exists()
    assert press_pay(browser).status_code == 303
    assert_books_agree()


def test_a_guest_s_order_that_could_not_be_stopped_keeps_the_account_from_nothing(browser, till):
    account, kettle, lamp = make.user(), make.variant(), make.variant()
    before = new_browser()
    sign_in(before, account)
    own = go_to_payment(before, {lamp: 1})
    guests = go_to_payment(browser, {kettle: 1}, email="guest@example.org")
    till.pay_later(guests.session_id)
    sign_in(browser, account)
    till.pay(own.session_id)
    browser.get(way_back(own))

    fill(browser, {lamp: 2})
    give_address(browser)

    assert press_pay(browser).status_code == 303
    assert_books_agree()


def test_a_payment_that_went_on_is_replaced_when_the_cart_has_changed(browser, till):
    account, kettle, lamp = make.user(), make.variant(on_hand=1), make.variant()
    before = new_browser()
    sign_in(before, account)
    fill(before, {lamp: 1})
    first = go_to_payment(browser, {kettle: 1})
    sign_in(browser, account)

    answer = press_pay(browser)

    assert answer.status_code == 303
    first.refresh_from_db()
    assert first.state == "superseded"
    assert [state for state, _ in states()] == ["expired", "pending"]
    assert Payment.objects.latest("pk").amount == 50_00
    assert_books_agree()


def test_signing_up_brings_the_cart_along(browser):
    kettle = make.variant()
    fill(browser, {kettle: 2})

    browser.post("/account/signup/", {"email": "new@example.org", "password1": "baobab-tree-9"})
    assert CartLine.objects.get().cart.user is None  # nobody is in before the link was opened
    browser.post(re.search(r"(/account/confirm-email/\S+/)", letters()[-1].body)[1])

    assert Cart.objects.get(user__email="new@example.org").lines.get().quantity == 2


def test_a_verified_account_gets_the_limited_price_after_signing_in(browser, till):
    account, kettle = make.user(), make.variant(20_00)
    make.deal(kettle, during=make.festival(), price=15_00, allotment=9, per_shopper=2)
    first = go_to_payment(browser, {kettle: 1})
    sign_in(browser, account)

    assert int(offered(browser)["total"]) == 20_00
    press_pay(browser)

    first.refresh_from_db()
    assert (first.amount, first.state) == (25_00, "superseded")
    assert Payment.objects.latest("pk").amount == 20_00
