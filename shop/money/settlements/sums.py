"""What a settlement comes to: the entries that it may claim now, their sums, its lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shop.money.ledger.balances import balance
from shop.money.ledger.models import LedgerEntry, LedgerTransaction
from shop.money.settlements.claims import claimable
from shop.money.settlements.lines import lines_of
from shop.money.settlements.models import Settlement
from shop.people.merchants.models import Merchant

Account, Kind = LedgerEntry.Account, LedgerTransaction.Kind


@dataclass(frozen=True, slots=True)
class SettledSums:
    """What entries come to: earned, taken off, kept back."""

    earned: int
    netted: int
    reserved: int

    @property
    def total(self) -> int:
        """Return what is left to pay; below zero the store owes it."""
        return self.earned - self.netted - self.reserved


@dataclass(frozen=True, slots=True)
class Claims:
    """The entries that a settlement may claim, the oldest first, and what they come to."""

    entries: list[LedgerEntry]
    sums: SettledSums


@dataclass(frozen=True, slots=True)
class Figures:
    """The sums and lines of a settlement as a page shows them."""

    sums: SettledSums
    lines: list[dict[str, Any]]


def claims_of(
    merchant: Merchant, currency: str, *, cut_off: datetime, at: datetime, drafts: bool = False
) -> Claims:
    """Return what a settlement of a store up to a cut-off may claim at a moment.

    The fee of a payout is left for the next one where nothing would be paid.

    Args:
        drafts: also what the store's draft has claimed.
    """
    rows = claimable(merchant, currency, cut_off=cut_off, at=at, drafts=drafts)
    beside = rows.select_related("transaction__order", "suborder")
    entries = list(beside.prefetch_related("suborder__lines"))
    found = Claims(entries, _sums(merchant, currency, entries))
    if found.sums.total > 0:
        return found
    rest = [entry for entry in entries if entry.transaction.kind != Kind.PAYOUT_TARIFF]
    return Claims(rest, _sums(merchant, currency, rest)) if len(rest) < len(entries) else found


def figures_of(row: Settlement, *, at: datetime) -> Figures:
    """Return what a settlement comes to: as frozen, or of a draft as things stand at a moment."""
    if row.state != Settlement.State.DRAFT:
        return Figures(SettledSums(row.earned, row.netted, row.reserved), row.lines)
    claims = claims_of(row.merchant, row.currency, cut_off=row.cut_off, at=at, drafts=True)
    return Figures(claims.sums, lines_of(claims.entries))


def total_of(row: Settlement, *, at: datetime) -> int:
    """Return what a settlement comes to: as frozen, or of a draft at a moment."""
    if row.state != Settlement.State.DRAFT:
        return row.total
    found = claims_of(row.merchant, row.currency, cut_off=row.cut_off, at=at, drafts=True)
    return found.sums.total


def _sums(merchant: Merchant, currency: str, entries: list[LedgerEntry]) -> SettledSums:
    earned = -sum(entry.amount for entry in entries)
    owes = balance(Account.RECEIVABLE, currency, merchant=merchant)
    netted = min(owes, max(0, earned))
    # What was kept before and is released now is not kept again.
    sold = -sum(entry.amount for entry in entries if entry.suborder_id)
    reserved = max(0, sold - netted) * merchant.reserve_bp // 10_000
    return SettledSums(earned, netted, reserved)
