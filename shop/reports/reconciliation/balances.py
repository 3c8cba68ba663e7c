"""Compares the provider's balance with the books, at an instant at which neither moved."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Sum

from shop.core.currencies import currencies, has_fractions, written
from shop.core.jobs.work import each
from shop.money.ledger.models import LedgerEntry
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.models import Operation
from shop.money.payments.provider.gateway import BalanceLine
from shop.money.payments.provider.reading import Answer, NotUnderstood, known, read_ones
from shop.money.payments.provider.stripe_gateway import gateway
from shop.reports.reconciliation.discrepancies import Breach
from shop.reports.reconciliation.lines import known_rows, take_in
from shop.reports.reconciliation.models import Discrepancy

log = logging.getLogger(__name__)
LOOKS = 3
EXPLAINED = {"fee-": -1, "amount-": 1, "operation-": 1, "refund-line-": 1, "charge-line-": -1,
             "transfer-": 1, "transfer-line-": 1, "reversal-line-": -1}  # fmt: skip
"""What single lines differ by, by the beginning of the key, and with which sign it is the balance
that is higher: what a task of its own tells is not told again as a sum."""
A_DAY = timedelta(days=1)


class Balances(NamedTuple):
    """What the account has by currency, and why another currency's balance is not known."""

    there: dict[str, int]
    unread: dict[str, str]


NAME = "take in new lines of the balance"


def compare(since: datetime, *, at: datetime) -> list[Breach] | None:
    """Return where balance and books differ; None where they moved at every look.

    What is under way explains itself: a charge whose message has not come, a refund that the
    provider has taken from the balance and not carried out.

    Args:
        since: lines made later are not judged.

    Raises:
        GatewayError: the provider does not answer.
    """
    before = _snapshot()
    for _look in range(LOOKS):
        under_way = _newest(since, at=at)
        after = _snapshot()
        if under_way is not None and before == after:
            return list(_differences(*after, under_way))
        before = after
        log.info("the balance moved while it was compared")
    return None


def in_books() -> dict[str, int]:
    """Return what stands on the provider's account in the books, by currency."""
    rows = LedgerEntry.objects.filter(account=LedgerEntry.Account.PROVIDER).order_by()
    return dict(rows.values_list("currency").annotate(sum=Sum("amount")))


def gone_ahead() -> Counter[str]:
    """Return the refunds that have left the balance and are not done in the books, by currency."""
    rows = Operation.objects.filter(
        kind=Operation.Kind.REFUND, state=Operation.State.PENDING, balance_txn__isnull=False
    ).order_by()
    return Counter(dict(rows.values_list("currency").annotate(sum=Sum("amount"))))


def _snapshot() -> tuple[Balances, dict[str, int], Counter[str]]:
    there, unread = {}, {}
    for currency, answer in gateway().balances().items():
        if isinstance(answer, NotUnderstood):
            unread[currency] = str(answer)
        else:
            there[currency] = answer
    return Balances(there, unread), in_books(), gone_ahead()


def explained() -> Counter[str]:
    """Return by how much the balance is higher for what has a task of its own, by currency."""
    found: Counter[str] = Counter()
    for row in Discrepancy.objects.filter(kind=MoneyTask.Kind.DIFFERENCE):
        for beginning, sign in EXPLAINED.items():
            if row.key.startswith(beginning):
                found[row.currency] += sign * row.figure
    return found


def _newest(since: datetime, *, at: datetime) -> Counter[str] | None:
    """Take in the newest lines; return what those come to that nobody judges yet.

    None where one could not be taken in: then nothing can be said of the sum.
    """
    young: Counter[str] = Counter()
    after, has_more = "", True
    while has_more:
        # The provider's clock may be a little ahead of ours.
        page = gateway().balance_lines(since, at + A_DAY, after=after)
        if not _take_page(page.lines, young, at=at):
            return None
        has_more, after = page.has_more, page.last
    return young


def _take_page(page: Sequence[Answer[BalanceLine]], young: Counter[str], *, at: datetime) -> bool:
    rows, left = known_rows(read_ones(page)), {line.id for line in page}

    def take(answer: Answer[BalanceLine]) -> None:
        line = known(answer)
        if take_in(line, rows, is_young=True, at=at) == "young":
            young[line.currency] += line.net
        left.discard(line.id)

    each(NAME, page, take, about=lambda line: line.id, at=at)
    return not left


def _differences(
    balances: Balances, ours: dict[str, int], waits: Counter[str], under_way: Counter[str]
) -> Iterator[Breach]:
    told, there = explained(), balances.there
    for currency, why in balances.unread.items():
        yield Breach(MoneyTask.Kind.DIFFERENCE, f"provider-{currency}", 0, f"{currency}: {why}.")
    for currency in sorted({*there, *ours} - set(balances.unread)):
        expected = ours.get(currency, 0) + under_way[currency] - waits[currency] + told[currency]
        apart = there.get(currency, 0) - expected
        if abs(apart) <= _rounded_off(currency):
            continue
        says, have = (_said(n, currency) for n in (there.get(currency, 0), expected))
        what = f"The provider has {says}, the books {have}: {_said(apart, currency)} apart."
        yield Breach(MoneyTask.Kind.DIFFERENCE, f"provider-{currency}", apart, what, currency)


def _rounded_off(currency: str) -> int:
    """Return by how much the rounding of fees may have moved the books from the balance."""
    if not has_fractions(currency):
        return 0
    fees = LedgerEntry.objects.filter(account=LedgerEntry.Account.FEES, currency=currency)
    return (fees.count() + 1) // 2


def _said(amount: int, currency: str) -> str:
    known_one = currency in currencies()
    return written(amount, currency, "en") if known_one else f"{amount} {currency}"
