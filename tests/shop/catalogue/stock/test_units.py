"""A pool's counters: free units are held, held ones sold or given back, sold ones shipped."""

import pytest
from django.db import IntegrityError, transaction

from shop.catalogue.stock import units as stock
from shop.catalogue.stock.models import Pool, StockMove
from shop.core.errors import Unavailable
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


def counters(pool):
    pool.refresh_from_db()
    return pool.on_hand, pool.held, pool.sold


def hold(units, *, everyday=None, fence=None):
    """Hold units; unless said otherwise all of them at the everyday price."""
    with transaction.atomic():
        stock.lock(units)
        stock.hold(units, everyday=units if everyday is None else everyday, fence=fence or {})


def test_held_units_are_not_free_any_more():
    pool = Pool.objects.create(on_hand=5)

    hold({pool.pk: 3})

    assert counters(pool) == (5, 3, 0)
    assert pool.free == 2


@pytest.mark.parametrize("everyday", [3, 0], ids=["at the everyday price", "of a deal"])
def test_a_pool_gives_no_more_than_is_there(everyday):
    pool = Pool.objects.create(on_hand=5, held=2, sold=1)

    with pytest.raises(Unavailable) as refused:
        hold({pool.pk: 3}, everyday={pool.pk: everyday})

    assert (refused.value.kind, refused.value.ids) == ("pool", (pool.pk,))
    assert counters(pool) == (5, 2, 1)


def test_when_one_pool_has_too_few_nothing_is_held_in_any():
    full, empty = Pool.objects.create(on_hand=5), Pool.objects.create(on_hand=0)

    with pytest.raises(Unavailable) as refused:
        hold({full.pk: 1, empty.pk: 1})

    assert refused.value.ids == (empty.pk,)
    assert counters(full) == (5, 0, 0)


def test_everyday_units_stop_at_the_fence_and_those_of_a_deal_do_not():
    pool = Pool.objects.create(on_hand=10)
    hold({pool.pk: 4}, fence={pool.pk: 6})

    with pytest.raises(Unavailable):
        hold({pool.pk: 1}, fence={pool.pk: 6})
    hold({pool.pk: 2}, everyday={}, fence={pool.pk: 4})

    assert counters(pool) == (10, 6, 0)


def test_everyday_units_cannot_take_the_place_of_a_deal_s_units():
    pool = Pool.objects.create(on_hand=6, held=6)

    with pytest.raises(Unavailable):  # 2 of a deal are given back, 2 everyday ones taken
        hold({pool.pk: 0}, everyday={pool.pk: 2}, fence={pool.pk: 2})

    assert counters(pool) == (6, 6, 0)


def test_units_go_back_even_when_the_fence_takes_all():
    pool = Pool.objects.create(on_hand=6, held=6)

    hold({pool.pk: -2}, fence={pool.pk: 6})

    assert counters(pool) == (6, 4, 0)


def test_paying_turns_held_into_sold():
    pool = Pool.objects.create(on_hand=5, held=3)

    stock.settle({pool.pk: 2})

    assert counters(pool) == (5, 1, 2)


def test_shipping_takes_sold_units_out_of_the_house_and_says_who_did_it():
    pool, by = Pool.objects.create(on_hand=5, held=1, sold=2), make.user()

    with transaction.atomic():
        stock.ship({pool.pk: 2}, at=NOON, by=by, note="BB-2027-100001")

    assert counters(pool) == (3, 1, 0)
    move = StockMove.objects.get()
    assert (move.pool, move.kind, move.change, move.at, move.by, move.note) == (
        pool, "ship", -2, NOON, by, "BB-2027-100001",
    )  # fmt: skip


def test_what_was_not_sold_cannot_be_shipped():
    pool = Pool.objects.create(on_hand=5, held=3, sold=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        stock.ship({pool.pk: 2}, at=NOON, by=None, note="")

    assert counters(pool) == (5, 3, 1)
    assert not StockMove.objects.exists()


@pytest.mark.parametrize("wrong", [{"held": 4, "sold": 2}, {"held": -1}, {"on_hand": 0, "held": 1}])
def test_the_database_itself_refuses_to_promise_more_than_is_there(wrong):
    pool = Pool.objects.create(on_hand=5)

    with pytest.raises(IntegrityError), transaction.atomic():
        Pool.objects.filter(pk=pool.pk).update(**wrong)

    assert counters(pool) == (5, 0, 0)
