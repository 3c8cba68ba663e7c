"""The laws of money, with the many examples of the profile ``fuzz``."""

import pytest

from tests.shop.core import test_money

LAWS = [
    test_money.test_a_split_loses_no_unit_and_is_fair_to_one_unit,
    test_money.test_a_split_rounds_the_largest_remainders_up_and_mirrors_a_negative_amount,
    test_money.test_a_part_is_never_more_than_its_weight_when_the_weights_cover_the_amount,
    test_money.test_a_refund_gives_back_exactly_the_commission_taken,
    test_money.test_a_share_is_the_exact_share_rounded_half_away_from_zero,
    test_money.test_division_is_exact_division_rounded_half_away_from_zero,
]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_a_law_of_money_holds_for_long(law):
    law()
