"""The price that is crossed out. Numbers are those of the acceptance cases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shop.festivals.pricing.items import percent_off, prior_price
from shop.festivals.pricing.terms import Interval
from shop.festivals.pricing.timeline import span_at
from tests.shop.festivals.pricing.setting import (
    END,
    JANUARY,
    MICROSECOND,
    START,
    deal,
    instant,
    item,
    percent_deal,
)


def flash(starts, ends, price=16_00, **facts):
    return deal(price, id=2, starts_at=instant(starts), ends_at=instant(ends), **facts)


def shown(variant, at=START):
    """Return what is crossed out and the percentage beside it."""
    span = span_at(variant, at)
    return span.prior, span.percent


def test_case_69_a_price_raised_before_the_festival_crosses_nothing_out():
    raised = ((JANUARY, 20_00), (instant("04-25 00:00"), 26_00))
    kettle = item(deals=(deal(21_00),), regular=raised)

    assert prior_price(kettle, START) == 20_00
    assert shown(kettle) == (None, None)


def test_case_70_a_public_flash_price_inside_the_thirty_days_is_the_prior_price():
    kettle = item(20_00, deal(15_00), flash("04-12 00:00", "04-13 00:00"))

    assert shown(kettle) == (16_00, 6)


def test_case_71_a_flash_that_ended_as_the_window_opened_does_not_count():
    kettle = item(20_00, deal(15_00), flash("04-09 00:00", "04-10 00:00:00"))

    assert shown(kettle) == (20_00, 25)


def test_case_72_a_flash_that_ended_one_second_later_counts():
    kettle = item(20_00, deal(15_00), flash("04-09 00:00", "04-10 00:00:01"))

    assert shown(kettle) == (16_00, 6)


def test_case_73_a_variant_listed_for_less_than_thirty_days_uses_its_own_life():
    listed = instant("05-01 00:00")
    kettle = item(deals=(deal(15_00),), regular=((listed, 22_00),), listed_at=listed)

    assert shown(kettle) == (22_00, 31)


def test_case_74_a_variant_listed_at_the_start_has_nothing_to_compare_with():
    kettle = item(deals=(deal(15_00),), regular=((JANUARY, 22_00),), listed_at=START)

    assert prior_price(kettle, START) is None
    assert shown(kettle) == (None, None)


def test_case_75_an_extension_does_not_move_the_prior_price():
    extended = item(20_00, deal(15_00, ends_at=END + timedelta(days=2)))

    assert shown(extended, at=END + timedelta(hours=12)) == (20_00, 25)
    assert shown(extended, at=END - MICROSECOND) == shown(item(20_00, deal(15_00)))


def test_case_76_the_same_price_in_the_next_festival_is_no_reduction():
    starts = instant("05-25 00:00")
    second = deal(15_00, id=2, festival_id=2, starts_at=starts, ends_at=instant("06-01 00:00"))
    kettle = item(20_00, deal(15_00), second)

    assert prior_price(kettle, starts) == 15_00
    assert shown(kettle, at=starts) == (None, None)


def test_the_window_is_thirty_times_twenty_four_hours_across_a_clock_change():
    # Clocks in Europe went forward on 28 March 2027; the window does not care.
    starts = datetime(2027, 4, 10, tzinfo=UTC)
    ends = datetime(2027, 3, 11, tzinfo=UTC)
    before = deal(16_00, id=2, starts_at=JANUARY, ends_at=ends)
    kettle = item(20_00, deal(15_00, starts_at=starts), before)

    assert prior_price(kettle, starts) == 20_00
    later = replace(before, ends_at=ends + MICROSECOND)
    assert prior_price(replace(kettle, deals=(kettle.deals[0], later)), starts) == 16_00


def test_a_change_of_price_inside_the_window_counts_besides_the_price_before_it():
    fallen = ((JANUARY, 20_00), (instant("04-20 00:00"), 19_00), (instant("04-25 00:00"), 26_00))

    assert prior_price(item(regular=fallen), START) == 19_00


def test_the_reduction_itself_does_not_count():
    assert prior_price(item(20_00, deal(15_00)), START) == 20_00


def test_a_price_only_before_the_window_does_not_count():
    risen = ((JANUARY, 10_00), (START - timedelta(days=30), 20_00))

    assert prior_price(item(regular=risen), START) == 20_00


def test_a_limited_deal_counts_as_public():
    kettle = item(20_00, deal(15_00), flash("04-12 00:00", "04-13 00:00", left=0, shopper_left=0))

    assert prior_price(kettle, START) == 16_00


def test_a_deal_that_was_sold_out_or_paused_counts_at_the_regular_price():
    gone = Interval(instant("04-10 00:00"))
    sold_out = item(20_00, deal(15_00), flash("04-09 00:00", "04-13 00:00", closures=(gone,)))
    until_noon = Interval(instant("04-10 12:00"))
    open_first = item(
        20_00, deal(15_00), flash("04-09 00:00", "04-13 00:00", closures=(until_noon,))
    )

    assert prior_price(sold_out, START) == 20_00
    assert prior_price(open_first, START) == 16_00


def test_a_flash_inside_the_festival_compares_with_the_price_just_before_it():
    kettle = item(20_00, deal(15_00), flash("05-12 18:00", "05-12 20:00", price=12_00))

    assert shown(kettle, at=instant("05-12 18:00")) == (15_00, 20)
    assert shown(kettle, at=instant("05-12 20:00")) == (20_00, 25)


def test_a_deal_approved_late_is_compared_with_the_days_before_its_approval():
    approved = instant("05-12 09:00")
    fallen = ((JANUARY, 20_00), (instant("05-11 00:00"), 18_00))
    kettle = item(deals=(deal(15_00, starts_at=approved),), regular=fallen)

    assert shown(kettle, at=approved) == (18_00, 16)


def test_less_than_one_percent_is_crossed_out_without_a_badge():
    assert shown(item(20_00, deal(19_81))) == (20_00, None)
    assert shown(item(20_00, deal(19_80))) == (20_00, 1)


@pytest.mark.parametrize(
    ("price", "prior", "percent"),
    [
        (15_00, 22_00, 31),
        (15_00, 16_00, 6),
        (1, 20_00, 99),
        (19_81, 20_00, None),
        (20_00, 20_00, None),
        (21_00, 20_00, None),
        (15_00, None, None),
    ],
)
def test_the_percentage_counts_from_the_prior_price_and_is_rounded_down(price, prior, percent):
    assert percent_off(price, prior) == percent


def test_the_percentage_of_a_percent_deal_also_counts_from_the_prior_price():
    cheaper_before = item(20_00, percent_deal(25), flash("04-12 00:00", "04-13 00:00"))

    assert shown(cheaper_before) == (16_00, 6)
