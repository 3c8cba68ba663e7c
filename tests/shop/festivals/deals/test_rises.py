"""A percent deal follows the regular price, and nobody's price rises while a deal runs."""

from datetime import timedelta

import pytest

from shop.core.errors import NotPossible
from shop.festivals.nominations.approve import approve, approve_all
from shop.festivals.nominations.checks import Proposal, check
from shop.festivals.prices import regular
from shop.festivals.pricing.items import first_rise
from shop.festivals.schedule.move import move_slot
from shop.festivals.schedule.window import Window
from tests import make
from tests.agreeing import agree_to, extend_agreed
from tests.buying import span_price
from tests.make import END, NOON, START

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
REFUSED = "rises on 12 May 2027"


@pytest.fixture
def festival():
    return make.festival()


@pytest.fixture
def kettle():
    variant = make.variant(20_00)
    regular.change_prices({variant.pk: 40_00}, at=START - DAY, starts_at=START + 2 * DAY)
    return variant


def nominated(kettle, slot):
    return make.nomination(kettle, during=slot, percent=50)


def test_a_percent_deal_is_not_approved_over_a_rise_that_is_planned(festival, kettle):
    with pytest.raises(NotPossible, match=REFUSED):
        approve(nominated(kettle, festival), at=START)


def test_of_many_the_others_are_approved(festival, kettle):
    rows = [nominated(v, festival) for v in (kettle, make.variant(30_00))]

    outcomes = approve_all([row.pk for row in rows], at=START)

    assert REFUSED in str(outcomes[0].refusal)
    assert outcomes[1].refusal is None


def test_the_store_is_told_while_it_types(festival, kettle):
    slot = festival.slots.get()
    proposal = Proposal(rule="percent", numbers={"percent": 50})
    enrolment = nominated(kettle, festival).enrolment

    (problem,) = check(kettle.product, slot, enrolment, proposal, at=START - HOUR).problems

    assert REFUSED in problem


def test_a_price_in_money_does_not_follow_and_is_approved(festival, kettle):
    (deal,) = approve(make.nomination(kettle, during=festival, price=15_00), at=START)

    assert span_price(kettle, START + 3 * DAY) == 15_00
    assert deal.effective_to == END


def test_a_lower_price_before_a_planned_one_is_a_rise_as_well(festival):
    lamp = make.variant(20_00)
    approve(nominated(lamp, festival), at=START)
    regular.change_prices({lamp.pk: 20_00}, at=START + HOUR, starts_at=NOON + HOUR)

    with pytest.raises(NotPossible, match="cannot rise now"):
        regular.change_prices({lamp.pk: 10_00}, at=START + 2 * HOUR, starts_at=NOON)
    assert span_price(lamp, NOON) == span_price(lamp, NOON + 2 * HOUR) == 10_00


def test_an_extension_ends_a_percent_deal_where_its_regular_price_rises(festival, kettle):
    flash = make.slot(festival, starts_at=START, ends_at=START + 2 * DAY - HOUR)
    (deal,) = approve(nominated(kettle, flash), at=START)

    extend_agreed(flash, START + 2 * DAY + HOUR, at=START + HOUR)

    deal.refresh_from_db()
    assert deal.effective_to == START + 2 * DAY
    assert span_price(kettle, START + 2 * DAY - HOUR / 2) == 10_00
    assert span_price(kettle, START + 2 * DAY) == 40_00


def test_a_percent_deal_whose_slot_moves_over_a_rise_ends_there(festival, kettle):
    flash = make.slot(festival, starts_at=START + HOUR, ends_at=START + 2 * HOUR)
    (deal,) = approve(nominated(kettle, flash), at=START)
    during = Window(
        starts_at=START + 2 * DAY - HOUR, ends_at=START + 2 * DAY + HOUR,
        starts_wall="", ends_wall="",
    )  # fmt: skip

    move_slot(flash, during, at=START)
    agree_to(deal, at=START)

    deal.refresh_from_db()
    assert (deal.effective_from, deal.effective_to) == (START + 2 * DAY - HOUR, START + 2 * DAY)


def test_of_two_prices_at_one_instant_the_later_one_counts():
    assert first_rise([(START, 10), (NOON, 12), (NOON, 9)], START, END) is None
    assert first_rise([(START, 10), (NOON, 9), (NOON, 12)], START, END) == NOON
    assert first_rise([(START, 10), (END, 12)], START, END) is None
