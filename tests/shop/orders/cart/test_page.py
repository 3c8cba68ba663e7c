from datetime import timedelta

import pytest

from shop.catalogue.stock.models import Pool
from shop.orders.cart.models import CartLine
from tests import make
from tests.budgets import statements
from tests.make import END, NOON, START
from tests.shop.orders.cart.carts import fill, words

pytestmark = pytest.mark.django_db


def test_an_empty_cart_says_so_and_leads_to_the_festival(browser):
    answer = browser.get("/cart/")

    assert answer.status_code == 200
    assert "Your cart is empty" in answer.text
    assert 'href="/"' in answer.text
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_cart_of_two_stores_costs_six_statements_at_the_most(browser):
    kettles = [make.variant(price) for price in (20_00, 31_00)]
    make.deal(kettles[0], during=make.festival(), price=15_00, allotment=9)
    fill(browser, dict.fromkeys(kettles, 2))

    with statements(most=6):
        answer = browser.get("/cart/")

    assert "4 items from 2 stores. One payment, 2 parcels." in words(answer)


def test_more_lines_cost_no_more_statements(browser):
    store = make.merchant()
    kettles = [make.variant(of=make.product(of=store)) for _ in range(12)]
    fill(browser, dict.fromkeys(kettles, 1))

    with statements(most=6):
        browser.get("/cart/")


def test_lines_stand_in_the_block_of_their_store_with_its_cloth(browser):
    adire = make.merchant(name="Adire House", city="Lagos", country="NG", cloth="/media/adire.svg")
    yirga = make.merchant(name="Yirga Heights", city="Addis Ababa", country="ET")
    throw = make.variant(48_00, of=make.product(of=adire, title="Adire throw"))
    coffee = make.variant(11_90, of=make.product(of=yirga, title="Washed coffee"))
    fill(browser, {throw: 1, coffee: 3})

    answer = browser.get("/cart/")

    text = words(answer)
    first, second = text.index("Adire House"), text.index("Yirga Heights")
    assert first < text.index("Adire throw") < second < text.index("Washed coffee")
    assert "Sends from Lagos, Nigeria" in text
    assert '<img src="/media/adire.svg"' in answer.text
    assert "$35.70 $11.90 each" in text


def test_units_beyond_the_allotment_are_explained_in_parts(browser):
    kettle = make.variant(20_00)
    make.deal(kettle, during=make.festival(), price=15_00, allotment=3)
    fill(browser, {kettle: 5})

    text = words(browser.get("/cart/"))

    assert "3 at $15.00, 2 at $20.00" in text
    assert "Only 3 were left at the festival price. The rest is at the regular price." in text
    assert "$85.00" in text
    assert "Lowest in 30 days" not in text


def test_the_only_price_struck_through_is_the_lowest_of_the_30_days_before(browser):
    kettle = make.variant(24_00)
    make.reprice(kettle, 20_00, at=START - timedelta(days=20))
    make.reprice(kettle, 26_00, at=START - timedelta(days=2))
    make.deal(kettle, during=make.festival(), price=15_00, allotment=9)
    fill(browser, {kettle: 2})

    answer = browser.get("/cart/")

    assert "Festival price $30.00" in words(answer)
    assert '<del aria-hidden="true">$40.00</del>' in answer.text
    assert "$15.00 each" in answer.text
    assert "Lowest in 30 days: $20.00" in answer.text
    assert answer.text.count("<del") == 1
    assert "26.00" not in answer.text
    assert "You save $10.00, vouchers included." in answer.text


def test_a_guest_hears_that_a_limited_price_needs_an_account(browser):
    kettle = make.variant(20_00)
    make.deal(kettle, during=make.festival(), price=15_00, allotment=9, per_shopper=2)
    fill(browser, {kettle: 1})

    answer = browser.get("/cart/")

    assert (
        "$15.00 each. Sign in to buy at this price. It is limited to 2 units per account."
        in words(answer)
    )
    assert 'href="/account/login/?next=/cart/"' in answer.text


def test_an_unverified_account_is_asked_to_confirm_its_address(browser):
    kettle = make.variant(20_00)
    make.deal(kettle, during=make.festival(), price=15_00, allotment=9, per_shopper=2)
    browser.force_login(make.user(is_verified=False))
    fill(browser, {kettle: 1})

    text = words(browser.get("/cart/"))

    assert "Vouchers and limited deals need a confirmed email address." in text


def test_a_verified_shopper_sees_the_limit_and_what_lies_beyond_it(browser):
    kettle = make.variant(20_00)
    make.deal(kettle, during=make.festival(), price=15_00, allotment=9, per_shopper=2)
    browser.force_login(make.user())
    fill(browser, {kettle: 3})

    text = words(browser.get("/cart/"))

    assert "Limit 2 per shopper" in text
    assert "9 left at this price" in text
    assert "2 at $15.00, 1 at $20.00" in text
    assert "You can buy 2 of these at the festival price." in text


def test_a_price_that_changed_is_told_once_with_its_reason(browser, clock_at):
    kettle = make.variant(20_00, of=make.product(title="Kettle"))
    make.deal(kettle, during=make.festival(), price=15_00, allotment=9)
    fill(browser, {kettle: 1})
    clock_at(END + timedelta(seconds=1))

    first, second = (words(browser.get("/cart/")) for _ in range(2))

    told = "Kettle: was $15.00, now $20.00. The festival has ended."
    assert told in first
    assert told not in second
    assert CartLine.objects.get().seen_price == 20_00


def test_a_flash_deal_that_is_over_and_a_store_that_raised_its_price_are_told_apart(
    browser, clock_at
):
    festival = make.festival()
    flash = make.slot(festival, starts_at=START, ends_at=NOON + timedelta(hours=1))
    lamp, mug = (make.variant(20_00, of=make.product(title=title)) for title in ("Lamp", "Mug"))
    make.deal(lamp, during=flash, price=12_00, allotment=9)
    fill(browser, {lamp: 1, mug: 1})
    make.reprice(mug, 22_00, at=NOON + timedelta(minutes=5))
    clock_at(NOON + timedelta(hours=2))

    text = words(browser.get("/cart/"))

    assert "Lamp: was $12.00, now $20.00. The flash deal is over." in text
    assert "Mug: was $20.00, now $22.00. The store changed its price." in text


def test_missing_units_are_named_and_one_click_sets_what_is_left(browser):
    kettle = make.variant(20_00, on_hand=5, of=make.product(title="Kettle"))
    fill(browser, {kettle: 5})
    Pool.objects.update(on_hand=2)

    answer = browser.get("/cart/")

    assert "Only 2 of Kettle are left." in words(answer)
    assert '<button class="btn quiet small" name="quantity" value="2">Set to 2' in answer.text
    browser.post(f"/cart/lines/{kettle.pk}/", {"quantity": "2"})
    assert "are left" not in words(browser.get("/cart/"))
    assert CartLine.objects.get().quantity == 2


def test_what_is_sold_out_or_withdrawn_says_so_and_offers_no_other_number(browser):
    kettle, lamp = (make.variant(of=make.product(title=title)) for title in ("Kettle", "Lamp"))
    fill(browser, {kettle: 1, lamp: 1})
    Pool.objects.filter(pk=kettle.pool_id).update(on_hand=0)
    lamp.product.state = "withdrawn"
    lamp.product.save()

    answer = browser.get("/cart/")

    assert "Kettle is sold out." in words(answer)
    assert "This product is no longer on sale." in words(answer)
    assert "Set to" not in answer.text


def test_the_parcel_says_when_it_arrives_and_what_it_costs(browser):
    fill(browser, {make.variant(): 1})

    text = words(browser.get("/cart/"))

    # Wednesday 12 May, packed in 1 to 3 working days, 5 to 9 days on the way.
    assert "Arrives 18 to 26 May $5.00" in text
    assert "Delivery to China, 1 parcel $5.00" in text
    assert "Total $25.00" in text
    assert "Duties are not included. You may have to pay them on delivery." in text


def test_the_cart_says_that_it_reserves_nothing(browser):
    fill(browser, {make.variant(): 1})

    assert "Nothing is reserved before you pay." in words(browser.get("/cart/"))
    assert Pool.objects.get().held == 0


def test_the_total_is_shown_in_the_shoppers_currency_as_an_approximation(browser):
    fill(browser, {make.variant(): 1})
    browser.cookies["currency"] = "EUR"

    text = words(browser.get("/cart/"))

    assert "in your currency. You pay $25.00." in text
    assert "About €" in text


def test_a_country_that_is_not_served_is_said_with_a_way_out(browser):
    fill(browser, {make.variant(): 1})

    answer = browser.post("/cart/country/", {"country": "FR"}, follow=True)

    text = words(answer)
    assert "We cannot send goods to France at present. Choose another country." in text
    assert "Change country" in text
    assert "Check out" not in text
    assert answer.client.cookies["country"].value == "FR"


def test_the_country_chosen_on_another_page_counts_for_the_cart(browser):
    fill(browser, {make.variant(): 1})
    browser.cookies["country"] = "FR"

    assert "France" in words(browser.get("/cart/"))


@pytest.mark.parametrize("country", ["", "XX", "EU", "fr", "F" * 500])
def test_a_country_that_does_not_exist_changes_nothing(browser, country):
    fill(browser, {make.variant(): 1})

    answer = browser.post("/cart/country/", {"country": country})

    assert answer.status_code == 422
    assert "Delivery to China" in words(answer)


@pytest.mark.parametrize(("path", "direction"), [("/fr/cart/", "ltr"), ("/ar/cart/", "rtl")])
def test_the_page_speaks_the_language_of_its_address(browser, path, direction):
    fill(browser, {make.variant(): 1})

    answer = browser.get(path)

    assert f'dir="{direction}"' in answer.text
    assert "Order total" not in answer.text
