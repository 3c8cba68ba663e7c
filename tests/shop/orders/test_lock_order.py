"""Rows are locked in one order by everybody, so that nobody waits for each other in a circle."""

import pytest
from django.db import transaction

from shop.catalogue.stock.units import lock
from shop.festivals.holds import counters
from shop.festivals.holds.holdings import Holdings
from shop.festivals.models import Claim, DealUsage, PromotionUsage
from shop.festivals.prices import spans
from shop.orders import end
from shop.orders.place import place_order
from tests import make
from tests.make import NOON
from tests.stepping import Beside, is_locked, lock_row, open_transaction

pytestmark = pytest.mark.django_db(transaction=True)
ORDER = ["claim", "promotion usage", "promotion", "deal usage", "deal", "pool", "product"]


def everything_scarce():
    """Return a shopper whose cart needs a row of every kind, and these rows."""
    kettle, account, festival = make.variant(50_00), make.user(), make.festival()
    deal = make.deal(kettle, during=festival, price=40_00, allotment=1, per_shopper=1)
    pocket = make.promotion(
        festival, group="voucher", trigger="claim", value=5_00, max_uses=9, per_shopper=1
    )
    claim = Claim.objects.create(promotion=pocket, shopper=account, code="MINE")
    rows = {
        "claim": claim,
        "promotion usage": PromotionUsage.objects.create(promotion=pocket, mailbox=account.mailbox),
        "promotion": pocket,
        "deal usage": DealUsage.objects.create(deal=deal, mailbox=account.mailbox),
        "deal": deal,
        "pool": kettle.pool,
        "product": kettle.product,
    }
    return make.cart({kettle: 1}, of=make.shopper(account), codes=("mine",)), rows


def locked_while_it_waits_for(kind, rows, action):
    with open_transaction(lambda: lock_row(rows[kind])):
        other = Beside(action)
        assert other.waits()
        locked = [name for name in ORDER if is_locked(rows[name])]
    return locked, other.result()


@pytest.mark.parametrize("kind", ORDER[:-1])
def test_placing_an_order_locks_from_the_claim_to_the_pool(kind):
    who, rows = everything_scarce()
    agreed = make.agreed(who)

    locked, placed = locked_while_it_waits_for(
        kind, rows, lambda: place_order(who, agreed=agreed, at=NOON)
    )

    assert locked == ORDER[: ORDER.index(kind) + 1]
    assert placed.order.total == 35_00


@pytest.mark.parametrize("kind", ORDER)
def test_paying_locks_in_the_same_order_and_the_price_last(kind):
    who, rows = everything_scarce()
    order = place_order(who, agreed=make.agreed(who), at=NOON).order

    locked, _ = locked_while_it_waits_for(kind, rows, lambda: pay(order))

    assert locked == ORDER[: ORDER.index(kind) + 1]
    order.refresh_from_db()
    assert order.is_paid


@pytest.mark.parametrize("kind", ["claim", "promotion", "deal", "pool", "product"])
def test_of_two_rows_the_older_one_is_locked_first(kind):
    older, newer = TWO_ROWS[kind]()

    with open_transaction(lambda: lock_row(older)):
        other = Beside(lambda: lock_both(kind, newer.pk, older.pk))
        assert other.waits()
        assert not is_locked(newer)

    other.result()


@transaction.atomic
def lock_both(kind, *ids):
    if kind == "pool":
        lock(ids)
    elif kind == "product":
        spans.lock_prices(ids, at=NOON)
    elif kind == "claim":
        move(claims=frozenset(ids))
    else:
        move(**{f"{kind}s": dict.fromkeys(ids, 1)})


def move(**wanted):
    counters.move_holds(take=Holdings(**wanted), give=Holdings(), shopper_id=None)


@transaction.atomic
def pay(order):
    end.mark_paid(end.lock(order.pk), at=NOON)


def two_claims():
    pocket = make.promotion(make.festival(), trigger="claim", value=1)
    return [Claim.objects.create(promotion=pocket, code=code) for code in ("A", "B")]


TWO_ROWS = {
    "claim": two_claims,
    "promotion": lambda: [make.promotion(make.festival(), value=1) for _ in range(2)],
    "deal": lambda: [
        make.deal(make.variant(), during=make.festival(), price=1_00, allotment=5) for _ in range(2)
    ],
    "pool": lambda: [make.variant().pool for _ in range(2)],
    "product": lambda: [make.variant().product for _ in range(2)],
}
