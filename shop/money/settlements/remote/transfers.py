"""Pays stores on their own accounts at the provider, transfer by transfer, and takes refunds back.

The key of a transfer is its own until it grows old or the provider said a plain no; then it is
looked for, or renewed. A payout is done when all of its transfers are.
"""

from __future__ import annotations

import logging
import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from shop.core.errors import GatewayError
from shop.core.jobs import each
from shop.core.locks import lock_one
from shop.core.tasks import enqueue
from shop.festivals.changelog import log as note
from shop.money.ledger.models import LedgerEntry
from shop.money.ledger.posting import moves
from shop.money.ledger.posting.entries import EventFacts
from shop.money.money_tasks import gate
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.provider import stripe_payouts, stripe_transfers
from shop.money.payments.provider.doubts import KEY_LIFE
from shop.money.payments.provider.outbox import WAIT_FOR_MONEY, Outbox
from shop.money.payments.provider.payouts import RemoteTransfer
from shop.money.payments.provider.stripe_gateway import gateway
from shop.money.settlements.claims import OF_PAYOUTS, unclaimed
from shop.money.settlements.models import Payout, PayoutMethod, Settlement
from shop.money.settlements.payouts import locked_payout
from shop.money.settlements.remote.fund import floor
from shop.money.settlements.remote.models import Transfer
from shop.money.settlements.remote.payout_checks import uuid_of
from shop.money.settlements.remote.pieces import TransferPiece, pieces_of
from shop.money.settlements.remote.send import may_go
from shop.money.settlements.remote.take_over import tell_stuck
from shop.money.settlements.tasks import send_paid
from shop.orders.models import Suborder
from shop.people.merchants.models import Merchant

log = logging.getLogger(__name__)
State, Kind = Transfer.State, Transfer.Kind
BATCH = 100
UNPAID = Merchant.objects.filter(Merchant.UNPAID)
SHORT = "balance_insufficient"
"""Stripe's word where the balance, or the store's account, has not enough."""
STOPPED = "insufficient_capabilities_for_transfer"


def send_transfers(*, at: datetime) -> int:
    """Begin what waits, and carry out what is begun; return how many transfers. In the beat."""
    fresh = list(_waiting(at).values_list("pk", flat=True)[:BATCH])
    each("begin payouts to accounts", fresh, lambda pk: _begin(pk, at=at), at=at, about=Payout)
    due = _due(at).order_by("run_after", "pk").values_list("pk", flat=True)
    ids = list(due[:BATCH])

    def one(pk: int) -> bool:
        if gateway().is_given_up:
            return False
        row = TRANSFERS.claim(_due(at).filter(pk=pk), at=at)
        if row is not None:
            TRANSFERS.carry_out(row, at=at)
        return row is not None

    return each("send transfers", ids, one, at=at, about=Transfer)


def take_back_refunded(*, at: datetime) -> int:
    """Queue what is to come back of transfers, since their orders were refunded. In the beat."""
    sent = Transfer.objects.filter(suborder=OuterRef("suborder"), state=State.DONE)
    sent = sent.exclude(kind=Kind.REVERSAL)
    owing = LedgerEntry.objects.filter(
        Exists(sent), account=LedgerEntry.Account.PAYABLE, settlement_line=None
    ).exclude(transaction__kind__in=OF_PAYOUTS)
    sums = owing.order_by("suborder").values("suborder").annotate(owes=Sum("amount"))
    ids = list(sums.filter(owes__gt=0).values_list("suborder", flat=True)[:BATCH])
    return each("take transfers back", ids, lambda pk: _back(pk, at=at), at=at, about=Suborder)


def take_over_transfer(remote: RemoteTransfer, *, at: datetime) -> None:
    """Write down a transfer that the provider has, if it is ours; safe to repeat."""
    key = uuid_of(remote.key)
    for row in Transfer.objects.filter(key=key) if key else ():
        _record(row.pk, remote, at=at)


def find(row: Transfer) -> RemoteTransfer | None:
    """Return what the provider has of a transfer, looked for by its key.

    Raises:
        GatewayError: it said no, or nothing.
    """
    return stripe_transfers.find_transfer(gateway(), row.request, str(row.key))


def renew(row: Transfer, *, at: datetime, error: str = "") -> None:
    """Let a transfer be sent again under a new key; called with its row locked.

    Only where the old key moved nothing: the provider keeps its answer to one for a day.
    """
    row.move_to(
        State.QUEUED, key=uuid.uuid4(), first_sent_at=None, key_until=None, run_after=at, tries=0,
        leased_until=None, error=error, keys_used=0, doubted_at=None,
    )  # fmt: skip


def finish(payout: Payout, *, reference: str = "", at: datetime) -> None:
    """End a payout whose transfers are all done; called under its locks.

    Args:
        reference: the bank's, where it has paid the rest; else the transfers bear the payout's own.
    """
    if payout.transfers.exclude(state__in=(State.DONE, State.ELSEWHERE, State.VOID)).exists():
        return
    said = reference or payout.reference
    payout.move_to(Payout.State.SENT, leased_until=None, run_after=None)
    payout.move_to(Payout.State.DONE, bank_reference=said, paid_on=at.date(), done_at=at)
    payout.settlement.move_to(Settlement.State.PAID, paid_at=at)
    gate.close_by_itself(payout, kind=MoneyTask.Kind.PAYOUT_STUCK, at=at)
    note(payout, "posted", at=at, festival=None, after={"bank_reference": said})
    enqueue(send_paid, payout.pk)


def _waiting(at: datetime) -> QuerySet[Payout]:
    rows = Payout.objects.filter(state=Payout.State.QUEUED, batch=None)
    rows = rows.filter(
        method__way=PayoutMethod.Way.CONNECT, method__state=PayoutMethod.State.READY,
        method__usable_from__lte=at, settlement__state=Settlement.State.FINAL,
    )  # fmt: skip
    return rows.exclude(settlement__merchant__in=UNPAID).order_by("settlement_id", "pk")


def _due(at: datetime) -> QuerySet[Transfer]:
    """Return what may be sent, or is in doubt: nothing new goes to a store that is suspended."""
    new = Q(state=State.QUEUED) & ~Q(payout__settlement__merchant__in=UNPAID)
    in_doubt = Q(state=State.SENDING) & (Q(leased_until=None) | Q(leased_until__lte=at))
    return Transfer.objects.filter(new | in_doubt, run_after__lte=at)


@transaction.atomic
def _begin(payout_id: int, *, at: datetime) -> bool:
    """Write down of which transfers a payout is made; they are carried out afterwards."""
    payout = locked_payout(payout_id)
    row = payout.settlement
    if payout.state != Payout.State.QUEUED or not may_go(payout, at=at):
        return False
    pieces = pieces_of(row)
    if sum(piece.amount for piece in pieces) != payout.amount:
        raise ValueError(f"{payout.reference}: its transfers do not add up")
    Transfer.objects.bulk_create(_transfer(payout, piece, at=at) for piece in pieces)
    payout.move_to(
        Payout.State.SENDING, key=uuid.uuid4(), first_sent_at=at, key_until=at + KEY_LIFE,
    )  # fmt: skip
    row.move_to(Settlement.State.PAYING)
    return True


def _transfer(payout: Payout, piece: TransferPiece, *, at: datetime) -> Transfer:
    currency = payout.settlement.currency
    request = {
        "account": payout.method.bank_id, "charge": piece.charge, "amount": piece.amount,
        "currency": currency, "group": payout.reference, "settlement": payout.settlement.number,
    }  # fmt: skip
    return Transfer(
        kind=piece.kind, payout=payout, suborder_id=piece.suborder, charge=piece.charge,
        amount=piece.amount,
        currency=currency, key=uuid.uuid4(), request=request, made_at=at, run_after=at,
    )  # fmt: skip


@transaction.atomic
def _back(suborder_id: int, *, at: datetime) -> int:
    """Queue reversals for what a part of an order owes since it was paid; return how many.

    One that was refused is not asked again: the store owes it with its next settlement.
    """
    part = Suborder.objects.select_related("merchant", "order").get(pk=suborder_id)
    lock_one(Merchant.objects, part.merchant_id)
    currency = part.order.currency
    entries = unclaimed(part.merchant, currency).filter(suborder=part)
    owes = entries.aggregate(sum=Sum("amount"))["sum"] or 0
    own = Transfer.objects.filter(suborder=part, currency=currency)
    owes -= _sum(own.filter(kind=Kind.REVERSAL, state__in=Transfer.OPEN))
    made = 0
    done = own.filter(state=State.DONE).exclude(kind=Kind.REVERSAL)
    done = done.exclude(reversals__state__in=(*Transfer.OPEN, State.REFUSED))
    for row in done.order_by("-pk"):
        amount = min(owes, row.amount - _sum(row.reversals.filter(state=State.DONE)))
        if amount > 0:
            _reversal(row, amount, at=at)
            owes -= amount
            made += 1
    return made


def _reversal(row: Transfer, amount: int, *, at: datetime) -> None:
    request = {"transfer": row.remote_id, "amount": amount, "currency": row.currency}
    Transfer.objects.create(
        kind=Kind.REVERSAL, of=row, suborder_id=row.suborder_id, amount=amount,
        currency=row.currency, key=uuid.uuid4(), request=request, made_at=at, run_after=at,
    )  # fmt: skip


def _sum(rows: QuerySet[Transfer]) -> int:
    return rows.aggregate(sum=Sum("amount"))["sum"] or 0


def _is_there(row: Transfer, *, at: datetime) -> bool:
    """Tell whether the balance has the money: what shoppers may get back is never lent to it."""
    spare = stripe_payouts.balance_available(gateway(), row.currency)
    return spare - floor(row.currency, at=at) >= row.amount


@transaction.atomic
def _record(transfer_id: int, remote: RemoteTransfer, *, at: datetime) -> None:
    """Write down that a transfer was made; safe to repeat, and by several at once."""
    payout_id = Transfer.objects.values_list("payout", flat=True).get(pk=transfer_id)
    payout = locked_payout(payout_id) if payout_id else None
    row = lock_one(Transfer.objects, transfer_id)
    if row.state not in (State.SENDING, State.BLOCKED):
        return
    row.move_to(State.DONE, remote_id=remote.id, done_at=at, error="", leased_until=None)
    _book(row, at=at)
    if row.kind == Kind.TOP_UP:
        gate.close_by_itself(_about(row), kind=MoneyTask.Kind.BALANCE, at=at)
    if payout:
        _go_on(payout, at=at)
        finish(payout, at=at)


def _go_on(payout: Payout, *, at: datetime) -> None:
    """Let a payout be under way again that nothing blocks any more."""
    is_blocked = payout.state == Payout.State.BLOCKED
    if is_blocked and not payout.transfers.filter(state=State.BLOCKED).exists():
        payout.move_to(Payout.State.SENDING, error="")
        gate.close_by_itself(payout, kind=MoneyTask.Kind.PAYOUT_STUCK, at=at)


BOOKED_AS = {
    Kind.TRANSFER: moves.TRANSFER, Kind.TOP_UP: moves.TOP_UP, Kind.REVERSAL: moves.REVERSAL,
}  # fmt: skip


def _book(row: Transfer, *, at: datetime) -> None:
    facts = EventFacts(reference=str(row.pk), currency=row.currency, at=at)
    BOOKED_AS[Kind(row.kind)].book(row.amount, row.whose, **facts)


def _tell_short(row: Transfer, *, at: datetime) -> None:
    """Put before a person that a store waits for money that is not there yet. Safe to repeat."""
    gate.open_task(
        MoneyTask.Kind.BALANCE, _about(row),
        "Payouts wait: what discounts of others come to is not available yet, or kept for refunds."
        " Top the balance up, or wait until what shoppers paid is available.",
        at=at, amount=row.amount, currency=row.currency,
    )  # fmt: skip


def _about(row: Transfer) -> str:
    return f"balance-{row.currency}"


def _block(row: Transfer, payout: Payout, error: GatewayError, *, at: datetime) -> None:
    """Leave a transfer to a person, under its locks; the others of its payout go on."""
    row.move_to(State.BLOCKED, error=str(error)[:300], leased_until=None)
    if payout.state == Payout.State.SENDING:
        payout.move_to(Payout.State.BLOCKED, error=str(error)[:300])
    if error.code == STOPPED:
        rows = PayoutMethod.objects.filter(pk=payout.method_id)
        rows.move_to(PayoutMethod.State.RESTRICTED, is_stopped=True)
    tell_stuck(payout, str(error), at=at)


class _Transfers(Outbox[Transfer, RemoteTransfer]):
    """Transfers to accounts of stores, and what is taken back from there."""

    name = "transfer"
    waits_as = State.SENDING

    def find(self, row: Transfer) -> RemoteTransfer | None:
        return find(row)

    def send(self, row: Transfer, *, at: datetime) -> RemoteTransfer:
        named = {"name": str(row.key), "key": row.key_of(row.key)}
        if row.is_back:
            return stripe_transfers.take_back(gateway(), row.request, **named)
        if row.kind == Kind.TOP_UP and row.tries == 1 and not _is_there(row, at=at):
            raise GatewayError("what is available is for refunds", may_retry=True, code=SHORT)
        return stripe_transfers.move(gateway(), row.request, **named)

    def record(self, pk: int, remote: RemoteTransfer, *, at: datetime) -> None:
        _record(pk, remote, at=at)

    def lock(self, row: Transfer) -> Transfer:
        if row.payout_id:
            locked_payout(row.payout_id)
        return lock_one(Transfer.objects, row.pk)

    def decides(self, row: Transfer, error: GatewayError, *, at: datetime) -> bool:
        if error.code != SHORT or not row.payout_id:
            return False
        renew(row, at=at + WAIT_FOR_MONEY, error=str(error)[:300])
        _tell_short(row, at=at)
        return True

    def give_up(self, row: Transfer, error: GatewayError, *, at: datetime) -> None:
        if row.payout_id is None:
            log.warning("a transfer could not be taken back: %s", error)
            row.move_to(State.REFUSED, error=str(error)[:300], leased_until=None)
        else:
            _block(row, locked_payout(row.payout_id), error, at=at)


TRANSFERS = _Transfers()
