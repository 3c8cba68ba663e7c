"""What holds after each step of a life: provider, stores, bank and books agree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q, Sum

from shop.money.ledger.balances import balance, unbalanced
from shop.money.payments.disputes.models import Dispute
from shop.money.payments.models import Operation
from shop.money.settlements.models import Payout, Settlement
from shop.money.settlements.remote.models import Transfer
from shop.orders.models import Suborder
from shop.orders.reconcile import differences
from shop.people.merchants.models import Merchant
from shop.reports.reconciliation.rules import breaches
from tests.shop.money.settlements.earned import claimed_sum

USD = "USD"
ASKED = ("balanced", "counterparts", "settlements", "transfers", "refunds", "named", "series")
"""What the night asks of the books, too; cover and age are no matter of a life."""
NOT_GONE = ("queued", "sending", "pending", "blocked", "failed")


def broken(sandbox: Any, *, at: datetime) -> list[str]:
    """Return what does not hold, in sentences."""
    return [
        *map(str, differences()),
        *unbalanced(),
        *_provider(sandbox),
        *(breach.what for breach in breaches(at=at, only=ASKED)),
        *_refunds(),
        *_disputes(),
        *_payouts(),
        *_settlements(),
        *_stores(),
    ]


def had(*stores: Merchant) -> int:
    """Return what stores got: in files for the bank, or on their own accounts, less what came back.

    Args:
        stores: all, where none is named.
    """
    whose = {"settlement__merchant__in": stores} if stores else {}
    files = Payout.objects.filter(state__in=("exported", "done"), **whose)
    files = files.exclude(method__way="connect")
    moved = Transfer.objects.filter(state__in=("done", "elsewhere"))
    if stores:
        own = Q(payout__settlement__merchant__in=stores)
        moved = moved.filter(own | Q(of__payout__settlement__merchant__in=stores))
    back = moved.filter(kind="reversal")
    return _sum(files) + _sum(moved.exclude(kind="reversal")) - _sum(back)


def _sum(rows: Any) -> int:
    return rows.aggregate(n=Sum("amount"))["n"] or 0


def _provider(sandbox: Any) -> Iterator[str]:
    """The balance at the provider is what the books say, but for the fees of charges.

    A refund that is pending has left the balance, and is owed until it is done.
    """
    lines = list(sandbox.world.store.all("balance_transaction"))
    there = sum(row["amount"] for row in lines)
    there -= sum(row["fee"] for row in lines if row["type"] == "adjustment")
    pending = Operation.objects.filter(kind="refund", state="pending").exclude(cause="outside")
    there += pending.aggregate(n=Sum("amount"))["n"] or 0
    if there != balance("provider", USD):
        yield f"the provider has {there}, the books {balance('provider', USD)}"


def _refunds() -> Iterator[str]:
    """What is owed to shoppers is what of our refunds has not gone."""
    own = Operation.objects.filter(kind="refund", state__in=NOT_GONE, resolved_at=None)
    waiting = own.exclude(cause="outside").aggregate(n=Sum("amount"))["n"] or 0
    if waiting != -balance("refunds_due", USD):
        yield f"refunds of {waiting} wait, the books owe {-balance('refunds_due', USD)}"


def _disputes() -> Iterator[str]:
    """What the bank holds is what it has taken and nobody has said who bears."""
    rows = Dispute.objects.filter(borne__isnull=True).exclude(state__in=("won", "closed"))
    taken = sum(row.withdrawn - row.covered for row in rows)
    if taken != balance("disputed", USD):
        yield f"banks hold {taken}, the books say {balance('disputed', USD)}"


def _payouts() -> Iterator[str]:
    """What is on its way is what stands in files; no settlement is paid more than once."""
    sent = Payout.objects.filter(state="exported").aggregate(n=Sum("amount"))["n"] or 0
    if sent != -balance("transit", USD):
        yield f"{sent} is with the bank, the books say {-balance('transit', USD)}"
    for row in Settlement.objects.filter(state__in=Settlement.FROZEN):
        live = row.payouts.filter(state__in=Payout.LIVE).aggregate(n=Sum("amount"))["n"] or 0
        if live > max(0, row.total):
            yield f"{row.pk} pays {live} of {row.total}"


def _settlements() -> Iterator[str]:
    """What a settlement claims is what it pays, and its lines say the same."""
    for row in Settlement.objects.filter(state__in=Settlement.FROZEN):
        if claimed_sum(row) != max(0, row.total):
            yield f"settlement {row.pk} claims {claimed_sum(row)}, pays {row.total}"
        if sum(line["yours"] for line in row.lines) != row.earned:
            yield f"lines of settlement {row.pk} do not add up to {row.earned}"


def _stores() -> Iterator[str]:
    """What stores earn on their orders is what they are owed, have, or is kept."""
    parts = Suborder.objects.sold()
    kept = sum(part.kept for part in parts)
    out = had()
    owed = -balance("payable", USD) - balance("reserve", USD) - balance("receivable", USD)
    if kept - out != owed:
        yield f"stores keep {kept} and had {out}, the books owe {owed}"
