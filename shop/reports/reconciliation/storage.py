"""Books the lines of the account for payouts that nobody asked for: paid in, corrected, unknown.

Payouts, what comes back of them, fees and fundings are booked by whoever asked for them.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shop.core.currencies import written
from shop.core.jobs import each
from shop.core.jobs.failed_jobs import FailedItem
from shop.money.ledger.models import LedgerEntry, LedgerTransaction
from shop.money.ledger.posting import moves
from shop.money.ledger.posting.entries import EventFacts
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.provider import stripe_payouts as provider
from shop.money.payments.provider.payouts import StorageLine
from shop.money.payments.provider.reading import Answer, NotUnderstood, known, read_ones
from shop.money.payments.provider.stripe_gateway import gateway
from shop.money.settlements.remote.payout_checks import FEES, lines_since, storage_account
from shop.reports.reconciliation.discrepancies import Breach, report

Kind = LedgerTransaction.Kind
# Stripe's categories of this account's lines, SDK 16.1.
ASKED_FOR = (*FEES, "outbound_payment", "outbound_payment_reversal")
PAID_IN = ("inbound_transfer", "inbound_transfer_reversal", "received_credit_reversal")


def book_storage_lines(*, at: datetime) -> int:
    """Book what came to the account for payouts by itself, each line once; return how many.

    In the beat. What nobody knows stands in suspense until a person has said what it is.
    """
    since, storage = lines_since(), storage_account()
    if since is None or not storage or gateway().is_given_up:
        return 0
    found = provider.storage_lines(gateway(), storage=storage, since=since)
    unread = [answer for answer in found if isinstance(answer, NotUnderstood)]
    lines = [line for line in read_ones(found) if line.is_posted and line.cause not in ASKED_FOR]
    names = [f"{kind}-{line.id}" for line in lines for kind in (Kind.DEPOSIT, Kind.UNKNOWN)]
    booked = LedgerTransaction.objects.filter(reference__in=names)
    done = set(booked.values_list("reference", flat=True))
    fresh = [
        line
        for line in lines
        if not done & {f"{Kind.DEPOSIT}-{line.id}", f"{Kind.UNKNOWN}-{line.id}"}
    ]

    def about(line: Answer[StorageLine]) -> FailedItem:
        return FailedItem("storage line", line.id[-60:])

    def book(line: Answer[StorageLine]) -> bool:
        return _book(known(line), at=at)

    name = "book lines of the account for payouts"
    rows: list[Answer[StorageLine]] = [*unread, *fresh]
    return each(name, rows, book, at=at, about=about)


def _book(line: StorageLine, *, at: datetime) -> bool:
    facts = EventFacts(reference=line.id, currency=line.currency, at=at)
    if line.cause == "received_credit" and not provider.is_from_bank(gateway(), line.cause_id):
        return False  # a funding of ours, which its own flow books
    if line.cause in (*PAID_IN, "received_credit"):
        with transaction.atomic():
            moves.STORAGE_DEPOSIT.book(line.amount, **facts)
        return True
    with transaction.atomic():
        moves.post_unknown(line.amount, LedgerEntry.Account.STORAGE, **facts)
        what = (
            f"{line.cause.replace('_', ' ')} on the account for payouts: "
            f"{written(line.amount, line.currency, 'en')}, and nobody knows what for. "
            f"Line {line.id}."
        )
        kind = MoneyTask.Kind.SUSPENSE
        report(Breach(kind, line.id, line.amount, what, line.currency, stays=True), at=at)
    return True
