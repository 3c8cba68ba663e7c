"""A price that is far from what is usual is asked back; nothing else is."""

import pytest

from shop.catalogue.models import Category
from shop.storefront.listings.usual_prices import is_odd, odd_prices
from tests import make
from tests.budgets import statements
from tests.make import NOON


@pytest.mark.parametrize(
    ("amount", "is_asked"),
    [(200_00, True), (199_99, False), (2_00, True), (2_01, False), (20_00, False)],
)
def test_ten_times_and_a_tenth_are_far(amount, is_asked):
    assert is_odd(amount, 20_00) is is_asked


@pytest.fixture
def kitchen(db):
    """Sell five things of a kitchen for 20.00 or so."""
    prices = (18_00, 19_00, 20_00, 21_00, 900_00)
    made = [make.variant(price) for price in prices]
    return made[0].product.category


def asked(typed, **facts):
    return odd_prices(typed, at=NOON, **facts)


def test_without_siblings_the_category_says_what_is_usual(kitchen):
    found = asked({1: 12_500_00, 2: 60_00}, category=kitchen)

    assert found == {
        1: "$12,500.00 is 625 times what products in Kitchen usually cost here, $20.00. "
        "Is it in USD?"
    }


def test_siblings_on_sale_say_it_before_the_category(kitchen):
    large = make.variant(300_00)

    found = asked({1: 2_500_00, 2: 25_00}, category=kitchen, product=large.product)

    assert found == {
        2: "$25.00 is a tenth or less of what the other choices of this product usually cost "
        "here, $300.00. Is it in USD?"
    }


def test_what_a_variant_cost_says_nothing_of_its_new_price(kitchen):
    wrong = make.variant(12_500_00)
    right = {wrong.pk: 20_00}

    assert not asked(right, category=kitchen, product=wrong.product, anew=right)
    assert asked({0: 20_00}, category=kitchen, product=wrong.product)


def test_a_slip_among_prices_that_are_typed_together_is_seen(db):
    category = make.product().category

    found = asked({1: 20_00, 2: 22_00, 3: 2_400_00}, category=category)

    assert list(found) == [3]


def test_few_products_of_a_category_ask_the_one_above(kitchen):
    spoons = Category.objects.create(path="home/kitchen/spoons", name="Spoons")
    for _ in range(4):
        make.variant(1_00, of=make.product(category=spoons))

    assert not asked({1: 60_00}, category=spoons)
    make.variant(1_00, of=make.product(category=spoons))
    assert "products in Spoons" in asked({1: 60_00}, category=spoons)[1]


def test_the_first_product_of_an_empty_shop_is_never_asked_about(db):
    category = make.product().category

    assert not asked({1: 999_999_00}, category=category)


def test_asking_takes_two_statements_and_none_where_nothing_is_typed(kitchen):
    product = make.product(category=kitchen)

    with statements(most=2):
        asked({1: 20_00}, category=kitchen, product=product)
    with statements(most=0):
        asked({}, category=kitchen, product=product)
