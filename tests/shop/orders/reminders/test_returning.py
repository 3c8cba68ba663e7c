"""What comes back is told to a few, once it stays: a mail, and no reservation."""

from datetime import timedelta

import pytest
from django.core import mail

from shop.catalogue.stock.models import Pool
from shop.festivals.deals.actions import raise_allotment
from shop.orders.reminders import due
from shop.orders.reminders.availability import free
from shop.orders.reminders.due import tell_returned
from shop.orders.reminders.models import Reminder
from tests import make
from tests.budgets import statements
from tests.buying import expire, pay
from tests.crowd import at_once
from tests.make import NOON
from tests.shop.orders.reminders.waiting import mails, reminder, sold_out
from tests.stepping import Beside, open_transaction

pytestmark = pytest.mark.django_db
ROUND, STEADY = timedelta(seconds=15), due.STEADY


def rounds(start, length):
    """Look every 15 seconds, as the beat does; return how many were told in all."""
    told, at = 0, start
    while at <= start + length:
        told += tell_returned(at=at)
        at += ROUND
    return told


def crowd(many, *, at=NOON, **facts):
    return [
        reminder(f"guest-{n}@example.org", asked_at=at + timedelta(seconds=n - many), **facts)
        for n in range(many)
    ]


def told():
    rows = Reminder.objects.filter(told_at__isnull=False).order_by("pk")
    return list(rows.values_list("email", flat=True))


def test_a_hold_that_lapses_and_stays_free_tells_those_who_waited_longest(clock_at):
    kettle, order = sold_out()
    crowd(9, variant=kettle)
    assert rounds(NOON, STEADY) == 0

    later = NOON + timedelta(minutes=30)
    expire(order, at=later)

    assert rounds(later, STEADY - ROUND) == 0
    assert tell_returned(at=later + STEADY) == due.PER_UNIT
    assert told() == [f"guest-{n}@example.org" for n in range(due.PER_UNIT)]
    clock_at(later + STEADY)
    assert mails() == told()
    assert mail.outbox[0].subject == f"{kettle.product.title} is back"
    assert Pool.objects.get(pk=kettle.pool_id).held == 0


def test_units_that_are_free_for_seconds_only_tell_nobody():
    kettle, order = sold_out()
    crowd(500, variant=kettle)
    at = NOON

    for _ in range(6):  # a crowd that lets go and takes again, for an hour
        expire(order, at=at)
        assert rounds(at, STEADY - ROUND) == 0
        at += STEADY
        order = make.order({kettle: 1}, at=at)
        assert rounds(at, timedelta(minutes=8)) == 0
        at += timedelta(minutes=8)

    assert told() == []


def test_at_most_a_few_are_told_of_each_unit_and_the_next_after_a_pause():
    kettle, order = sold_out()
    crowd(20, variant=kettle)
    expire(order, at=NOON)
    Pool.objects.filter(pk=kettle.pool_id).update(on_hand=2)

    told_at_first = rounds(NOON, STEADY + timedelta(minutes=10))

    assert told_at_first == 2 * due.PER_UNIT
    later = NOON + STEADY + due.PAUSE + ROUND
    assert rounds(later, timedelta(minutes=5)) == 2 * due.PER_UNIT


def test_a_count_that_finds_more_units_tells():
    kettle, order = sold_out()
    pay(order)
    crowd(2, variant=kettle)
    Pool.objects.filter(pk=kettle.pool_id).update(on_hand=5)

    assert rounds(NOON, STEADY) == 2


def test_units_that_wait_for_a_deal_to_come_are_not_back():
    kettle = make.variant(20_00, on_hand=4)
    festival = make.festival(starts_at=NOON + timedelta(days=1))
    make.deal(kettle, during=festival, price=9_00, allotment=4)
    crowd(2, variant=kettle)

    assert rounds(NOON, STEADY) == 0
    assert [found.units for found in free(at=NOON)] == [0]
    assert [found.units for found in free(at=NOON + timedelta(days=1))] == [4]


def test_an_allotment_that_is_raised_tells_those_who_wait_for_the_price():
    kettle = make.variant(20_00, on_hand=9)
    deal = make.deal(kettle, during=make.festival(), price=15_00, allotment=1)
    pay(make.order({kettle: 1}))
    crowd(2, variant=kettle, deal=deal)
    assert rounds(NOON, STEADY) == 0  # there are units, but none at this price

    later = NOON + timedelta(minutes=10)
    raise_allotment(deal, 3, at=later)

    assert rounds(later + ROUND, STEADY) == 2


def test_units_that_are_gone_again_before_the_mail_leaves_send_none(clock_at):
    kettle, order = sold_out()
    row = crowd(1, variant=kettle)[0]
    expire(order, at=NOON)
    assert rounds(NOON, STEADY) == 1

    make.order({kettle: 1}, at=NOON + STEADY)
    clock_at(NOON + STEADY)

    assert mails() == []
    row.refresh_from_db()
    assert (row.told_at, row.sent_at, row.free_since) == (None, None, None)


def test_what_was_withdrawn_or_is_not_confirmed_tells_nobody():
    kettle, pan = make.variant(), make.variant()
    reminder(variant=kettle, is_confirmed=False)
    reminder(variant=pan)
    type(pan.product).objects.filter(pk=pan.product_id).update(state="withdrawn")

    assert rounds(NOON, STEADY) == 0


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_tell_no_more_than_one():
    kettle, order = sold_out()
    crowd(30, variant=kettle)
    expire(order, at=NOON)
    tell_returned(at=NOON)

    told_each = at_once([lambda: tell_returned(at=NOON + STEADY)] * 4)

    assert sum(told_each) == due.PER_UNIT


@pytest.mark.django_db(transaction=True)
def test_a_beat_waits_for_the_other_one_of_a_product():
    kettle, order = sold_out()
    crowd(30, variant=kettle)
    expire(order, at=NOON)
    tell_returned(at=NOON)

    with open_transaction(lambda: tell_returned(at=NOON + STEADY)):
        beside = Beside(lambda: tell_returned(at=NOON + STEADY))
        assert beside.waits()

    assert beside.result() == 0


def test_looking_costs_one_statement_for_all_that_is_gone():
    for _ in range(5):
        kettle, _order = sold_out()
        crowd(2, variant=kettle)

    with statements(most=8):  # three, and one for each thing that was free before
        tell_returned(at=NOON)
