"""The procedure for a wrong price: the price ends, open orders end, paid ones wait for a person.

Nothing of a paid order changes by itself. Somebody decides about each: the price is kept, or the
units are sent back; the shopper is told either way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.tasks import task

from shop.core import clock
from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.core.tasks import enqueue
from shop.festivals.changelog import log as note
from shop.festivals.deals import void
from shop.festivals.models import Deal
from shop.money.payments.cancel import end_open
from shop.money.payments.refund import refund_lines
from shop.orders import end
from shop.orders.models import Order, OrderLine, SaleDecision
from shop.orders.tasks import send_price_mistake
from shop.people.accounts.models import User
from shop.people.merchants.own_stores import refuse_own


@dataclass(frozen=True, slots=True)
class Voided:
    """The instant from which the regular price counts, and how many open orders are ended."""

    since: datetime
    open_orders: int


def void_price(deal: Deal, *, reason: str, at: datetime, by: User | None = None) -> Voided:
    """End a wrong price at once and let the worker close the open orders that hold it.

    An order that was being placed in the same second, or whose session could not be closed, is
    ended by the beat.

    Raises:
        NotPossible: there is no reason, or the deal is over; nothing is changed.
    """
    with transaction.atomic():
        since = void.end_price(deal, reason=reason, at=at, by=by)
        enqueue(end_orders_of, deal.pk)
    return Voided(since, _open_ones(deal.pk).count())


@task
def end_orders_of(deal_id: int) -> None:
    """End the pending orders that hold one void price."""
    end_open_ones(at=clock.now(), deal_id=deal_id)


def end_open_ones(*, at: datetime, deal_id: int | None = None) -> int:
    """End pending orders that hold a void price; return how many ended. Part of the beat.

    One that was paid at the last moment stays paid, and waits for a decision with the others.
    """
    return end_open(_open_ones(deal_id), name="end orders at a wrong price", at=at)


def _open_ones(deal_id: int | None) -> QuerySet[Order]:
    orders = Order.objects.filter(state=Order.State.PENDING, lines__deal__state=Deal.State.VOID)
    if deal_id:
        orders = orders.filter(lines__deal=deal_id)
    return orders.distinct().order_by("pk")


@transaction.atomic
def decide(line: OrderLine, outcome: str, *, at: datetime, by: User | None = None) -> SaleDecision:
    """Keep the wrong price of some units that were paid for, or send the money back.

    Raises:
        NotPossible: it was decided already, the price was not wrong, or the parcel has left.
    """
    end.lock(line.order_id)
    rows = OrderLine.objects.select_related(
        "deal__wrong_price", "deal__slot__festival", "order", "suborder"
    )
    line = lock_one(rows, line.pk)
    refuse_own(line.suborder.merchant_id, by=by)
    if SaleDecision.objects.filter(line=line).exists():
        raise NotPossible("This was decided already.")
    if line.deal is None or line.deal.state != Deal.State.VOID or not line.order.is_paid:
        raise NotPossible("Only units that were paid for at a wrong price wait for a decision.")
    if outcome == SaleDecision.Outcome.REFUNDED:
        reason = line.deal.wrong_price.reason
        refund_lines(line.order_id, [line.pk], reason=reason, at=at, by=by)
    made = SaleDecision.objects.create(line=line, outcome=outcome, at=at, by=by)
    enqueue(send_price_mistake, line.pk)
    note(line.deal, outcome, at=at, by=by, festival=line.deal.slot.festival,
         after={"order": line.order.number})  # fmt: skip
    return made
