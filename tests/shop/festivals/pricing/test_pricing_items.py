"""The price of one item at an instant. Numbers are those of the acceptance cases."""

from datetime import timedelta

import pytest

from shop.festivals.pricing.items import deals_at, public_price, regular_price
from shop.festivals.pricing.terms import Interval
from shop.festivals.pricing.timeline import span_at, spans
from tests.shop.festivals.pricing.setting import (
    END,
    JANUARY,
    MICROSECOND,
    START,
    amounts,
    deal,
    instant,
    item,
    line,
    percent_deal,
    priced,
)

KETTLE = item(20_00, deal(15_00))


def price_at(text, variant=KETTLE):
    return public_price(variant, instant(text)).price


def test_case_01_a_microsecond_before_the_start_the_regular_price_counts():
    assert price_at("05-09 23:59:59.999999") == 20_00


def test_case_02_at_the_start_instant_the_deal_counts():
    assert price_at("05-10 00:00:00.000000") == 15_00


def test_case_03_a_microsecond_before_the_end_the_deal_counts():
    assert price_at("05-19 23:59:59.999999") == 15_00


def test_case_04_at_the_end_instant_the_regular_price_counts_again():
    assert price_at("05-20 00:00:00.000000") == 20_00


def test_case_05_back_to_back_slots_share_an_instant_without_gap_or_overlap():
    first = deal(15_00, starts_at=instant("05-12 10:00"), ends_at=instant("05-12 12:00"))
    second = deal(14_00, id=2, starts_at=instant("05-12 12:00"), ends_at=instant("05-12 14:00"))
    kettle = item(20_00, first, second)

    noon = instant("05-12 12:00:00")

    assert public_price(kettle, noon).price == 14_00
    assert [found.id for _, found in deals_at(kettle, noon, regular=20_00)] == [2]
    assert public_price(kettle, noon - MICROSECOND).price == 15_00


def test_case_06_a_checkout_half_a_second_before_the_end_has_the_deal_price_and_half_an_hour():
    opened = instant("05-19 23:59:59.5")

    found = priced(line(KETTLE), at=opened)

    assert found.total == 15_00
    assert found.segments[0].festival_id == 1
    assert opened + timedelta(minutes=found.hold_minutes) == instant("05-20 00:29:59.5")


def test_case_07_a_cart_filled_before_the_end_costs_the_regular_price_at_the_end():
    filled = priced(line(KETTLE), at=instant("05-19 23:58:00"))
    paying = priced(line(KETTLE), at=END)

    assert (filled.total, paying.total) == (15_00, 20_00)


def test_case_08_a_cart_filled_before_the_start_costs_the_deal_price_a_second_after_it():
    filled = priced(line(KETTLE), at=instant("05-09 12:00:00"))
    paying = priced(line(KETTLE), at=instant("05-10 00:00:01"))

    assert (filled.total, paying.total) == (20_00, 15_00)


def test_case_09_prices_written_down_two_hours_before_turn_over_by_themselves():
    written = spans(KETTLE, instant("05-09 22:00:00"))

    assert [(span.starts_at, span.price) for span in written] == [
        (instant("05-09 22:00:00"), 20_00),
        (START, 15_00),
        (END, 20_00),
    ]


def test_case_20_of_two_festivals_the_lower_price_counts_and_gets_the_credit():
    kettle = item(20_00, deal(17_00, id=1, festival_id=2), deal(15_00, id=2, festival_id=1))

    found = priced(line(kettle))

    assert amounts(found) == [(1, 15_00)]
    assert found.segments[0].festival_id == 1


def test_case_21_of_equal_prices_the_festival_with_the_higher_priority_counts():
    kettle = item(
        20_00, deal(id=1, festival_id=1, priority=1), deal(id=2, festival_id=2, priority=9)
    )

    found = priced(line(kettle))

    assert found.total == 15_00
    assert found.segments[0].festival_id == 2


def test_of_equal_prices_and_priorities_the_older_deal_counts():
    kettle = item(20_00, deal(id=8, festival_id=2), deal(id=7, festival_id=1))

    assert public_price(kettle, START).deal.id == 7


def test_case_22_units_come_from_the_best_deal_first_then_the_next_then_everyday_stock():
    kettle = item(20_00, deal(15_00, left=1), deal(17_00, id=2, festival_id=2, left=2))

    found = priced(line(kettle, 4))

    assert amounts(found) == [(1, 15_00), (2, 17_00), (1, 20_00)]
    assert found.total == 69_00


def test_case_23_what_an_allotment_cannot_give_sells_at_the_regular_price():
    found = priced(line(item(20_00, deal(15_00, left=3)), 5))

    assert amounts(found) == [(3, 15_00), (2, 20_00)]
    assert found.total == 85_00


def test_case_24_above_the_limit_per_shopper_the_regular_price_counts():
    found = priced(line(item(20_00, deal(15_00, shopper_left=2)), 4))

    assert amounts(found) == [(2, 15_00), (2, 20_00)]
    assert found.total == 70_00


def test_case_25_a_regular_price_below_the_deal_wins_without_badge_or_credit():
    fallen = ((JANUARY, 20_00), (instant("05-12 00:00"), 14_00))
    kettle = item(20_00, deal(15_00), regular=fallen)
    at = instant("05-12 00:00:00")

    found = priced(line(kettle), at=at)

    assert amounts(found) == [(1, 14_00)]
    assert found.segments[0].deal is None
    assert found.segments[0].festival_id is None
    assert (span_at(kettle, at).prior, span_at(kettle, at).percent) == (None, None)


def test_case_26_a_percentage_is_rounded_for_one_unit_and_then_multiplied():
    found = priced(line(item(12_50, percent_deal(33)), 3))

    assert amounts(found) == [(3, 8_38)]
    assert found.total == 25_14


def test_case_27_a_currency_without_decimals_rounds_to_its_own_unit():
    found = priced(line(item(12_345, percent_deal(15))), currency="RWF")

    assert found.total == 10_493
    assert found.basket.currency == "RWF"


def test_a_percent_deal_follows_the_regular_price_and_a_fixed_one_does_not():
    fallen = ((JANUARY, 20_00), (instant("05-12 00:00"), 18_00))
    by_percent = item(20_00, percent_deal(25), regular=fallen)
    fixed = item(20_00, deal(15_00), regular=fallen)

    assert price_at("05-11 00:00", by_percent) == 15_00
    assert price_at("05-12 00:00", by_percent) == 13_50
    assert price_at("05-12 00:00", fixed) == 15_00


def test_a_percent_deal_never_falls_below_one_minor_unit():
    assert percent_deal(99).rule.price(40) == 1
    assert percent_deal(99).rule.price(151) == 2


def test_a_deal_that_would_not_lower_the_price_is_no_deal():
    assert public_price(item(1, percent_deal(99)), START).deal is None
    assert public_price(item(15_00, deal(15_00)), START).deal is None


def test_of_two_regular_prices_with_one_instant_the_later_row_counts():
    kettle = item(regular=((JANUARY, 20_00), (START, 22_00), (START, 21_00)))

    assert regular_price(kettle, START - MICROSECOND) == 20_00
    assert regular_price(kettle, START) == 21_00


@pytest.mark.parametrize(
    ("at", "price"),
    [
        (JANUARY - MICROSECOND, None),
        (JANUARY, 20_00),
        (instant("05-15 06:00") - MICROSECOND, 15_00),
        (instant("05-15 06:00"), None),
    ],
)
def test_a_closed_sale_ends_every_price_of_the_variant(at, price):
    tour = item(20_00, deal(15_00), sales_close=instant("05-15 06:00"))

    found = public_price(tour, at)

    assert (found.price if found else None) == price
    assert len(priced(line(tour), at=at).segments) == (1 if price else 0)


def test_a_variant_that_is_not_on_sale_is_missing_from_the_cart():
    found = priced(line(item(20_00, id=7, sales_close=START), 3), at=START)

    assert (found.total, found.missing) == (0, {7: 3})


def test_a_variant_without_a_regular_price_has_no_price_at_all():
    unpriced = item(regular=(), deals=(deal(15_00),))

    assert public_price(unpriced, START) is None
    assert priced(line(unpriced)).missing == {1: 1}


def test_a_paused_deal_gives_its_price_again_when_it_is_resumed():
    pause = Interval(instant("05-12 12:00"), instant("05-13 12:00"))
    kettle = item(20_00, deal(15_00, closures=(pause,)))

    assert price_at("05-12 11:59:59.999999", kettle) == 15_00
    assert price_at("05-12 12:00", kettle) == 20_00
    assert price_at("05-13 12:00", kettle) == 15_00


def test_units_left_limit_who_gets_the_price_and_not_what_it_is():
    full = item(20_00, deal(15_00, left=0))

    assert public_price(full, START).price == 15_00
    assert amounts(priced(line(full))) == [(1, 20_00)]


def test_a_deal_approved_late_starts_at_its_approval_and_leaves_the_past_alone():
    approved = instant("05-12 09:00")
    late = item(20_00, deal(15_00, starts_at=approved))

    assert public_price(late, approved - MICROSECOND).price == 20_00
    assert public_price(late, approved).price == 15_00
    assert spans(late, START)[0].facts == spans(item(20_00), START)[0].facts
