from datetime import timedelta
from random import Random

import pytest
from django.db import connection

from shop.orders.models import Order
from shop.reports import tallies as reports_tallies
from shop.reports.models import CountedOrder, Tally
from tests.crowd import at_once
from tests.make import NOON
from tests.shop.reports.past import (
    World,
    assert_tallies_are_right,
    paid_order,
    sent_back,
    sums,
    tallies,
)
from tests.stepping import Beside, open_transaction

LATER = NOON + timedelta(minutes=20)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_after_any_history_the_tallies_are_the_sums_over_the_orders(seed):
    dice, world, orders = Random(seed), World(), []
    for step in range(60):
        at = NOON + timedelta(minutes=dice.randrange(90))
        match dice.choice(("buy", "buy", "buy", "refund", "count", "cancel", "all")):
            case "buy":
                who = f"{dice.randrange(12)}@example.org"
                orders.append(paid_order(world, dice, at=at, email=who))
            case "refund" if orders:
                sent_back(dice.choice(orders), dice, at=at)
            case "count":
                reports_tallies.count_sales(at=NOON + timedelta(minutes=90))
            case "cancel" if orders and step % 3 == 0:
                Order.objects.filter(pk=orders.pop().pk).update(state="cancelled")
            case "all":
                reports_tallies.count_all_sales(at=at)
    reports_tallies.count_all_sales(at=LATER)

    assert_tallies_are_right()
    with connection.cursor() as cursor:
        assert reports_tallies.differing(cursor) == []


@pytest.mark.django_db
def test_counting_again_changes_nothing():
    dice, world = Random(1), World()
    sent_back(paid_order(world, dice), dice)

    assert reports_tallies.count_sales(at=LATER) == 2
    before = tallies()
    assert reports_tallies.count_sales(at=LATER) == 0
    assert reports_tallies.count_all_sales(at=LATER) == 0

    assert tallies() == before == sums()


@pytest.mark.django_db
def test_many_orders_are_counted_some_at_a_time(monkeypatch):
    monkeypatch.setattr(reports_tallies, "AT_ONCE", 2)
    dice, world = Random(2), World()
    for n in range(7):
        paid_order(world, dice, email=f"{n % 3}@example.org")

    assert reports_tallies.count_sales(at=LATER) == 7
    assert_tallies_are_right()


@pytest.mark.django_db
def test_an_order_that_is_found_after_hours_is_counted_by_the_long_look():
    paid_order(World(), Random(3))

    assert reports_tallies.count_sales(at=NOON + timedelta(hours=3)) == 0
    assert reports_tallies.count_all_sales(at=NOON + timedelta(hours=3)) == 1
    assert_tallies_are_right()


@pytest.mark.django_db
def test_tallies_are_thrown_away_and_added_up_again():
    dice, world = Random(4), World()
    for _ in range(5):
        sent_back(paid_order(world, dice), dice)
    reports_tallies.count_sales(at=LATER)
    Tally.objects.filter(kind="country").delete()
    Tally.objects.filter(kind="total").update(paid=1)

    assert set(reports_tallies.check_sales(at=LATER)) <= {world.festival.pk, world.other.pk}
    assert_tallies_are_right()
    assert reports_tallies.check_sales(at=LATER) == []


@pytest.mark.django_db(transaction=True)
def test_an_order_that_commits_late_is_counted_and_is_the_first_of_its_shopper():
    dice, world = Random(5), World()

    def late():
        paid_order(world, dice, at=NOON, email="same@example.org")

    with open_transaction(late):
        paid_order(world, dice, at=NOON + timedelta(minutes=10), email="same@example.org")
        assert reports_tallies.count_sales(at=LATER) == 1
        assert CountedOrder.objects.get().is_new
    reports_tallies.count_sales(at=LATER)

    assert_tallies_are_right()
    firsts = CountedOrder.objects.order_by("order__paid_at").values_list("is_new", flat=True)
    assert list(firsts) == [True, False]


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_count_every_order_once():
    dice, world = Random(6), World()
    for n in range(20):
        sent_back(paid_order(world, dice, email=f"{n % 5}@example.org"), dice)

    counted = at_once([lambda: reports_tallies.count_sales(at=LATER)] * 4)

    assert sum(counted) == 40
    assert_tallies_are_right()


@pytest.mark.django_db(transaction=True)
def test_a_beat_waits_for_another_one_that_counts():
    dice, world = Random(8), World()
    order = paid_order(world, dice)
    reports_tallies.count_sales(at=LATER)
    sent_back(order, dice)

    with open_transaction(lambda: reports_tallies.count_sales(at=LATER)):
        other = Beside(lambda: reports_tallies.count_sales(at=LATER))
        assert other.waits()

    assert other.result() == 0
    assert_tallies_are_right()


@pytest.mark.django_db(transaction=True)
def test_a_crash_half_way_leaves_nothing_half_counted(monkeypatch):
    dice, world = Random(7), World()
    for _ in range(3):
        paid_order(world, dice)

    def dies(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(reports_tallies, "_turn", dies)
        with pytest.raises(KeyboardInterrupt):
            reports_tallies.count_sales(at=LATER)
    assert not Tally.objects.exists()
    assert not CountedOrder.objects.exists()

    reports_tallies.count_sales(at=LATER)
    assert_tallies_are_right()
