from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.core.money import Money, divide, share, split

amounts = st.integers(min_value=-(10**12), max_value=10**12)
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any)
rates = st.integers(0, 10_000)


def half_away_from_zero(exact: Fraction) -> int:
    size = floor(abs(exact) + Fraction(1, 2))
    return size if exact >= 0 else -size


@given(amounts, weights)
def test_a_split_loses_no_unit_and_is_fair_to_one_unit(amount, weights):
    parts = split(amount, weights)

    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        exact = Fraction(amount * weight, sum(weights))
        assert abs(part - exact) < 1


@given(amounts, weights)
def test_a_split_rounds_the_largest_remainders_up_and_mirrors_a_negative_amount(amount, weights):
    parts = split(amount, weights)

    remainders = [abs(Fraction(amount * w, sum(weights))) % 1 for w in weights]
    raised = [
        i for i, part in enumerate(parts) if abs(part) * sum(weights) > abs(amount) * weights[i]
    ]
    kept = [i for i in range(len(weights)) if i not in raised]
    assert all((-remainders[i], i) < (-remainders[k], k) for i in raised for k in kept)
    assert split(-amount, weights) == [-part for part in parts]


@given(st.integers(0, 10**9), weights)
def test_a_part_is_never_more_than_its_weight_when_the_weights_cover_the_amount(amount, weights):
    amount %= sum(weights) + 1

    assert all(part <= w for part, w in zip(split(amount, weights), weights, strict=True))


@given(amounts, rates)
def test_a_refund_gives_back_exactly_the_commission_taken(amount, rate):
    assert share(amount, rate) + share(-amount, rate) == 0


@given(amounts, rates)
def test_a_share_is_the_exact_share_rounded_half_away_from_zero(amount, rate):
    assert share(amount, rate) == half_away_from_zero(Fraction(amount * rate, 10_000))


@given(st.integers(0, 10**12), rates)
def test_a_share_and_its_rest_lie_between_nothing_and_the_amount(amount, rate):
    assert 0 <= share(amount, rate) <= amount


@given(amounts, st.integers(1, 10**6))
def test_division_is_exact_division_rounded_half_away_from_zero(amount, by):
    assert divide(amount, by) == half_away_from_zero(Fraction(amount, by))


@pytest.mark.parametrize(
    ("amount", "by", "rounded"),
    [(5, 10, 1), (-5, 10, -1), (4, 10, 0), (-4, 10, 0), (15, 10, 2), (25, 10, 3), (0, 7, 0)],
)
def test_halves_go_away_from_zero(amount, by, rounded):
    assert divide(amount, by) == rounded


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (10_00, [33_33, 33_33, 33_34], [3_33, 3_33, 3_34]),
        (150_00, [1_000_00, 400_00], [107_14, 42_86]),
        (2, [0, 1, 0], [0, 2, 0]),
        (0, [0, 0], [0, 0]),
        (0, [], []),
    ],
)
def test_a_split_in_numbers(amount, weights, parts):
    assert split(amount, weights) == parts


def test_an_amount_needs_a_weight_to_carry_it():
    with pytest.raises(ValueError, match="nothing to split over"):
        split(1, [0, 0])
    with pytest.raises(ValueError, match="may not be negative"):
        split(1, [2, -1])


def test_the_same_number_in_another_currency_is_other_money():
    assert Money(40_00, "USD") == Money(40_00, "USD") != Money(40_00, "EUR")


def test_ten_percent_of_40_dollars_are_4_dollars():
    assert share(40_00, 1_000) == 4_00
