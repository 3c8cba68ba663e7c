"""A guest becomes an account, and buys what is limited to one for each of them."""

import re
from itertools import count

from shop.orders.cart.models import CartLine
from shop.orders.models import Order
from tests.browsing.steps import (
    NAME,
    PASSWORD,
    go_to_pay,
    pay,
    press_pay,
    put_in_cart,
    sign_in,
    words,
)
from tests.journeys.ways import in_each_browser, journey, on_desk_and_phone
from tests.paying import assert_books_agree

pytestmark = journey
addresses = (f"amina{number}@example.org" for number in count())
LIMIT = "You can buy 1 of these at the festival price. You already have it."


@in_each_browser
def test_a_limited_deal_is_for_confirmed_accounts_and_once_each(stage, market, page):
    put_in_cart(page, market.lamp.product)
    assert "Sign in to buy at this price." in words(page)
    email = sign_up(stage, page)
    assert CartLine.objects.get().cart.user.email == email

    go_to_pay(page, email)
    assert page.get_by_role("button", name="Pay $40.00").is_visible()
    press_pay(page)
    pay(page)
    assert f"Thank you, {NAME}" in words(page)

    put_in_cart(page, market.lamp.product)
    assert LIMIT in words(page)
    assert "$50.00" in words(page)
    assert_books_agree()


@on_desk_and_phone
def test_a_limit_that_was_used_up_in_another_tab_is_told_before_paying(stage, market, page):
    email = sign_up(stage, page)
    put_in_cart(page, market.lamp.product)
    go_to_pay(page, email)
    late = page.context.new_page()
    late.goto("/checkout/delivery/")
    press_pay(page)
    pay(page)
    put_in_cart(page, market.lamp.product)

    late.get_by_role("button", name="Pay $40.00").click()
    late.get_by_text(LIMIT).first.wait_for()

    assert "Before: $40.00. Now: $55.00." in words(late)
    assert Order.objects.get().total == 40_00


@in_each_browser
def test_signing_in_brings_the_cart_of_the_guest_along(stage, market, visitor):
    at_home, at_work = visitor(), visitor()
    email = sign_up(stage, at_home)
    put_in_cart(at_home, market.jar.product)
    put_in_cart(at_work, market.indigo.product, choice="Saffron")

    sign_in(at_work, email)
    at_work.goto("/cart/")

    assert "Zellige jar" in words(at_work)
    assert "Adire shawl" in words(at_work)
    at_work.goto("/account/")
    assert "You have no orders yet" in words(at_work)


def sign_up(stage, page):
    """Make an account and confirm its address, of which each sign-up has another: return it."""
    email = next(addresses)
    page.goto("/account/signup/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url(lambda url: "/signup/" not in url)
    stage.work()
    page.goto(re.search(r"http\S+/confirm-email/\S+", stage.letters(email)[0].text)[0])
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url(lambda url: "/confirm-email/" not in url)
    return email
