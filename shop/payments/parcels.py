"""Parcels whose money is in question go on when no question is left."""

from __future__ import annotations

from django.db.models import F

from shop.orders.models import Order
from shop.orders.stop import let_go
from shop.payments.disputes.models import Dispute
from shop.payments.models import Operation


def let_go_on(order: Order) -> None:
    """Let an order be sent again, unless something else of its money is in question.

    A bank may still decide, or has decided against us; or nobody knows what a refund was for.
    """
    against = (*Dispute.LIVE, Dispute.State.LOST)
    disputes = Dispute.objects.filter(payment__order=order, state__in=against)
    outside = Operation.objects.filter(
        payment__order=order,
        cause=Operation.Cause.OUTSIDE,
        state__in=(Operation.State.PENDING, Operation.State.DONE),
        matched__lt=F("amount"),
    )
    if not disputes.exists() and not outside.exists():
        let_go(order)
