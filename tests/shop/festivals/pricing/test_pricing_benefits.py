"""Benefits on the whole order. Numbers are those of the acceptance cases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.festivals.pricing.benefit_kinds import (
    AmountPerStep,
    Group,
)
from shop.festivals.pricing.benefits import shrink
from shop.festivals.pricing.weighing import Benefit, Part, Why, parts_of
from tests.shop.festivals.pricing.setting import (
    deal,
    free_shipping,
    goods,
    item,
    line,
    merchant_voucher,
    percent_voucher,
    priced,
    promotion,
    save,
    voucher,
)


def shares(found, number=0):
    """Return what a benefit takes off each segment."""
    return [part.amount for part in found.benefits[number].parts]


def kinds(found):
    return [benefit.promotion.group for benefit in found.benefits]


def test_case_28_spend_and_save_counts_across_merchants_and_is_shared_in_proportion():
    found = priced(goods(1, 199_00, 1), goods(2, 101_00, 2), promotions=(save(),))

    assert found.total == 250_00
    assert shares(found) == [33_17, 16_83]


def test_case_29_a_cent_short_of_the_step_saves_nothing_and_says_what_is_missing():
    found = priced(goods(1, 199_00, 1), goods(2, 100_99, 2), promotions=(save(),))

    assert found.total == 299_99
    (note,) = found.notes
    assert (note.why, note.missing, note.saves, note.target) == (Why.NEXT_STEP, 1, 50_00, 300_00)


def test_case_30_steps_stop_at_their_maximum():
    found = priced(goods(1, 1_000_00, 1), goods(2, 400_00, 2), promotions=(save(),))

    assert found.total == 1_250_00
    assert shares(found) == [107_14, 42_86]
    assert found.notes == ()


def test_case_31_a_voucher_does_not_lose_the_step_that_the_goods_reached():
    own = merchant_voucher(20_00, min_spend=100_00)

    found = priced(goods(1, 210_00, 1), goods(2, 100_00, 2), promotions=(own, save()))

    assert found.total == 240_00


def test_case_32_three_benefits_follow_each_other_and_each_names_who_pays():
    own = merchant_voucher(20_00, min_spend=100_00)
    festival = percent_voucher(10, cap=30_00, min_spend=200_00, organizer_share=50)

    found = priced(goods(1, 210_00, 1), goods(2, 100_00, 2), promotions=(own, save(), festival))
    borne = {0: 0, 1: 0}
    for benefit in found.benefits:
        for part in benefit.parts:
            borne[part.place] += part.merchant

    assert found.total == 216_00
    assert [benefit.amount for benefit in found.benefits] == [20_00, 50_00, 24_00]
    assert sum(benefit.organizer for benefit in found.benefits) == 62_00
    assert borne == {0: 27_86, 1: 4_14}


def test_case_33_goods_outside_the_festival_do_not_count_for_its_spend_and_save():
    outside = goods(2, 100_00, 2, festivals=())

    found = priced(goods(1, 210_00, 1), outside, promotions=(save(),))

    assert found.total == 310_00
    assert found.benefits == ()


def test_case_34_a_line_counts_only_for_the_festival_whose_deal_won():
    kettle = item(200_00, deal(150_00, id=1), deal(170_00, id=2, festival_id=2))
    x, y = save(id=1), save(id=2, festival_id=2)

    found = priced(line(kettle, 2, festivals=(2, 1)), promotions=(x, y))

    assert found.total == 250_00
    assert [benefit.promotion.id for benefit in found.benefits] == [1]


def test_case_35_a_voucher_does_not_lose_free_shipping():
    promotions = (voucher(5_00), free_shipping(min_spend=50_00))

    found = priced(goods(1, 52_00), promotions=promotions, parcels={1: 6_00})

    assert (found.delivery, found.total) == (0, 47_00)


def test_case_36_shares_add_up_and_the_largest_remainder_gets_the_last_cent():
    lines = (goods(1, 33_33), goods(2, 33_33), goods(3, 33_34))

    assert shares(priced(*lines, promotions=(voucher(10_00),))) == [3_33, 3_33, 3_34]


def test_case_37_a_benefit_shrinks_until_the_rest_can_be_charged():
    organizers = voucher(5_00, organizer_share=100)

    found = priced(goods(1, 5_20), promotions=(organizers,), minimum=50)

    assert found.total == 50
    assert (found.benefits[0].amount, found.benefits[0].organizer) == (4_70, 4_70)
    assert (found.paid, found.funded) == ((50,), (4_70,))
    assert not found.is_below_minimum


def test_case_38_a_budget_that_is_too_short_gives_nothing_and_says_so():
    short = save(budget_left=40_00)

    found = priced(goods(1, 300_00), promotions=(short,))

    assert (found.total, found.benefits) == (300_00, ())
    (note,) = found.notes
    assert (note.why, note.saves) == (Why.BUDGET, 50_00)


def test_a_budget_of_just_the_benefit_is_enough():
    assert priced(goods(1, 300_00), promotions=(save(budget_left=50_00),)).total == 250_00


def test_each_festival_gives_one_spend_and_save_and_one_voucher():
    x = (save(id=1), percent_voucher(10, id=2))
    y = (save(id=3, festival_id=2), percent_voucher(10, id=4, festival_id=2))

    found = priced(goods(1, 300_00), goods(2, 400_00, festivals=(2,)), promotions=x + y)

    assert found.paid == (225_00, 315_00)
    assert kinds(found) == [Group.SAVE, Group.SAVE, Group.VOUCHER, Group.VOUCHER]


def test_each_merchant_gives_one_benefit_and_the_larger_one():
    first = merchant_voucher(10_00, 1, id=1)
    second = merchant_voucher(15_00, 1, id=2)
    other = merchant_voucher(20_00, 2, id=3)

    found = priced(goods(1, 50_00, 1), goods(2, 50_00, 2), promotions=(first, second, other))

    assert found.paid == (35_00, 30_00)


def test_promotions_of_a_merchant_count_all_its_lines_in_a_festival_or_not():
    lines = (goods(1, 60_00), goods(2, 40_00, festivals=()), goods(3, 50_00, 2))

    found = priced(*lines, promotions=(merchant_voucher(10_00, min_spend=100_00),))

    assert found.paid == (54_00, 36_00, 50_00)


def test_units_of_a_split_line_at_the_regular_price_count_only_when_listed():
    kettle = item(200_00, deal(150_00, left=1))

    listed = priced(line(kettle, 2, festivals=(1,)), promotions=(save(),))
    unlisted = priced(line(kettle, 2), promotions=(save(),))

    assert (listed.total, unlisted.total) == (300_00, 350_00)


def test_percentages_work_on_what_remains_and_thresholds_on_what_is_spent():
    own = merchant_voucher(50_00)
    tenth = percent_voucher(10, min_spend=100_00)

    assert priced(goods(1, 100_00), promotions=(own, tenth)).total == 45_00


def test_a_cap_limits_amounts_steps_and_percentages():
    by_amount = voucher(40_00, cap=30_00)
    by_percent = percent_voucher(40, cap=30_00)
    by_step = promotion(Group.VOUCHER, AmountPerStep, 20_00, every=50_00, cap=30_00)

    for capped in (by_amount, by_percent, by_step):
        assert priced(goods(1, 100_00), promotions=(capped,)).total == 70_00


def test_a_benefit_takes_no_more_than_is_left_and_no_line_falls_below_zero():
    found = priced(
        goods(1, 30_00),
        goods(2, 30_00, festivals=()),
        promotions=(merchant_voucher(40_00), voucher(50_00)),
    )

    assert found.paid == (0, 10_00)
    assert [benefit.amount for benefit in found.benefits] == [40_00, 10_00]


def test_half_a_cent_of_a_percentage_is_rounded_up():
    assert priced(goods(1, 2_50), promotions=(percent_voucher(1),)).total == 2_47
    assert priced(goods(1, 2_49), promotions=(percent_voucher(1),)).total == 2_47


def test_the_organizers_part_is_rounded_down_once_and_shared_over_the_lines():
    shared = voucher(3, organizer_share=50)

    (benefit,) = priced(goods(1, 10), goods(2, 10), goods(3, 10), promotions=(shared,)).benefits

    assert [(part.organizer, part.merchant) for part in benefit.parts] == [(0, 1), (1, 0), (0, 1)]
    assert (benefit.amount, benefit.organizer) == (3, 1)


@given(
    amounts=st.lists(st.integers(min_value=0, max_value=5_00), max_size=12),
    share=st.integers(min_value=0, max_value=100),
)
def test_an_organizer_never_gives_more_than_the_share_and_no_part_more_than_itself(amounts, share):
    parts = parts_of(voucher(1, organizer_share=share), enumerate(amounts))

    assert sum(part.organizer for part in parts) == sum(amounts) * share // 100
    assert all(0 <= part.organizer <= part.amount for part in parts)
    assert [part.amount for part in parts] == [amount for amount in amounts if amount]


def test_a_cut_is_allocated_over_the_parts_that_were_given():
    gift = voucher(3)
    used = [Benefit(gift, (Part(0, 1, 0), Part(1, 1, 0), Part(2, 1, 0)))]

    (kept,) = shrink(used, 1)

    # A new split of the remaining 2 would leave 1, 1, 0.
    assert kept.parts == (Part(1, 1, 0), Part(2, 1, 0))


def test_a_cut_goes_to_the_last_benefit_first_and_then_to_the_one_before():
    own, festival = merchant_voucher(3_00), voucher(2_00)

    found = priced(goods(1, 5_00), promotions=(own, festival), minimum=2_50)

    assert found.total == 2_50
    assert [(b.promotion.id, b.amount) for b in found.benefits] == [(own.id, 2_50)]


def test_a_benefit_shrinks_whoever_pays_it():
    found = priced(goods(1, 5_00), promotions=(voucher(5_00, organizer_share=0),), minimum=50)

    assert (found.total, found.benefits[0].organizer) == (50, 0)


def test_free_shipping_shrinks_first_as_the_last_benefit():
    promotions = (voucher(5_00), free_shipping())

    found = priced(goods(1, 5_00), promotions=promotions, parcels={1: 3_00}, minimum=50)

    assert (found.total, found.delivery, found.paid) == (50, 50, (0,))


@pytest.mark.parametrize(("price", "is_refused"), [(49, True), (50, False)])
def test_goods_alone_below_the_minimum_cannot_be_charged(price, is_refused):
    found = priced(goods(1, price), promotions=(voucher(10),), minimum=50)

    assert (found.total, found.benefits) == (price, ())
    assert found.is_below_minimum == is_refused
