"""Whoever held units and left them unpaid gets less time for the next order."""

from datetime import timedelta

import pytest
from django.db import transaction

from shop.orders import end
from shop.orders.place import place_order
from tests import make
from tests.make import NOON
from tests.shop.orders.unpaid.steps import account, buy, guest, lapse, minutes

pytestmark = pytest.mark.django_db


def test_whoever_lets_orders_lapse_gets_half_the_time_each_time_down_to_five_minutes():
    kettle, at, lives = make.variant(), NOON, []
    for _ in range(5):
        order = buy(guest({kettle: 1}, email="ada@example.org"), at=at)
        lives.append(minutes(order))
        at = order.pay_by
        lapse([order], at=at)

    assert lives == [30, 15, 7, 5, 5]
    later = buy(guest({kettle: 1}, email="ada@example.org"), at=at + timedelta(hours=2))
    assert minutes(later) == 30


def test_the_same_cookie_is_known_under_another_address_and_nobody_else_pays_for_it():
    kettle, who = make.variant(), make.shopper()
    lapse([buy(make.cart({kettle: 1}, of=who))], at=NOON + timedelta(minutes=30))
    at = NOON + timedelta(minutes=31)

    assert (
        minutes(buy(make.cart({make.variant(): 1}, of=who, email="new@example.org"), at=at)) == 15
    )
    assert minutes(buy(guest({kettle: 1}), at=at)) == 30


def test_an_order_that_is_changed_before_it_runs_out_is_no_way_to_hold_for_ever():
    kettle, who = make.variant(), make.shopper()
    first = buy(make.cart({kettle: 1}, of=who))
    make.cart({kettle: 1}, of=who)
    at = NOON + timedelta(minutes=29)

    renewed = place_order(who, agreed=make.agreed(who, at=at), at=at, may_replace=first.pk).order

    assert minutes(renewed) == 15


def test_an_order_that_is_stopped_or_changed_soon_costs_nothing():
    kettle, who = make.variant(), make.shopper()
    lapse([buy(make.cart({kettle: 1}, of=who))], at=NOON + timedelta(minutes=10))

    assert minutes(buy(who, at=NOON + timedelta(minutes=11))) == 30


def test_paying_makes_up_for_what_lapsed():
    kettle, who = make.variant(), make.shopper()
    lapse([buy(make.cart({kettle: 1}, of=who))], at=NOON + timedelta(minutes=30))
    at = NOON + timedelta(minutes=31)
    paid = buy(who, at=at)
    with transaction.atomic():
        end.mark_paid(end.lock(paid.pk), at=at)

    assert minutes(buy(make.cart({kettle: 1}, of=who), at=at)) == 30


def test_lapses_of_a_network_shorten_its_guests_time_and_no_account_s():
    kettle = make.variant()
    lapse([buy(guest({kettle: 1})) for _ in range(5)], at=NOON + timedelta(minutes=30))
    at = NOON + timedelta(minutes=31)

    assert minutes(buy(guest({kettle: 1}), at=at)) == 15
    assert minutes(buy(account({kettle: 1}), at=at)) == 30
    assert minutes(buy(guest({kettle: 1}, address="198.51.100.1"), at=at)) == 30
