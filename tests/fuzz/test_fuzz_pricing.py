"""The laws of pricing on 200,000 random carts, new ones in every run.

A failure names its seed; ``pytest tests/fuzz --randomly-seed=…`` gives the same carts again.
"""

import random

import pytest

from tests.shop.festivals.pricing import cart_laws, history_laws

CARTS_IN_A_BLOCK = 20_000
HISTORIES_IN_A_BLOCK = 2_000
BLOCKS = range(10)


def fresh(count: int) -> range:
    """Return seeds that hardly any run had before."""
    first = random.randrange(10**12)
    return range(first, first + count)


@pytest.mark.parametrize("block", BLOCKS)
def test_case_39_the_laws_hold_for_every_cart(block):
    cart_laws.check_carts(fresh(CARTS_IN_A_BLOCK), *cart_laws.LAWS)


@pytest.mark.parametrize("block", BLOCKS)
def test_no_voucher_that_is_split_unluckily_makes_a_random_cart_dearer(block):
    cart_laws.unlucky_splits_never_make_a_cart_dearer(fresh(CARTS_IN_A_BLOCK))


@pytest.mark.parametrize("block", BLOCKS)
def test_the_laws_hold_for_every_history_of_prices(block):
    history_laws.check_histories(fresh(HISTORIES_IN_A_BLOCK), *history_laws.LAWS)
