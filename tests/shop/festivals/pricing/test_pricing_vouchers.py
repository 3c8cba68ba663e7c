"""Vouchers that a shopper picked: which one is used, and what is said of the others."""

import pytest

from shop.festivals.pricing.weighing import Why
from tests.shop.festivals.pricing.setting import (
    goods,
    item,
    line,
    merchant_voucher,
    percent_voucher,
    priced,
    save,
    voucher,
)

AUTOMATIC = voucher(10_00, id=1, is_picked=False)


def used(found):
    return [benefit.promotion.id for benefit in found.benefits]


def said(found):
    """Return promotion, reason, what is missing and what it would save, of each note."""
    return [(note.promotion.id, note.why, note.missing, note.saves) for note in found.notes]


def test_a_pick_that_saves_as_much_replaces_the_automatic_promotion():
    found = priced(goods(1, 100_00), promotions=(AUTOMATIC, voucher(10_00, id=2)))

    assert used(found) == [2]
    assert said(found) == []


def test_a_pick_that_saves_less_leaves_the_automatic_promotion_and_is_told():
    found = priced(goods(1, 100_00), promotions=(AUTOMATIC, voucher(9_99, id=2)))

    assert (used(found), found.total) == ([1], 90_00)
    assert said(found) == [(2, Why.WORSE, 0, 9_99)]


def test_a_pick_that_cannot_apply_leaves_the_automatic_promotion_and_says_what_is_missing():
    large = voucher(30_00, id=2, min_spend=120_00)

    found = priced(goods(1, 100_00), promotions=(AUTOMATIC, large))

    assert used(found) == [1]
    assert said(found) == [(2, Why.NEEDS_MORE, 20_00, 30_00)]


def test_of_two_automatic_promotions_the_one_that_costs_the_organizer_less_is_used():
    organizers = voucher(10_00, id=1, is_picked=False, organizer_share=100)
    merchants = voucher(10_00, id=2, is_picked=False, organizer_share=40)

    assert used(priced(goods(1, 100_00), promotions=(organizers, merchants))) == [2]


def test_of_two_equal_promotions_the_older_one_is_used():
    younger = voucher(10_00, id=9, is_picked=False)

    assert used(priced(goods(1, 100_00), promotions=(younger, AUTOMATIC))) == [1]


def test_when_a_budget_is_too_short_the_next_best_applies_and_the_shopper_is_told():
    spent = voucher(30_00, id=2, budget_left=29_99)

    found = priced(goods(1, 100_00), promotions=(AUTOMATIC, spent))

    assert (used(found), found.total) == ([1], 90_00)
    assert said(found) == [(2, Why.BUDGET, 0, 30_00)]


def test_when_the_uses_are_gone_the_next_best_applies_and_the_shopper_is_told():
    gone = voucher(30_00, id=2, uses_left=0)

    found = priced(goods(1, 100_00), promotions=(AUTOMATIC, gone))

    assert used(found) == [1]
    assert said(found) == [(2, Why.USED_UP, 0, 0)]


def test_the_last_use_can_be_used():
    assert used(priced(goods(1, 100_00), promotions=(voucher(30_00, uses_left=1),))) == [2]


def test_a_budget_counts_the_whole_discount_and_not_the_organizers_part():
    half = voucher(30_00, organizer_share=50, budget_left=29_99)

    assert priced(goods(1, 100_00), promotions=(half,)).total == 100_00


def test_a_pick_for_which_nothing_counts_is_told():
    elsewhere = voucher(10_00, festival_id=2)

    assert said(priced(goods(1, 100_00), promotions=(elsewhere,))) == [
        (2, Why.NOTHING_COUNTS, 0, 0)
    ]


def test_a_pick_that_finds_nothing_left_takes_no_use_and_is_told():
    found = priced(goods(1, 100_00), promotions=(merchant_voucher(100_00), voucher(10_00)))

    assert used(found) == [3]
    assert said(found) == [(2, Why.NOTHING_COUNTS, 0, 0)]


def test_a_percentage_that_rounds_to_nothing_takes_no_use():
    found = priced(goods(1, 49), promotions=(percent_voucher(1),))

    assert (found.total, found.benefits) == (49, ())


def test_a_used_up_pick_below_its_minimum_is_told_as_used_up():
    gone = voucher(10_00, min_spend=200_00, uses_left=0)

    assert said(priced(goods(1, 100_00), promotions=(gone,))) == [(2, Why.USED_UP, 0, 0)]


@pytest.mark.parametrize("limit", [{"uses_left": 0}, {"budget_left": 49_99}])
def test_nobody_is_invited_to_add_goods_for_a_benefit_that_is_gone(limit):
    assert said(priced(goods(1, 299_00), promotions=(save(**limit),))) == []


@pytest.mark.parametrize(
    ("spent", "missing", "saves"),
    [(100_00, 200_00, 50_00), (300_00, 300_00, 100_00), (650_00, 250_00, 150_00)],
)
def test_the_next_step_says_what_to_add_and_what_it_saves_in_all(spent, missing, saves):
    found = priced(goods(1, spent), promotions=(save(),))

    assert said(found) == [(1, Why.NEXT_STEP, missing, saves)]


def test_a_step_that_a_cap_makes_worthless_is_not_advertised():
    assert said(priced(goods(1, 300_00), promotions=(save(cap=50_00),))) == []


def test_a_step_below_its_minimum_names_the_minimum():
    late = save(min_spend=500_00)

    found = priced(goods(1, 350_00), promotions=(late,))

    assert found.benefits == ()
    assert said(found) == [(1, Why.NEXT_STEP, 150_00, 50_00)]


def test_a_percentage_below_its_minimum_says_what_it_would_save_in_money():
    tenth = percent_voucher(10, min_spend=200_00, cap=15_00)

    assert said(priced(goods(1, 120_00), promotions=(tenth,))) == [
        (2, Why.NEEDS_MORE, 80_00, 15_00)
    ]


def test_a_voucher_that_is_split_unluckily_is_left_out_when_it_would_cost_a_cent():
    # 0.15 is split 1, 7, 7 and 0.16 is split 0, 8, 8: nothing off the line that no festival
    # lowers. Then 60 % take 2.30 and not 2.32 off the other two.
    lines = (goods(1, 10, festivals=()), goods(2, 2_00), goods(3, 2_00))
    kept = (merchant_voucher(15, id=1, is_picked=False), percent_voucher(60))
    unlucky = merchant_voucher(16, id=9)

    found = priced(*lines, promotions=(*kept, unlucky))

    assert priced(*lines, promotions=kept).total == 1_63
    assert found.total == 1_63
    assert used(found) == [1, 2]
    assert said(found) == [(9, Why.WORSE, 0, 0)]


def test_a_claim_stays_with_its_benefit():
    claimed = voucher(10_00, claim_id=77)

    (benefit,) = priced(line(item(100_00), festivals=(1,)), promotions=(claimed,)).benefits

    assert benefit.promotion.claim_id == 77
