"""Parcels whose money is in question go on when no question is left."""

from __future__ import annotations

from django.db.models import F

from shop.money.money_tasks.gate import open_tasks
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.models import Dispute
from shop.money.payments.models import Operation, RefundProposal
from shop.orders.models import Order, Refund
from shop.orders.stop import let_go


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
    if not disputes.exists() and not outside.exists() and not is_suspected(order):
        let_go(order, by_hand=by_hand)


def is_suspected(order: Order) -> bool:
    """Return whether a card's issuer suspects fraud, and nobody has decided about it for good."""
    warned = open_tasks().filter(kind=MoneyTask.Kind.FRAUD_WARNING, order=order)
    asked = RefundProposal.objects.filter(
        order=order, state=RefundProposal.State.ASKED, plan__cause=Refund.Cause.FRAUD
    )
    return warned.exists() or asked.exists()
