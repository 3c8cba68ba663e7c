"""What must always hold of the books, each rule by its number; a night and the tests ask them.

Rule 5 is the cover.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest

from shop.core.currencies import written
from shop.festivals.models import ChangeLog
from shop.money.ledger.balances import unbalanced
from shop.money.ledger.cover import covers
from shop.money.ledger.models import LedgerEntry, LedgerTransaction
from shop.money.money_tasks.gate import open_tasks
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.models import Dispute
from shop.money.payments.models import Operation, Payment
from shop.money.settlements.models import Payout, Settlement
from shop.money.settlements.receivables import receivables
from shop.money.settlements.remote.models import Transfer
from shop.orders.documents.issue import without_note
from shop.orders.documents.models import Document, Series
from shop.orders.documents.series import digest_of
from shop.orders.models import Order, Suborder
from shop.people.merchants.models import Merchant
from shop.reports.reconciliation.discrepancies import Breach
from shop.reports.reconciliation.models import Discrepancy
from shop.reports.reconciliation.moved import moved_too_much

Task, Account = MoneyTask.Kind, LedgerEntry.Account
Kind = LedgerTransaction.Kind
type Rule = Callable[[datetime], Iterator[Breach]]

MOST = 100
"""Of one rule so many are told in a night: whatever broke more of them is one thing."""
A_DAY = timedelta(days=1)
SUSPENSE_FOR, RECEIVABLE_FOR = timedelta(days=2), timedelta(days=60)
NOT_GONE = (
    Operation.State.QUEUED, Operation.State.SENDING, Operation.State.PENDING,
    Operation.State.BLOCKED, Operation.State.FAILED,
)  # fmt: skip
GONE = (Operation.State.SENDING, Operation.State.PENDING, Operation.State.DONE)
OUTSIDE = Operation.Cause.OUTSIDE


def breaches(*, at: datetime, only: tuple[str, ...] = ()) -> Iterator[Breach]:
    """Yield what does not hold at a moment, rule by rule.

    Args:
        only: the names of the rules to ask; all of them where none is named.
    """
    for name, rule in RULES.items():
        if not only or name in only:
            yield from islice(rule(at), MOST)


def _balanced(_at: datetime) -> Iterator[Breach]:
    """Rule 1: every transaction sums to zero, what is paid is booked, and nothing else is."""
    for sentence in unbalanced():
        key = f"books-{sentence.partition(' ')[0]}"
        yield Breach(Task.DIFFERENCE, key, 0, f"Rule 1: {sentence}.")


def _counterparts(_at: datetime) -> Iterator[Breach]:
    """Rule 1: what banks hold, what is on its way, what shoppers are owed stands in rows, too."""
    own = Operation.objects.filter(kind=Operation.Kind.REFUND, resolved_at=None)
    due = own.filter(state__in=NOT_GONE).exclude(~Q(state=Operation.State.FAILED), cause=OUTSIDE)
    held = Dispute.objects.filter(borne__isnull=True, withdrawn__gt=F("covered"))
    sent = Payout.objects.filter(state__in=(Payout.State.EXPORTED, Payout.State.SENT))
    yield from _against(Account.REFUNDS_DUE, "refunds that have not gone", _minus(_sums(due)))
    taken = _sums(held, F("withdrawn") - F("covered"))
    yield from _against(Account.DISPUTED, "disputes that nobody bears", taken)
    on_its_way = _sums(sent, currency="settlement__currency")
    yield from _against(Account.TRANSIT, "payouts with bank and provider", _minus(on_its_way))
    nobodys = LedgerEntry.objects.filter(transaction__order=None)
    yield from _against(
        Account.SUSPENSE, "lines on the money desk", _minus(_unexplained()), nobodys
    )


def _settlements(_at: datetime) -> Iterator[Breach]:
    """Rule 2: a settlement claims what it pays, and is paid once."""
    claimed = Settlement.objects.filter(pk=OuterRef("pk")).values("pk")
    live = Payout.objects.filter(settlement=OuterRef("pk"), state__in=Payout.LIVE).order_by()
    paid = live.values("settlement").annotate(sum=Sum("amount")).values("sum")
    rows = Settlement.objects.filter(state__in=Settlement.FROZEN).annotate(
        claims=Coalesce(Subquery(claimed.annotate(sum=Sum("claimed__amount")).values("sum")), 0),
        pays=Coalesce(Subquery(paid), 0),
        due=Greatest(F("total"), 0),
    )
    wrong = rows.filter(~Q(claims=F("due")) | Q(pays__gt=F("due"))).select_related("merchant")
    for row in wrong.order_by("pk"):
        claims, pays, due = (
            written(n, row.currency, "en") for n in (row.claims, row.pays, row.due)
        )
        what = f"Rule 2: settlement {row.number} of {due} claims {claims} and pays {pays}."
        figure = row.claims + row.pays - 2 * row.due
        yield Breach(Task.DIFFERENCE, f"settlement-{row.pk}", figure, what, row.currency,
                     rows={"merchant": row.merchant})  # fmt: skip


def _refunds(_at: datetime) -> Iterator[Breach]:
    """Rule 4: no more went back of a charge, to its shopper and by disputes, than came."""
    rows = Payment.objects.filter(operations__state__in=GONE) | Payment.objects.filter(
        disputes__withdrawn__gt=0
    )
    back = Operation.objects.filter(payment=OuterRef("pk"), kind=Operation.Kind.REFUND,
                                    state__in=GONE, resolved_at=None)  # fmt: skip
    bank = Dispute.objects.filter(payment=OuterRef("pk"))
    found = rows.distinct().annotate(
        gone=_total(back, "amount") + _total(bank, "withdrawn"),
        whole=Coalesce(F("received"), F("amount")),
    )
    wrong = found.filter(whole__lt=F("gone")).order_by("pk").values_list("pk", "gone", "whole")
    for pk, gone, whole in wrong:
        row = Payment.objects.select_related("order").get(pk=pk)
        currency = row.came.currency
        went, came = (written(n, currency, "en") for n in (gone, whole))
        what = f"Rule 4: {went} went back of a charge of {came}."
        yield Breach(Task.DIFFERENCE, f"charge-{pk}", gone - whole, what, currency,
                     rows={"payment": row, "order": row.order})  # fmt: skip


def _cover(_at: datetime) -> Iterator[Breach]:
    """Rule 5: what is held covers what is owed, by currency."""
    for row in covers():
        if row.missing:
            held, owed, missing = (
                written(n, row.currency, "en")
                for n in (sum(row.held.values()), sum(row.owed.values()), row.missing)
            )
            what = f"Held {held}, owed {owed}: {missing} has to be paid in."
            yield Breach(Task.COVER, row.currency, row.missing, what, row.currency)


def _named(_at: datetime) -> Iterator[Breach]:
    """Rule 6: what is done has the provider's name for it, or a person's word."""
    rows = Operation.objects.filter(state=Operation.State.DONE, remote_id=None, resolved_at=None)
    for row in rows.select_related("payment__order").order_by("pk"):
        what = "Rule 6: a refund is done, and the provider has no name for it."
        yield _of_operation(row, f"nameless-{row.pk}", what)


def _lines(at: datetime) -> Iterator[Breach]:
    """Rule 6: what is done stands in the provider's balance after a day."""
    sent = Q(first_sent_at__lt=at - A_DAY) | Q(first_sent_at=None, made_at__lt=at - A_DAY)
    done = Operation.objects.filter(
        sent, state=Operation.State.DONE, balance_txn=None, resolved_at=None
    )
    for operation in done.exclude(remote_id=None).select_related("payment__order").order_by("pk"):
        amount = written(operation.amount, operation.currency, "en")
        what = f"A refund of {amount} is done here, and no line of the balance says so."
        yield _of_operation(operation, f"refund-line-{operation.pk}", what)
    gone = Transfer.objects.filter(
        state=Transfer.State.DONE, balance_txn=None, done_at__lt=at - A_DAY
    )
    for row in gone.select_related("suborder__order").order_by("pk"):
        amount = written(row.amount, row.currency, "en")
        what = f"A transfer of {amount} is done here, and no line of the balance says so."
        key = f"{'reversal' if row.is_back else 'transfer'}-line-{row.pk}"
        yield Breach(Task.DIFFERENCE, key, row.amount, what, row.currency,
                     rows={"order": row.suborder.order} if row.suborder else {})  # fmt: skip
    # Of some methods the money comes days after somebody began to pay.
    paid = Q(order__paid_at__lt=at - A_DAY) | Q(order__paid_at=None, made_at__lt=at - A_DAY)
    charged = Payment.objects.filter(
        paid, state__in=Payment.HAS_MONEY, charge_id__isnull=False, balance_txn=None
    )
    for charge in charged.select_related("order").order_by("pk"):
        came = charge.came
        what = (
            f"{written(came.amount, came.currency, 'en')} came, and no line of the balance says so."
        )
        yield Breach(Task.DIFFERENCE, f"charge-line-{charge.pk}", came.amount, what,
                     came.currency, rows={"payment": charge, "order": charge.order})  # fmt: skip


def _suspense(at: datetime) -> Iterator[Breach]:
    """Tell of orders whose money nobody has explained for two days, unless a task stands open."""
    asked = (Task.PAYMENT_REVIEW, Task.EXTERNAL_REFUND)
    told = open_tasks().filter(kind__in=asked, order__isnull=False).order_by().values("order")
    rows = LedgerEntry.objects.filter(account=Account.SUSPENSE, transaction__order__isnull=False)
    sums = rows.exclude(transaction__order__in=told).order_by()
    found = sums.values_list("transaction__order", "currency").annotate(
        sum=Sum("amount"), last=Max("transaction__at")
    )
    for order_id, currency, amount, _last in found.exclude(sum=0).filter(
        last__lt=at - SUSPENSE_FOR
    ):
        order = Order.objects.get(pk=order_id)
        what = f"{written(-amount, currency, 'en')} of {order.number} is in suspense for two days."
        yield Breach(Task.SUSPENSE, f"order-{order_id}-{currency}", amount, what, currency,
                     rows={"order": order})  # fmt: skip


def _receivables(at: datetime) -> Iterator[Breach]:
    """Tell of stores that have owed for more than 60 days."""
    for row in receivables():
        if row.since < at - RECEIVABLE_FOR:
            amount = written(row.amount, row.currency, "en")
            what = f"{row.merchant.name} owes {amount} since {row.since:%-d %b %Y}."
            yield Breach(Task.RECEIVABLE, f"{row.merchant.pk}-{row.currency}", row.amount, what,
                         row.currency, rows={"merchant": row.merchant})  # fmt: skip


def _suspended(_at: datetime) -> Iterator[Breach]:
    """Tell of stores that are suspended, or leave, and are still owed: no round pays the former."""
    own = LedgerEntry.objects.filter(account__in=(Account.PAYABLE, Account.RESERVE))
    own = own.filter(merchant__state=Merchant.State.SUSPENDED).order_by()
    sums = own.values_list("merchant", "currency").annotate(sum=Sum("amount")).filter(sum__lt=0)
    rows = list(sums)
    stores = Merchant.objects.in_bulk({pk for pk, _currency, _sum in rows if pk})
    left = ChangeLog.objects.filter(subject="merchant", subject_id__in=stores, action="suspend")
    since = dict(left.order_by().values_list("subject_id").annotate(at=Max("at")))
    for pk, currency, amount in rows:
        store = stores[pk or 0]
        at = store.leaving_since or since.get(store.pk)
        state = "leaving" if store.leaving_since else "suspended"
        day = f" since {at:%-d %b %Y}" if at else ""
        owed = written(-amount, currency, "en")
        todo = "It is paid once that is released." if store.leaving_since else (
            "Open it again, or let it leave: it is paid then.")  # fmt: skip
        what = f"{store.name} is {state}{day} and is owed {owed}. {todo}"
        yield Breach(Task.LEAVING, f"{pk}-{currency}", -amount, what, currency,
                     rows={"merchant": store})  # fmt: skip


def _series(_at: datetime) -> Iterator[Breach]:
    """Rule 7: the numbers of a series are 1 to n without a hole."""
    rows = Series.objects.annotate(papers=Count("documents"), last=Max("documents__n"))
    for row in rows.exclude(papers=F("next") - 1, last=F("next") - 1).order_by("pk"):
        if row.papers or row.next > 1:
            what = (
                f"Rule 7: series {row.prefix} {row.kind} {row.year} has {row.papers} papers, the "
                f"last is {row.last or 0}, the next number {row.next}."
            )
            yield Breach(Task.DIFFERENCE, f"series-{row.pk}", row.next - 1 - row.papers, what)


def _documents(at: datetime) -> Iterator[Breach]:
    """Rule 7: what a paper of the last days says adds up to its total, and is as it was frozen."""
    kinds = (Document.Kind.INVOICE, Document.Kind.CREDIT_NOTE)
    rows = Document.objects.filter(kind__in=kinds, issued_at__gte=at - 2 * A_DAY).order_by("pk")
    for row in rows.iterator(chunk_size=500):
        facts = json.loads(row.frozen)
        said = sum(line["paid"] for line in facts["lines"])
        if said == facts["total"] == row.total and digest_of(row.frozen) == row.digest:
            continue
        total, lines = (written(n, row.currency, "en") for n in (row.total, said))
        what = f"Rule 7: {row.number} of {total} has lines of {lines}, or was changed."
        yield Breach(Task.DIFFERENCE, f"paper-{row.pk}", row.total - said, what, row.currency)


def missing_papers(at: datetime) -> Iterator[Breach]:
    """Rule 7: who was paid for has an invoice within a day, who had money back a credit note."""
    late = Suborder.objects.sold().filter(is_invoiced=False, paid_at__lt=at - A_DAY).order_by()
    is_platform = Q(tax=Suborder.Tax.PLATFORM)
    counted = late.exclude(is_platform).values_list("merchant").annotate(n=Count("pk"))
    for pk, count in counted.order_by("merchant"):
        merchant = Merchant.objects.get(pk=pk)
        what = f"{count} sales of {merchant.name} have no invoice a day after they were paid."
        yield Breach(Task.DOCUMENT, f"invoices-{pk}", count, what, rows={"merchant": merchant})
    if count := late.filter(is_platform).count():
        what = f"{count} sales for whose tax the platform answers have no invoice after a day."
        yield Breach(Task.DOCUMENT, "invoices", count, what)
    if count := without_note().filter(at__lt=at - A_DAY).count():
        what = f"{count} refunds have no credit note after a day."
        yield Breach(Task.DOCUMENT, "notes", count, what)


RULES: dict[str, Rule] = {
    "balanced": _balanced,
    "counterparts": _counterparts,
    "settlements": _settlements,
    "transfers": moved_too_much,
    "refunds": _refunds,
    "cover": _cover,
    "named": _named,
    "lines": _lines,
    "suspense": _suspense,
    "receivables": _receivables,
    "suspended": _suspended,
    "series": _series,
    "documents": _documents,
    "papers": missing_papers,
}


def _unexplained() -> dict[str, int]:
    """Return what the lines come to of which a task asks what they are, by currency."""
    about = open_tasks().filter(kind=Task.SUSPENSE).order_by().values_list("about", flat=True)
    ids = [int(name.rpartition("-")[2]) for name in about]
    return _sums(Discrepancy.objects.filter(pk__in=ids, stays=True), "figure")


def _against(
    account: str, what: str, expected: dict[str, int],
    entries: QuerySet[LedgerEntry] | None = None,
) -> Iterator[Breach]:  # fmt: skip
    """Compare an account with the rows that stand for it, by currency."""
    rows = LedgerEntry.objects.all() if entries is None else entries
    rows = rows.filter(account=account).order_by()
    booked = dict(rows.values_list("currency").annotate(sum=Sum("amount")))
    for currency in sorted({*booked, *expected}):
        have, there = booked.get(currency, 0), expected.get(currency, 0)
        if have != there:
            name, said = account.replace("_", " "), written(there, currency, "en")
            words = (
                f"Rule 1: {name} is {written(have, currency, 'en')} in the books, and {said} by "
                f"the {what}."
            )
            key = f"{account}-{currency}"
            yield Breach(Task.DIFFERENCE, key, have - there, words, currency)


def _sums(
    rows: QuerySet[Any], amount: Any = "amount", *, currency: str = "currency"
) -> dict[str, int]:
    return dict(rows.order_by().values_list(currency).annotate(sum=Sum(amount)))


def _minus(sums: dict[str, int]) -> dict[str, int]:
    return {currency: -amount for currency, amount in sums.items()}


def _total(rows: QuerySet[Any], name: str) -> Coalesce:
    """Return the sum of a payment's rows, for a query of payments."""
    sums = rows.order_by().values("payment").annotate(sum=Sum(name)).values("sum")
    return Coalesce(Subquery(sums), 0)


def _of_operation(row: Operation, key: str, what: str) -> Breach:
    about = {"operation": row, "payment": row.payment, "order": row.payment.order}
    return Breach(Task.DIFFERENCE, key, row.amount, what, row.currency, rows=about)
