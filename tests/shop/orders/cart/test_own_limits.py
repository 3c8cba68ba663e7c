"""What one shopper may still buy is told to that shopper alone; shared pages say the limit."""

import pytest
from django.test import Client

from tests import make
from tests.budgets import statements
from tests.buying import pay
from tests.make import NOON
from tests.shop.orders.cart.carts import fill, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("compared")]


@pytest.fixture
def deal(clock_at):
    clock_at(NOON)
    return make.deal(make.variant(20_00), during=make.festival(), price=15_00, allotment=9,
                     per_shopper=2)  # fmt: skip


def own(deal, account=None):
    browser = Client()
    if account:
        browser.force_login(account)
    return browser.get(f"/cart/limit/{deal.variant.product_id}/")


def buy(deal, account, units):
    who = make.cart({deal.variant: units}, of=make.shopper(account))
    pay(make.order({}, of=who))


def test_the_page_of_a_product_says_the_limit_and_nothing_personal(deal):
    ada = make.user()
    buy(deal, ada, 1)
    guest, signed_in = Client(), Client()
    signed_in.force_login(ada)
    address = f"/products/{deal.variant.product.slug}/"

    page = signed_in.get(address)

    assert "Limit 2 per shopper" in words(page)
    assert f'<own-part src="/cart/limit/{deal.variant.product_id}/">' in page.text
    assert "Sign in to buy at this price." in words(page)
    assert page.content == guest.get(address).content


def test_a_shopper_learns_how_many_are_left_for_them(deal):
    ada = make.user()
    said = [words(own(deal, ada))]
    for _ in range(2):
        buy(deal, ada, 1)
        said.append(words(own(deal, ada)))

    assert "You can buy 2 more at this price" in said[0]
    assert "You can buy 1 more at this price (limit 2 per shopper)." in said[1]
    assert "You have had the 2 units that one shopper can buy" in said[2]
    assert "You can buy 2 more" in words(own(deal, make.user()))


def test_a_guest_gets_no_answer_and_an_unproved_address_is_led_to_prove_it(deal):
    assert own(deal).status_code == 204
    answer = own(deal, make.user(is_verified=False))
    assert 'href="/account/email/"' in answer.text
    assert own(deal, make.user()).headers["Cache-Control"].endswith("private")


def test_what_has_no_limit_has_no_answer(clock_at):
    clock_at(NOON)
    free = make.deal(make.variant(20_00), during=make.festival(), price=15_00)

    assert own(free, make.user()).status_code == 204


def test_the_variants_are_told_apart_once_one_of_them_was_bought(clock_at):
    clock_at(NOON)
    product, festival = make.product(option_names=["Size"]), make.festival()
    small, large = (make.variant(of=product, options=[size]) for size in ("S", "L"))
    deals = [make.deal(small, during=festival, price=9_00, per_shopper=3)]
    deals.append(_second(deals[0], large))
    ada = make.user()
    assert words(own(deals[0], ada)).count("You can buy") == 1

    buy(deals[0], ada, 1)

    text = words(own(deals[0], ada))
    assert "S: You can buy 2 more" in text
    assert "L: You can buy 3 more" in text


def _second(deal, variant):
    facts = {name: getattr(deal, name) for name in
             ("nomination", "slot", "kind", "value", "per_shopper", "effective_from",
              "effective_to")}  # fmt: skip
    return type(deal).objects.create(variant=variant, **facts)


def test_the_cart_says_what_is_left_for_this_shopper_and_what_the_rest_costs(deal):
    ada, browser = make.user(), Client(headers={"Sec-Fetch-Site": "same-origin"})
    buy(deal, ada, 1)
    browser.force_login(ada)
    fill(browser, {deal.variant: 3})

    text = words(browser.get("/cart/"))

    assert "Limit 2 per shopper" in text
    assert "1 left for you" in text
    assert "1 at $15.00, 2 at $20.00" in text
    assert "You can buy 2 of these at the festival price. You already have them." in text


def test_it_costs_few_statements(deal):
    ada, browser = make.user(), Client()
    browser.force_login(ada)

    with statements(most=4):
        browser.get(f"/cart/limit/{deal.variant.product_id}/")
