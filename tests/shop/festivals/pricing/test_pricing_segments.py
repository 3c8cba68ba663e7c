"""Who gets which units: allotments, limits, pools, festivals and commission of a segment."""

import pytest

from shop.core.money import share
from shop.festivals.pricing.benefit_kinds import (
    AmountOff,
    Group,
)
from shop.festivals.pricing.terms import PoolTerms
from tests.shop.festivals.pricing.setting import (
    amounts,
    deal,
    item,
    line,
    merchant_voucher,
    priced,
    promotion,
    save,
)


def test_units_set_aside_for_deals_are_not_sold_at_the_regular_price():
    pool = PoolTerms(free=10, set_aside=6)

    found = priced(line(item(20_00), 5), pools={1: pool})

    assert amounts(found) == [(4, 20_00)]
    assert found.missing == {1: 1}


def test_units_taken_from_an_allotment_leave_everyday_stock_as_it_was():
    kettle = item(20_00, deal(15_00, left=6))

    found = priced(line(kettle, 11), pools={1: PoolTerms(free=10, set_aside=6)})

    assert amounts(found) == [(6, 15_00), (4, 20_00)]
    assert found.missing == {1: 1}
    assert [segment.is_set_aside for segment in found.segments] == [True, False]


def test_a_deal_without_an_allotment_sells_from_everyday_stock():
    kettle = item(20_00, deal(15_00))

    found = priced(line(kettle, 5), pools={1: PoolTerms(free=10, set_aside=6)})

    assert amounts(found) == [(4, 15_00)]
    assert not found.segments[0].is_set_aside


def test_a_deal_without_an_allotment_can_have_a_limit_per_shopper():
    found = priced(line(item(20_00, deal(15_00, shopper_left=1)), 3))

    assert amounts(found) == [(1, 15_00), (2, 20_00)]


def test_deal_units_are_limited_by_whole_seats_of_the_pool():
    family = item(60_00, deal(50_00, left=4))

    found = priced(line(family, 4, units_per_item=4), pools={1: PoolTerms(free=11, set_aside=11)})

    assert amounts(found) == [(2, 50_00)]
    assert found.segments[0].pool_units == 8
    assert found.missing == {1: 2}


def test_ticket_types_share_the_seats_of_one_session():
    adult, child = item(30_00, id=1), item(10_00, id=2)
    family = item(60_00, id=3)

    found = priced(
        line(adult, 8, pool_id=9),
        line(family, 2, pool_id=9, units_per_item=4),
        line(child, 2, pool_id=9),
        pools={9: PoolTerms(free=13)},
    )

    assert amounts(found) == [(8, 30_00), (1, 60_00), (1, 10_00)]
    assert found.missing == {3: 1, 2: 1}


def test_everyday_units_are_never_more_than_are_there():
    kettle = item(20_00, deal(15_00, left=5))

    found = priced(line(kettle, 5), pools={1: PoolTerms(free=2, set_aside=5)})

    assert amounts(found) == [(2, 15_00)]
    assert found.missing == {1: 3}


@pytest.mark.parametrize(
    ("minutes", "holds"), [((30, 30), 30), ((30, 10), 10), ((10, 5), 5), ((60, 45), 30)]
)
def test_a_cart_with_several_slots_takes_the_shortest_hold(minutes, holds):
    first, second = (
        item(20_00, deal(15_00, id=number, hold_minutes=held), id=number)
        for number, held in enumerate(minutes, start=1)
    )

    assert priced(line(first), line(second)).hold_minutes == holds


def test_commission_is_the_enrolments_for_lines_of_the_festival_and_else_the_merchants_own():
    rates = {"commission_bp": 12_00, "festival_commission_bp": {1: 8_00}}
    by_deal = line(item(20_00, deal(15_00, commission_bp=5_00), id=1), **rates)
    by_listing = line(item(20_00, id=2), festivals=(1,), **rates)
    elsewhere = line(item(20_00, id=3), festivals=(2,), **rates)
    everyday = line(item(20_00, id=4), **rates)

    found = priced(by_deal, by_listing, elsewhere, everyday)

    assert [segment.commission_bp for segment in found.segments] == [5_00, 8_00, 12_00, 12_00]


def test_a_split_line_pays_each_segments_own_commission():
    split_line = line(item(20_00, deal(15_00, left=1, commission_bp=5_00)), 2, commission_bp=12_00)

    found = priced(split_line)

    assert [segment.commission_bp for segment in found.segments] == [5_00, 12_00]


def test_units_at_the_regular_price_count_in_a_festival_only_when_listed_there():
    kettle = item(20_00, deal(15_00, left=1, festival_id=2))

    listed = priced(line(kettle, 2, festivals=(3, 1)))
    unlisted = priced(line(kettle, 2))

    assert [segment.festival_id for segment in listed.segments] == [2, 3]
    assert [segment.festival_id for segment in unlisted.segments] == [2, None]


def test_a_regular_price_below_the_deal_counts_in_a_festival_only_when_listed_there():
    cheap = item(14_00, deal(15_00))

    assert priced(line(cheap, festivals=(1,))).segments[0].festival_id == 1
    assert priced(line(cheap)).segments[0].festival_id is None


@pytest.mark.parametrize(("subsidy", "funded"), [(1_00, 2_00), (5_00, 10_00), (7_00, 10_00)])
def test_a_subsidy_is_at_most_what_the_deal_lowers(subsidy, funded):
    found = priced(line(item(20_00, deal(15_00, subsidy=subsidy)), 2))

    assert found.funded == (funded,)


def test_case_66_what_shopper_and_organizer_pay_is_what_merchant_and_platform_get():
    kettle = item(25_00, deal(20_00, subsidy=1_00))
    own = merchant_voucher(4_00)
    organizers = promotion(Group.SAVE, AmountOff, 6_00, organizer_share=100)

    found = priced(line(kettle, 2), promotions=(own, organizers))
    net = found.paid[0] + found.funded[0]
    commission = share(net, 8_00)

    assert (found.paid, found.funded) == ((30_00,), (8_00,))
    assert (net, commission, net - commission) == (38_00, 3_04, 34_96)


def test_the_same_units_are_never_given_twice_in_one_cart():
    kettle = item(20_00, deal(15_00, left=3))

    found = priced(line(kettle, 2), line(kettle, 2))
    scarce = priced(line(kettle, 2), line(kettle, 2), pools={1: PoolTerms(free=3, set_aside=3)})

    assert amounts(found) == [(2, 15_00), (1, 15_00), (1, 20_00)]
    assert amounts(scarce) == [(2, 15_00), (1, 15_00)]
    assert scarce.missing == {1: 1}


def test_units_of_a_deal_that_the_fence_does_not_know_are_not_sold_twice_either():
    kettle = item(20_00, deal(15_00, left=3))

    found = priced(line(kettle, 4), pools={1: PoolTerms(free=3, set_aside=0)})

    assert amounts(found) == [(3, 15_00)]
    assert found.missing == {1: 1}


def test_a_cart_at_regular_prices_has_no_benefit_and_no_note():
    found = priced(line(item(20_00), 2), promotions=(save(),))

    assert (found.total, found.benefits, found.notes) == (40_00, (), ())
    assert found.goods == 40_00
