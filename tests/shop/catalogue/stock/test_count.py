"""A count never takes away what was promised, nor what deals have set aside."""

from functools import partial

import pytest
from django.db import connection, transaction

from shop.catalogue.stock import count as stock_count
from shop.catalogue.stock.models import Pool, StockMove
from shop.core.errors import FenceBroken, NotPossible, ShopError, StaleState
from shop.festivals.deals import reserved_stock
from shop.festivals.nominations import approve as nominations_approve
from shop.merchant.dashboard.products.stock import count_stock
from shop.storefront.listings.models import Listing
from tests import make
from tests.crowd import at_once
from tests.make import NOON, START
from tests.stepping import Beside, open_transaction

pytestmark = pytest.mark.django_db
ROUNDS = 8


def counted(pool, units, *, aside=0, seen=None):
    with transaction.atomic():
        return stock_count.count(
            {pool.pk: units},
            fence=lambda ids: dict.fromkeys(ids, aside),
            at=NOON,
            by=None,
            note="Shelf 3",
            seen=seen,
        )


def on_hand(pool):
    pool.refresh_from_db()
    return pool.on_hand


def test_a_count_sets_what_is_there_and_leaves_a_line():
    pool = Pool.objects.create(on_hand=10)

    assert counted(pool, 12) == [pool.pk]

    assert on_hand(pool) == 12
    move = StockMove.objects.get(pool=pool)
    assert (move.kind, move.change, move.note) == ("count", 2, "Shelf 3")


def test_the_same_number_leaves_no_line():
    pool = Pool.objects.create(on_hand=10)

    assert counted(pool, 10) == []

    assert not StockMove.objects.exists()


def test_less_than_what_is_promised_and_set_aside_is_refused_with_the_figures():
    pool = Pool.objects.create(on_hand=20, held=2, sold=5)

    with pytest.raises(stock_count.TooFewCounted) as refusal:
        counted(pool, 9, aside=3)

    assert "At least 10 must be there: 5 are sold, 2 are being paid for and 3" in str(refusal.value)
    assert on_hand(pool) == 20
    assert not StockMove.objects.exists()
    assert counted(pool, 10, aside=3) == [pool.pk]


@pytest.mark.parametrize("units", [-1, stock_count.MOST + 1])
def test_a_number_that_cannot_be_is_refused(units):
    pool = Pool.objects.create(on_hand=20)

    with pytest.raises(NotPossible):
        counted(pool, units)

    assert on_hand(pool) == 20


def test_units_that_moved_while_they_were_counted_are_counted_again():
    pool = Pool.objects.create(on_hand=20)

    with pytest.raises(StaleState):
        counted(pool, 18, seen={pool.pk: 22})

    assert on_hand(pool) == 20


def test_a_store_that_counts_nothing_left_is_shown_as_sold_out_and_back_again():
    variant = make.variant(20_00, on_hand=3)
    make.listed(variant.product)
    facts = {"seen": None, "note": "", "at": NOON, "by": None}

    count_stock({variant.pool_id: 0}, **facts)
    assert not Listing.objects.get(pk=variant.product_id).is_available
    count_stock({variant.pool_id: 1}, **facts)
    assert Listing.objects.get(pk=variant.product_id).is_available


@pytest.mark.django_db(transaction=True)
def test_a_count_and_an_approval_never_both_take_the_same_units():
    for _round in range(ROUNDS):
        variant = make.variant(20_00, on_hand=10)
        nomination = make.nomination(variant, during=make.festival(), price=15_00, allotment=8)
        count = partial(count_stock, {variant.pool_id: 4}, seen=None, note="", at=START, by=None)
        approve = partial(nominations_approve.approve, nomination, at=START)

        results = at_once([count, approve])

        refused = [found for found in results if isinstance(found, ShopError)]
        assert len(refused) == 1
        assert isinstance(refused[0], (stock_count.TooFewCounted, FenceBroken))
        aside = reserved_stock.set_aside([variant.pool_id], at=START).get(variant.pool_id, 0)
        assert aside <= on_hand(variant.pool)


@pytest.mark.django_db(transaction=True)
def test_a_count_waits_for_an_approval_and_leaves_what_it_sets_aside():
    variant = make.variant(20_00, on_hand=10)
    nomination = make.nomination(variant, during=make.festival(), price=15_00, allotment=8)

    with open_transaction(lambda: nominations_approve.approve(nomination, at=START)):
        count = partial(count_stock, {variant.pool_id: 4}, seen=None, note="", at=START, by=None)
        beside = Beside(count)
        assert beside.waits()

    assert isinstance(beside.result(), stock_count.TooFewCounted)
    assert on_hand(variant.pool) == 10


@pytest.mark.django_db(transaction=True)
def test_a_count_and_an_order_never_both_take_the_last_unit():
    for _round in range(ROUNDS):
        variant = make.variant(20_00, on_hand=1)
        count = partial(count_stock, {variant.pool_id: 0}, seen=None, note="", at=NOON, by=None)

        at_once([count, partial(make.order, {variant: 1})])

        pool = Pool.objects.get(pk=variant.pool_id)
        assert pool.held <= pool.on_hand
    connection.close()
