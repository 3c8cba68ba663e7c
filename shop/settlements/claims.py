"""Which entries of the ledger a settlement may claim, and what keeps the others."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from shop.ledger.models import LedgerEntry, LedgerTransaction
from shop.merchants.models import Merchant
from shop.orders.models import Replacement, Suborder
from shop.payments.disputes.models import Dispute
from shop.payments.models import Operation, Payment
from shop.returns.models import ReturnRequest

Account, Kind = LedgerEntry.Account, LedgerTransaction.Kind
# What moves money out to a store belongs to its payout, not to another settlement.
OF_PAYOUTS = (
    Kind.PAYOUT_SENT, Kind.PAYOUT_FAILED, Kind.PAYOUT_RETURNED,
    Kind.TRANSFER, Kind.TOP_UP,
)  # fmt: skip
ON_ITS_WAY = (
    Operation.State.QUEUED, Operation.State.SENDING, Operation.State.PENDING,
    Operation.State.BLOCKED,
)  # fmt: skip


def unclaimed(merchant: Merchant, currency: str) -> QuerySet[LedgerEntry]:
    """Return what a store is owed, or owes, that stands on no settlement yet."""
    rows = LedgerEntry.objects.filter(
        account=Account.PAYABLE, merchant=merchant, currency=currency, settlement_line=None
    )
    return rows.exclude(transaction__kind__in=OF_PAYOUTS)


def claimable(merchant: Merchant, currency: str, *, cut_off: datetime) -> QuerySet[LedgerEntry]:
    """Return the entries that a settlement up to a moment may claim.

    Those of a part of an order travel together: once it is released and nothing keeps it, or at
    once where it was settled before. What went back of it since the moment goes with it, too.
    """
    parts = released(merchant, cut_off=cut_off)
    others = Q(suborder=None, transaction__at__lt=cut_off)
    return unclaimed(merchant, currency).filter(others | Q(suborder__in=parts)).order_by("pk")


def released(merchant: Merchant, *, cut_off: datetime) -> QuerySet[Suborder]:
    """Return the parts of orders whose earnings may be settled.

    Of money that the provider does not let us use yet nothing is paid, where it has said so.
    """
    parts = Suborder.objects.filter(merchant=merchant, release_at__isnull=False)
    early = Payment.objects.filter(order=OuterRef("order"), available_on__gt=cut_off)
    is_due = Q(release_at__lte=cut_off) & ~Q(kept()) & ~Exists(early)
    return parts.filter(Q(settled_at__isnull=False) | is_due)


def kept() -> Q:
    """Return which parts of orders something keeps, released or not."""
    return (
        Q(held_at__isnull=False)
        | Q(stopped_at__isnull=False)
        | Q(in_return())
        | Q(in_replacement())
        | Q(in_dispute())
        | Q(in_review())
        | Q(in_refund())
    )


def in_return() -> Exists:
    """Return whether something of a part is asked back and not decided."""
    return Exists(ReturnRequest.objects.alive().filter(suborder=OuterRef("pk")))


def in_replacement() -> Exists:
    """Return whether something of a part is sent once more, and not there yet."""
    return Exists(Replacement.objects.alive().filter(suborder=OuterRef("pk")))


def in_dispute() -> Exists:
    """Return whether the bank of its shopper asks for the money, or nobody bears what it took."""
    to_bear = Q(state=Dispute.State.LOST, borne__isnull=True, withdrawn__gt=F("covered"))
    rows = Dispute.objects.filter(Q(state__in=Dispute.LIVE) | to_bear)
    return Exists(rows.filter(payment__order=OuterRef("order")))


def in_review() -> Exists:
    """Return whether money of its order is looked at."""
    rows = Payment.objects.filter(state=Payment.State.REVIEW)
    return Exists(rows.filter(order=OuterRef("order")))


def in_refund() -> Exists:
    """Return whether a refund of its order has not gone yet."""
    rows = Operation.objects.filter(kind=Operation.Kind.REFUND, state__in=ON_ITS_WAY)
    return Exists(rows.filter(payment__order=OuterRef("order"), resolved_at=None))
