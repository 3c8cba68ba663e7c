"""Case 39 and the other promises, tried on random carts and histories of prices.

The same laws run for long in tests/fuzz.
"""

import pytest

from tests.shop.festivals.pricing import cart_laws, history_laws
from tests.shop.festivals.pricing.cart_laws import check_carts
from tests.shop.festivals.pricing.history_laws import check_histories

CARTS = range(2_000)


def test_case_39_a_voucher_never_makes_a_cart_dearer_and_parts_sum_exactly():
    check_carts(CARTS, cart_laws.a_voucher_never_makes_a_cart_dearer, cart_laws.parts_sum_exactly)


def test_a_voucher_that_is_split_unluckily_never_makes_a_cart_dearer():
    cart_laws.unlucky_splits_never_make_a_cart_dearer(CARTS)


@pytest.mark.parametrize("law", cart_laws.LAWS[2:], ids=lambda law: law.__name__)
def test_it_holds_for_every_cart(law):
    check_carts(CARTS, law)


@pytest.mark.parametrize("law", history_laws.LAWS, ids=lambda law: law.__name__)
def test_it_holds_for_every_history_of_prices(law):
    check_histories(range(200), law)
