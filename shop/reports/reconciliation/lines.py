"""Takes lines of the provider's balance in: each is matched by its source and booked once.

What another flow books (a refund, a dispute) is only noted as seen here; fees, payouts to the
operator's bank and what he pays in have no other flow. A line of which nobody knows what it is
stands in suspense until a person has said so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import DatabaseError, transaction

from shop.core.currencies import written
from shop.core.errors import GatewayError
from shop.money.ledger.models import LedgerEntry, LedgerTransaction
from shop.money.ledger.posting import moves, sales
from shop.money.ledger.posting.entries import EventFacts
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.models import Dispute
from shop.money.payments.disputes.take_over import check_dispute
from shop.money.payments.external.take_over import check_refund
from shop.money.payments.models import Operation, Payment
from shop.money.payments.provider.gateway import BalanceLine
from shop.money.payments.provider.stripe_gateway import gateway
from shop.money.payments.provider.stripe_transfers import transfer_now
from shop.money.settlements.remote.models import Funding, Transfer
from shop.money.settlements.remote.transfers import take_over_transfer
from shop.reports.reconciliation.discrepancies import Breach, report, settle
from shop.reports.reconciliation.fees import take_fees
from shop.reports.reconciliation.models import Discrepancy

log = logging.getLogger(__name__)
Kind, Task = LedgerTransaction.Kind, MoneyTask.Kind
# Stripe's types of lines, SDK 16.1: https://docs.stripe.com/reports/balance-transaction-types
CHARGES = {"charge", "payment"}
PAYOUTS = {"payout", "payout_cancel", "payout_failure"}
TOP_UPS = {"topup", "topup_reversal"}
FEES = {"stripe_fee", "stripe_fx_fee", "tax_fee"}
BOOKED_AS = (Kind.CHARGE_FEE, Kind.WITHDRAWAL, Kind.FUNDING, Kind.DEPOSIT, Kind.UNKNOWN,
             Kind.SUSPENSE_CLOSED)  # fmt: skip


@dataclass(slots=True)
class KnownRows:
    """What the shop knows of the lines of a page, read together."""

    payments: dict[str, Payment] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)
    transfers: dict[str, Transfer] = field(default_factory=dict)
    disputes: set[str] = field(default_factory=set)
    fundings: set[str] = field(default_factory=set)
    booked: set[str] = field(default_factory=set)


def known_rows(lines: Sequence[BalanceLine]) -> KnownRows:
    """Return what the shop knows of some lines. Six statements."""
    sources = {line.source for line in lines if line.source}
    payments = Payment.objects.filter(charge_id__in=sources)
    operations = Operation.objects.filter(remote_id__in=sources)
    disputes = Dispute.objects.filter(remote_id__in=sources)
    fundings = Funding.objects.filter(remote_id__in=sources)
    transfers = Transfer.objects.filter(remote_id__in=sources)
    names = [f"{kind}-{line.id}" for line in lines for kind in BOOKED_AS]
    booked = LedgerTransaction.objects.filter(reference__in=names)
    return KnownRows(
        payments={str(row.charge_id): row for row in payments},
        operations={str(row.remote_id): row for row in operations.select_related("payment__order")},
        transfers={str(row.remote_id): row for row in transfers},
        disputes=set(disputes.values_list("remote_id", flat=True)),
        fundings={str(row.remote_id) for row in fundings},
        booked=set(booked.values_list("reference", flat=True)),
    )


def book_fees(lines: Sequence[BalanceLine], rows: KnownRows, *, at: datetime) -> None:
    """Book the fees of all new charges of a page together; where that fails, each line does it."""
    new: dict[int, BalanceLine] = {}
    for line in lines:
        payment = rows.payments.get(line.source)
        is_new = payment is not None and payment.balance_txn is None and is_of_charge(line)
        if payment and is_new:
            new.setdefault(payment.pk, line)
    if not new:
        return
    try:
        taken = take_fees(new, at=at)
    except DatabaseError as error:
        log.warning("fees of a page were not booked together: %s", type(error).__name__)
        return
    rows.payments |= {str(row.charge_id): row for row in taken.values()}


def is_of_charge(line: BalanceLine) -> bool:
    """Tell whether a line is of money that came by a charge."""
    return line.kind in CHARGES and line.amount > 0


def take_in(line: BalanceLine, rows: KnownRows, *, is_young: bool = False, at: datetime) -> str:
    """Match a line and book what no other flow books; return as what it was taken. Safe to repeat.

    Args:
        is_young: its message may still be on its way, so that nobody judges it yet.

    Raises:
        GatewayError: the provider did not answer to a question about it.
    """
    if (found := _matched(line, rows, at=at)) is None:
        found = _learned(line, at=at)
    if found is None:
        if is_young:
            return "young"
        return _unknown(line, rows, at=at)
    if _name(Kind.UNKNOWN, line) in rows.booked:
        _known_after_all(line, rows, at=at)
    return found


def _matched(line: BalanceLine, rows: KnownRows, *, at: datetime) -> str | None:
    """Take in a line of which it is known what it is; None where it is not."""
    payment, operation = rows.payments.get(line.source), rows.operations.get(line.source)
    if payment and is_of_charge(line):
        return _charge(line, payment, at=at)
    if operation:
        return _operation(line, operation, rows, at=at)
    if transfer := rows.transfers.get(line.source):
        return _transfer(line, transfer, at=at)
    if line.source in rows.disputes:
        return "disputes"
    return _operators_own(line, rows, at=at)


def _operators_own(line: BalanceLine, rows: KnownRows, *, at: datetime) -> str | None:
    """Book what the operator and the provider move between themselves; None where it is neither."""
    if line.kind in PAYOUTS:
        return _payout(line, rows, at=at)
    if line.kind in TOP_UPS:
        _once(line, rows, Kind.DEPOSIT, lambda f: moves.DEPOSIT.book(line.net, **f), at=at)
        return "top-ups"
    if line.kind in FEES:
        post = moves.PROVIDER_FEE.book
        _once(line, rows, Kind.CHARGE_FEE, lambda f: post(-line.net, **f), at=at)
        return "fees"
    return None


def _charge(line: BalanceLine, payment: Payment, *, at: datetime) -> str | None:
    if payment.balance_txn is None:
        payment = take_fees({payment.pk: line}, at=at)[payment.pk]
    if payment.balance_txn != line.id:
        return None  # a second line of one charge is nobody's
    if (payment.fee, payment.net) != (line.fee, line.net):
        before, now = (written(fee or 0, line.currency, "en") for fee in (payment.fee, line.fee))
        changed = line.fee - (payment.fee or 0)
        _differs(line, f"fee-{payment.pk}", changed,
                 f"The fee of a charge was {before} and is {now}.", payment, at=at)  # fmt: skip
    came = payment.came
    if line.currency != came.currency:  # one task for all of them: it is a setting of the account
        what = (
            f"The provider counts charges in {came.currency} in {line.currency}: the books differ."
        )
        key = f"currency-{came.currency}-{line.currency}"
        report(Breach(Task.DIFFERENCE, key, 0, what, stays=True), at=at)
    elif line.amount != came.amount:
        said, ours = (written(n, line.currency, "en") for n in (line.amount, came.amount))
        what = f"A charge of {ours} stands in the balance as {said}."
        _differs(line, f"amount-{payment.pk}", line.amount - came.amount, what, payment, at=at)
    return "charges"


def _operation(line: BalanceLine, row: Operation, rows: KnownRows, *, at: datetime) -> str:
    if line.amount < 0 and row.balance_txn is None:
        Operation.objects.filter(pk=row.pk, balance_txn=None).update(balance_txn=line.id)
        row.balance_txn = line.id
    is_first = row.balance_txn == line.id
    # One from outside that failed counts for what it was matched with alone.
    is_whole = row.state != Operation.State.FAILED or not row.is_from_outside
    if is_first and is_whole and (-line.amount, line.currency) != (row.amount, row.currency):
        said, ours = (written(n, line.currency, "en") for n in (-line.amount, row.amount))
        _differs(line, f"operation-{row.pk}", line.amount + row.amount,
                 f"A refund of {ours} stands in the balance as {said}.", row.payment,
                 at=at)  # fmt: skip
    if line.fee:
        order = row.payment.order

        def post(facts: EventFacts) -> None:
            sales.post_charge_fee(order, line.fee, **facts)

        _once(line, rows, Kind.CHARGE_FEE, post, at=at)
    return "refunds"


def _transfer(line: BalanceLine, row: Transfer, *, at: datetime) -> str | None:
    """Note that a transfer stands in the balance; a second line of it is nobody's."""
    if row.balance_txn is None:
        Transfer.objects.filter(pk=row.pk, balance_txn=None).update(balance_txn=line.id)
        row.balance_txn = line.id
    if row.balance_txn != line.id:
        return None
    expected = row.amount if row.is_back else -row.amount
    if (line.net, line.currency) != (expected, row.currency):
        said, ours = (written(n, line.currency, "en") for n in (line.net, expected))
        what = f"A transfer of {ours} stands in the balance as {said}."
        report(Breach(Task.DIFFERENCE, f"transfer-{row.pk}", line.net - expected, what,
                      line.currency, stays=True), at=at)  # fmt: skip
    return "transfers"


def _learn_transfer(remote_id: str, *, at: datetime) -> None:
    take_over_transfer(transfer_now(gateway(), remote_id), at=at)


def _payout(line: BalanceLine, rows: KnownRows, *, at: datetime) -> str:
    booked = {_name(kind, line) for kind in (Kind.WITHDRAWAL, Kind.FUNDING)}
    if booked & rows.booked or line.source in rows.fundings:
        return "payouts"
    is_for_storage = gateway().is_for_storage(line.source)
    if is_for_storage and _is_being_asked_for(line):
        return "payouts"
    post = moves.FUNDING.book if is_for_storage else moves.WITHDRAWAL.book
    kind = Kind.FUNDING if is_for_storage else Kind.WITHDRAWAL
    _once(line, rows, kind, lambda f: post(-line.net, **f), at=at)
    return "payouts"


def _is_being_asked_for(line: BalanceLine) -> bool:
    """Tell whether a funding of ours may be this one, whose answer was lost: it is found again."""
    undecided = (Funding.State.SENDING, Funding.State.BLOCKED)
    rows = Funding.objects.filter(state__in=undecided, remote_id=None)
    return rows.filter(amount=-line.net, currency=line.currency).exists()


def _once(
    line: BalanceLine,
    rows: KnownRows,
    kind: LedgerTransaction.Kind,
    post: Callable[[EventFacts], object],
    *,
    at: datetime,
) -> None:
    """Book a line under its own id, unless it is booked; the reference is unique."""
    if _name(kind, line) not in rows.booked:
        with transaction.atomic():
            post(_facts(line, at=at))
        rows.booked.add(_name(kind, line))


def _learned(line: BalanceLine, *, at: datetime) -> str | None:
    """Ask the provider about a refund or dispute of which no message told; None: not ours."""
    learn = LEARN.get(line.source[:3]) or LEARN.get(line.source[:4])
    if learn is None:
        return None
    try:
        learn(line.source, at=at)
    except GatewayError as error:
        if error.may_retry:
            raise
        return None
    return _matched(line, known_rows([line]), at=at)


@transaction.atomic
def _unknown(line: BalanceLine, rows: KnownRows, *, at: datetime) -> str:
    """Book a line that nobody can explain, and ask for a person."""
    if _name(Kind.UNKNOWN, line) not in rows.booked:
        moves.post_unknown(line.net, **_facts(line, at=at))
        rows.booked.add(_name(Kind.UNKNOWN, line))
    if _name(Kind.SUSPENSE_CLOSED, line) in rows.booked:
        return "unknown"
    about = f" of {line.source}" if line.source else ""
    what = (
        f"{line.kind.replace('_', ' ')}{about}: {written(line.net, line.currency, 'en')}, and "
        f"nobody knows what for. Line {line.id}."
    )
    report(Breach(Task.SUSPENSE, line.id, line.net, what, line.currency, stays=True), at=at)
    return "unknown"


@transaction.atomic
def _known_after_all(line: BalanceLine, rows: KnownRows, *, at: datetime) -> None:
    """Take a line out of suspense that is matched by now, unless a person was faster."""
    if _name(Kind.SUSPENSE_CLOSED, line) in rows.booked:
        return
    row = Discrepancy.objects.filter(kind=Task.SUSPENSE, key=line.id).first()
    if row is None:
        return
    facts = EventFacts(reference=line.id, currency=line.currency, at=at)
    moves.post_suspense_closed(LedgerEntry.Account.PROVIDER, line.net, **facts)
    settle(row, at=at)


def _differs(
    line: BalanceLine, key: str, figure: int, what: str, payment: Payment, *, at: datetime
) -> None:
    rows = {"payment": payment, "order": payment.order}
    said = f"{what} Line {line.id}."
    report(Breach(Task.DIFFERENCE, key, figure, said, line.currency, stays=True, rows=rows), at=at)


def _facts(line: BalanceLine, *, at: datetime) -> EventFacts:
    facts = EventFacts(reference=line.id, currency=line.currency, at=at)
    if line.made_at is not None and line.made_at < at:
        facts["happened_at"] = line.made_at
    return facts


def _name(kind: LedgerTransaction.Kind, line: BalanceLine) -> str:
    return f"{kind}-{line.id}"


# Beginnings of Stripe's ids, by what they are of: what no message told of is asked for first.
LEARN: dict[str, Callable[..., None]] = {
    "re_": check_refund, "pyr_": check_refund, "du_": check_dispute, "dp_": check_dispute,
    "tr_": _learn_transfer,
}  # fmt: skip
