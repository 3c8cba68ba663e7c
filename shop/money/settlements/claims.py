"""Which entries of the ledger a settlement may claim, and what keeps the others."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from shop.money.ledger.models import LedgerEntry, LedgerTransaction
from shop.money.money_tasks.gate import open_tasks
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.models import Dispute
from shop.money.payments.models import Operation, Payment, RefundProposal
from shop.money.returns.models import ReturnRequest
from shop.money.settlements.models import Payout, PayoutMethod, Settlement
from shop.money.settlements.remote.models import Transfer
from shop.orders.models import Replacement, Suborder
from shop.people.merchants.models import Merchant

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


def unclaimed(merchant: Merchant, currency: str, *, drafts: bool = False) -> QuerySet[LedgerEntry]:
    """Return what a store is owed, or owes, that is on no settlement yet.

    Args:
        drafts: also what is on a draft, which may still let go of it.
    """
    rows = open_entries() if drafts else LedgerEntry.objects.filter(settlement_line=None)
    own = rows.filter(account=Account.PAYABLE, merchant=merchant, currency=currency)
    return own.exclude(transaction__kind__in=OF_PAYOUTS)


def open_entries() -> QuerySet[LedgerEntry]:
    """Return the entries that no settlement holds for good: on none, or on a draft."""
    on_draft = Q(settlement_line__settlement__state=Settlement.State.DRAFT)
    return LedgerEntry.objects.filter(Q(settlement_line=None) | on_draft)


def claimable(
    merchant: Merchant, currency: str, *, cut_off: datetime, at: datetime, drafts: bool = False
) -> QuerySet[LedgerEntry]:
    """Return the entries that a settlement up to a cut-off may claim, as things stand at a moment.

    Those of a part of an order travel together: once it is released and nothing keeps it, or at
    once where it was settled before. What went back of it since the cut-off goes with it, too. The
    tariff of a payout belongs to the settlement with which it is booked, after the cut-off.
    """
    parts = released(merchant, cut_off=cut_off, at=at)
    is_tariff = Q(transaction__kind=Kind.PAYOUT_TARIFF)
    others = Q(suborder=None) & (Q(transaction__at__lt=cut_off) | is_tariff)
    rows = unclaimed(merchant, currency, drafts=drafts)
    return rows.filter(others | Q(suborder__in=parts)).order_by("pk")


def released(merchant: Merchant, *, cut_off: datetime, at: datetime) -> QuerySet[Suborder]:
    """Return the parts of orders whose earnings may be settled at a moment.

    Of money that the provider does not let us use by then nothing is paid, where it has said so;
    what comes back from a store's own account there is not taken off its settlement as well.
    """
    parts = Suborder.objects.filter(merchant=merchant, release_at__isnull=False)
    early = Payment.objects.filter(order=OuterRef("order"), available_on__gt=at)
    is_due = Q(settled_at=None, release_at__lte=cut_off) & ~kept() & ~Exists(early)
    return parts.filter(is_due | (Q(settled_at__isnull=False) & ~coming_back()))


def coming_back() -> Q:
    """Return which parts of orders owe what is taken back from a store's own account, or will be.

    Until a payout to it has ended, and of what it brought, unless the provider refused.
    """
    owed = open_entries().filter(account=Account.PAYABLE, suborder=OuterRef("pk"))
    owed = owed.exclude(transaction__kind__in=OF_PAYOUTS).order_by()
    owes = owed.values("suborder").annotate(sum=Sum("amount")).filter(sum__gt=0)
    to_own = Payout.objects.filter(
        settlement__claimed__entry__suborder=OuterRef("pk"), state__in=Payout.ON_ITS_WAY,
        method__way=PayoutMethod.Way.CONNECT,
    )  # fmt: skip
    return Q(Exists(owes)) & (Q(Exists(to_own)) | Q(Exists(_to_take_from())))


def _to_take_from() -> QuerySet[Transfer]:
    """Return the transfers of a part of which something is left on the store's account."""
    back = Transfer.objects.filter(of=OuterRef("pk")).order_by().values("of")
    done = back.filter(state=Transfer.State.DONE).annotate(sum=Sum("amount")).values("sum")
    rows = Transfer.objects.filter(suborder=OuterRef("pk"), state=Transfer.State.DONE)
    refused = Transfer.objects.filter(of=OuterRef("pk"), state=Transfer.State.REFUSED)
    rows = rows.exclude(kind=Transfer.Kind.REVERSAL).filter(~Exists(refused))
    return rows.filter(amount__gt=Coalesce(Subquery(done), 0))


def kept() -> Q:
    """Return which parts of orders something keeps, released or not."""
    return (
        Q(held_at__isnull=False)
        | Q(stopped_at__isnull=False)
        | Q(in_return())
        | Q(in_replacement())
        | Q(in_dispute())
        | Q(in_review())
        | Q(in_warning())
        | Q(in_refund())
        | Q(in_proposal())
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


def in_warning() -> Exists:
    """Return whether the issuer of its shopper's card suspects fraud, and nobody has decided."""
    rows = open_tasks().filter(kind=MoneyTask.Kind.FRAUD_WARNING).order_by()
    return Exists(rows.filter(order=OuterRef("order")))


def in_refund() -> Exists:
    """Return whether a refund of its order has not gone yet."""
    rows = Operation.objects.filter(kind=Operation.Kind.REFUND, state__in=ON_ITS_WAY)
    return Exists(rows.filter(payment__order=OuterRef("order"), resolved_at=None))


def in_proposal() -> Exists:
    """Return whether a refund of its order waits for a second person."""
    rows = RefundProposal.objects.filter(state=RefundProposal.State.ASKED)
    return Exists(rows.filter(order=OuterRef("order")))
