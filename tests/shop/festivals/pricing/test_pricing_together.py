"""Units of a product that are bought together: which are free, and who gets how much of it."""

import pytest

from shop.festivals.pricing.kinds import Multibuy, Percent
from shop.festivals.pricing.timeline import span_at
from tests.shop.festivals.pricing.setting import (
    JANUARY,
    START,
    deal,
    goods,
    item,
    line,
    priced,
    save,
)

THREE_FOR_TWO = {"rule": Multibuy(3, 2), "nomination_id": 7}


def multibuy(number: int = 1, **facts):
    """Return a deal of festival 1: buy 3, pay for 2."""
    return deal(id=number, **THREE_FOR_TWO | facts)


@pytest.mark.parametrize(
    ("units", "due"), [(1, 20_00), (2, 40_00), (3, 40_00), (4, 60_00), (5, 80_00), (6, 80_00)]
)
def test_each_third_unit_is_free(units, due):
    found = priced(line(item(20_00, multibuy()), units))

    assert found.total == due
    assert found.segments[0].price == 20_00


def test_of_each_set_the_cheapest_is_free_the_dearest_sets_first():
    sizes = [
        line(item(price, multibuy(n), id=n), units, product_id=1)
        for n, (price, units) in enumerate([(30_00, 2), (10_00, 2), (20_00, 2)], start=1)
    ]

    found = priced(*sizes)

    # 30 + 30 + 20, then 20 + 10 + 10: one 20 and one 10 are free.
    assert found.total == 120_00 - 30_00
    # Each line bears it by what it costs: 60, 20 and 40 of 120.
    assert [segment.reduced for segment in found.segments] == [15_00, 5_00, 10_00]


def test_products_are_not_counted_together():
    found = priced(line(item(20_00, multibuy(1), id=1), 2), line(item(20_00, multibuy(2), id=2), 1))

    assert found.total == 60_00


def test_nominations_for_two_slots_are_not_counted_together():
    morning, evening = multibuy(1, left=2), multibuy(2, nomination_id=8)

    found = priced(line(item(20_00, morning, evening), 3))

    assert [(s.quantity, s.reduced) for s in found.segments] == [(2, 0), (1, 0)]


def test_units_beyond_what_is_set_aside_are_not_counted():
    found = priced(line(item(20_00, multibuy(left=3)), 6))

    assert [(s.quantity, s.amount) for s in found.segments] == [(3, 40_00), (3, 60_00)]


@pytest.mark.parametrize(
    ("percent", "due", "counts"),
    [(20, 40_00, "together"), (33, 40_00, "together"), (40, 36_00, "alone")],
)
def test_beside_a_lower_price_whichever_costs_less_counts(percent, due, counts):
    together, lower = multibuy(), deal(id=2, rule=Percent(percent))
    found = priced(line(item(20_00, together, lower), 3))

    assert found.total == due
    assert found.segments[0].deal == (together if counts == "together" else lower)


def test_a_subsidy_pays_at_most_what_was_taken_off():
    some, much = multibuy(subsidy=5_00), multibuy(subsidy=50_00)

    assert priced(line(item(20_00, some), 3)).funded == (15_00,)
    assert priced(line(item(20_00, much), 3)).funded == (20_00,)
    assert priced(line(item(20_00, much), 2)).funded == (0,)


def test_thresholds_look_at_what_is_left():
    cheap = goods(2, 1_00)
    found = priced(line(item(150_00, multibuy()), 3), cheap, promotions=(save(),))

    assert (found.goods, found.discount) == (301_00, 50_00)
    found = priced(line(item(149_00, multibuy()), 3), cheap, promotions=(save(),))
    assert (found.goods, found.discount) == (299_00, 0)


@pytest.mark.parametrize(
    ("buys", "pays", "column"),
    [(None, 2, "buys"), (3, None, "pays"), (1, 1, "pays"), (2, 3, "pays"), (21, 2, "buys"),
     (3, 0, "pays")],
)  # fmt: skip
def test_numbers_that_are_no_set_are_refused(buys, pays, column):
    numbers = {"buys": buys, "pays": pays}

    assert Multibuy.problem(numbers)[0] == column
    assert Multibuy.typed(numbers, None) is None


def test_the_price_of_one_of_a_set_is_rounded_up():
    assert Multibuy(3, 2).best_price(10_00) == 6_67
    assert Multibuy(2, 1).best_price(1) == 1


def test_a_multibuy_crosses_nothing_out_even_where_a_price_falls_as_it_starts():
    variant = item(regular=((JANUARY, 26_00), (START, 20_00)), deals=(multibuy(),))

    span = span_at(variant, START)

    assert (span.price, span.deal_id, span.prior, span.percent) == (20_00, 1, None, None)
