"""Of which transfers a payout to a store's own account at the provider is made.

Out of a charge goes no more than its shopper paid for the store's part and has not had back; the
rest, which others gave, comes out of the balance. What is netted or kept, and what went back of
other parts, makes the transfers smaller, the oldest first.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import F, Sum

from shop.money.payments.disputes.decide import left_of
from shop.money.payments.models import Payment
from shop.money.settlements.models import Settlement
from shop.money.settlements.remote.models import Transfer
from shop.orders.models import RefundGoodwill, Suborder

Kind, State = Transfer.Kind, Transfer.State


@dataclass(frozen=True, slots=True)
class TransferPiece:
    """One transfer: of which kind, for which part of an order, out of which charge, how much."""

    kind: str
    suborder: int | None
    charge: str
    amount: int


def pieces_of(row: Settlement) -> list[TransferPiece]:
    """Return the transfers that pay a settlement whole, the oldest part first.

    Called under the locks of its payout.
    """
    shares = _shares(row)
    parts = Suborder.objects.filter(pk__in=[pk for pk in shares if pk]).prefetch_related("lines")
    found = {part.pk: part for part in parts}
    charges = _charges({part.order_id for part in parts}, row.currency)
    gone = _gone_beside(found)
    pieces: list[TransferPiece] = []
    rest = 0
    for pk, amount in shares.items():
        if pk is None:
            rest += amount
            continue
        charge = charges.get(found[pk].order_id, "")
        out = min(amount, max(0, left_of(found[pk]) - gone[pk])) if charge else 0
        if out:
            pieces.append(TransferPiece(Kind.TRANSFER, pk, charge, out))
        if amount > out:
            pieces.append(TransferPiece(Kind.TOP_UP, pk, "", amount - out))
    if rest:
        pieces.append(TransferPiece(Kind.TOP_UP, None, "", rest))
    return pieces


def _shares(row: Settlement) -> dict[int | None, int]:
    """Return what is paid of each part of an order; what belongs to none stands under None."""
    sums: dict[int | None, int] = defaultdict(int)
    claimed = row.claimed.order_by("entry").values_list("entry__suborder", "amount")
    for pk, amount in claimed:
        sums[pk] += amount
    taken = sum(amount for amount in sums.values() if amount > 0) - row.total
    shares: dict[int | None, int] = {}
    for part, amount in sums.items():
        if amount > 0:
            less = min(amount, taken)
            taken -= less
            if amount > less:
                shares[part] = amount - less
    return shares


def _charges(orders: set[int], currency: str) -> dict[int, str]:
    """Return the charge of each order that was paid in the settlement's currency."""
    rows = Payment.objects.filter(
        order__in=orders, state=Payment.State.PAID, charge_id__isnull=False
    )
    return {row.order_id: str(row.charge_id) for row in rows if row.came.currency == currency}


def _gone_beside(parts: dict[int, Suborder]) -> dict[int, int]:
    """Return what went out of the charge for each part beside refunds of goods and delivery.

    Transfers of before count whether they came back or not, as the provider counts them.
    """
    moved = Transfer.objects.filter(kind=Kind.TRANSFER, state__in=Transfer.LIVE)
    gone = dict.fromkeys(parts, 0)
    for rows, amount in (
        (moved, F("amount")),
        (RefundGoodwill.objects.all(), F("by_merchant") + F("by_platform") + F("by_fund")),
    ):
        own = rows.filter(suborder__in=parts).order_by()
        for pk, total in own.values_list("suborder").annotate(sum=Sum(amount)):
            gone[pk] += total
    return gone
