"""Parcels whose money is in question go on when no question is left."""

from __future__ import annotations

from django.db.models import F

from shop.money_desk.gate import open_tasks
from shop.money_desk.models import MoneyTask
from shop.orders.models import Order
from shop.orders.stop import let_go
from shop.payments.disputes.models import Dispute
from shop.payments.models import Operation


def let_go_on(order: Order, *, by_hand: bool = False) -> None:
    """Let an order be sent again, unless something else of its money is in question.

    A bank may still decide, or has decided against us, or warned of fraud; or nobody knows what a
    refund was for.

    Args:
        by_hand: a person has decided about what a person stopped, too.
    """
    against = (*Dispute.LIVE, Dispute.State.LOST)
    disputes = Dispute.objects.filter(payment__order=order, state__in=against)
    outside = Operation.objects.filter(
        payment__order=order,
        cause=Operation.Cause.OUTSIDE,
        state__in=(Operation.State.PENDING, Operation.State.DONE),
        matched__lt=F("amount"),
    )
    warned = open_tasks().filter(kind=MoneyTask.Kind.FRAUD_WARNING, order=order)
    if not disputes.exists() and not outside.exists() and not warned.exists():
        let_go(order, by_hand=by_hand)
