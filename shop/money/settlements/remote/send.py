"""Sends payouts through the provider: claimed, sent, written down, the oldest first.

The key of a payout is its own for ever. When it is too old to be known for sure at the provider,
the payout is looked for, and nothing is sent under another key but by a person.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Sum

from shop.core.errors import GatewayError
from shop.core.jobs import each
from shop.money.payments.provider import stripe_payouts as provider
from shop.money.payments.provider.outbox import LEASE, WAIT_FOR_MONEY, Outbox
from shop.money.payments.provider.payouts import RemotePayout
from shop.money.payments.provider.reading import NotUnderstood
from shop.money.payments.provider.stripe_gateway import gateway
from shop.money.settlements.countries import is_reached, sends_abroad
from shop.money.settlements.models import Payout, PayoutMethod, Settlement
from shop.money.settlements.payouts import locked_payout
from shop.money.settlements.remote.fund import fill_up, tell_short, with_headroom
from shop.money.settlements.remote.recipients import KEY_LIFE
from shop.money.settlements.remote.take_over import take_over, tell_stuck
from shop.people.merchants.models import Merchant

log = logging.getLogger(__name__)
State, GLOBAL = Payout.State, PayoutMethod.Way.GLOBAL
BATCH = 100


@dataclass(slots=True)
class Purse:
    """What the account for payouts still has in this round, and whether the round is over."""

    left: int
    is_over: bool = False


def send_payouts(*, at: datetime) -> int:
    """Send what waits, as far as the money reaches; return how many were sent. In the beat."""
    known = list(_undecided(at).values_list("pk", flat=True)[:BATCH])
    fresh = list(_waiting(at).values_list("pk", flat=True)[:BATCH]) if sends_abroad() else []
    if not known and not fresh:
        return 0
    purse = Purse(_filled(fresh, at=at))
    outbox = _Payouts(purse)

    def one(payout_id: int) -> bool:
        if purse.is_over or gateway().is_given_up:
            return False
        payout = _claim(payout_id, purse, at=at)
        if payout is None:
            return False
        outbox.carry_out(payout, at=at)
        return True

    return each("send payouts", [*known, *fresh], one, at=at, about=Payout)


def _filled(ids: list[int], *, at: datetime) -> int:
    """Return what is there for payouts that wait; nothing where the provider does not say."""
    there: list[int] = []

    def fill(_account: str) -> bool:
        try:
            there.append(fill_up(_rows(ids), at=at))
        except NotUnderstood:
            raise
        except GatewayError as error:
            log.warning("nothing is sent now: %s", error)
        return bool(there)

    if ids:
        each("fill the account for payouts", ["the account"], fill, at=at)
    return sum(there)


def _undecided(at: datetime) -> QuerySet[Payout]:
    """Return payouts of which it is not known whether the provider has them."""
    rows = Payout.objects.filter(state=State.SENDING, remote_id=None, run_after__lte=at)
    rows = rows.filter(method__way=GLOBAL)
    return rows.order_by("pk")


def _waiting(at: datetime) -> QuerySet[Payout]:
    unpaid = Merchant.objects.filter(Merchant.UNPAID)
    rows = Payout.objects.filter(state=State.QUEUED, batch=None)
    rows = rows.filter(
        method__way=GLOBAL, method__state=PayoutMethod.State.READY,
        method__usable_from__lte=at, settlement__state=Settlement.State.FINAL,
    )  # fmt: skip
    return rows.exclude(settlement__merchant__in=unpaid).order_by("settlement_id", "pk")


def _rows(ids: list[int]) -> list[Payout]:
    rows = Payout.objects.filter(pk__in=ids).select_related("settlement__merchant")
    return [row for row in rows if is_reached(row.settlement.merchant, GLOBAL)]


@transaction.atomic
def _claim(payout_id: int, purse: Purse, *, at: datetime) -> Payout | None:
    """Take a payout for this worker; a lease gives it back if the worker dies."""
    payout = locked_payout(payout_id)
    if payout.leased_until and payout.leased_until > at:
        return None
    if payout.state == State.QUEUED:
        if not may_go(payout, at=at) or not _is_there(payout, purse, at=at):
            return None
        payout.move_to(
            State.SENDING, key=uuid.uuid4(), request=_request(payout), first_sent_at=at,
            key_until=at + KEY_LIFE,
        )  # fmt: skip
        payout.settlement.move_to(Settlement.State.PAYING)
    elif payout.state != State.SENDING or payout.remote_id:
        return None
    payout.leased_until, payout.run_after = at + LEASE, at
    payout.tries += 1
    payout.save(update_fields=["leased_until", "run_after", "tries"])
    return payout


def may_go(payout: Payout, *, at: datetime) -> bool:
    """Tell whether a payout may leave, as all stands under the locks."""
    row, method = payout.settlement, payout.method
    others = row.payouts.filter(state__in=Payout.LIVE).exclude(pk=payout.pk)
    live = others.aggregate(sum=Sum("amount"))["sum"] or 0
    is_usable = method.state == PayoutMethod.State.READY and bool(
        method.bank_id and method.usable_from and method.usable_from <= at
    )
    return (
        payout.batch_id is None
        and is_usable
        and row.state == Settlement.State.FINAL
        and live + payout.amount <= row.total
        and not row.merchant.is_unpaid
        and is_reached(row.merchant, method.way)
    )


def _is_there(payout: Payout, purse: Purse, *, at: datetime) -> bool:
    """Take the money of a payout from what is left; where it is short the younger ones wait."""
    needed = with_headroom(payout.amount)
    if needed > purse.left:
        purse.is_over = True
        return False
    purse.left -= needed
    return True


def _request(payout: Payout) -> dict[str, Any]:
    row, method = payout.settlement, payout.method
    return {
        "storage": settings.PAYOUT_FINANCIAL_ACCOUNT,
        "recipient": method.remote_id,
        "bank": method.bank_id,
        "to_currency": method.to_currency,
        "amount": payout.amount,
        "currency": row.currency,
        "settlement": row.number,
    }


def found_of(payout: Payout) -> RemotePayout | None:
    """Return what the provider has of a payout, looked for by its recipient, time and key.

    Raises:
        GatewayError: it said no, or nothing.
    """
    request = cast("dict[str, Any]", payout.request)
    since = cast("datetime", payout.first_sent_at) - timedelta(hours=1)
    return provider.find_payout(
        gateway(), str(payout.key), recipient=request["recipient"], since=since
    )


class _Payouts(Outbox[Payout, RemotePayout]):
    """Payouts of one round. Only a person gives one a new key."""

    name = "payout"
    waits_as = State.SENDING
    too_old = "not found there after its days"
    takes_new_keys = False

    def __init__(self, purse: Purse) -> None:
        """Carry out payouts as far as the money of this round reaches."""
        self.purse = purse

    def find(self, row: Payout) -> RemotePayout | None:
        return found_of(row)

    def send(self, row: Payout, *, at: datetime) -> RemotePayout:
        return provider.send(gateway(), cast("dict[str, Any]", row.request), str(row.key))

    def record(self, pk: int, remote: RemotePayout, *, at: datetime) -> None:
        take_over(pk, remote, at=at)

    def lock(self, row: Payout) -> Payout:
        return locked_payout(row.pk)

    def decides(self, row: Payout, error: GatewayError, *, at: datetime) -> bool:
        if error.code in self.key_refused or error.code == "funds":
            self.purse.is_over = True
        if row.remote_id:
            return True
        if error.code == "funds":
            tell_short(row.settlement.currency, at=at)
            wait = {"run_after": at + WAIT_FOR_MONEY, "tries": row.tries - 1}
            Payout.objects.filter(pk=row.pk).update(
                error=str(error)[:300], leased_until=None, **wait
            )
        return error.code == "funds"

    def give_up(self, row: Payout, error: GatewayError, *, at: datetime) -> None:
        _block(row, error, at=at)


def _block(payout: Payout, error: GatewayError, *, at: datetime) -> None:
    """Leave a payout to a person, under its locks."""
    payout.move_to(State.BLOCKED, error=str(error)[:300], leased_until=None, run_after=None)
    if error.code == "not enabled":
        rows = PayoutMethod.objects.filter(pk=payout.method_id)
        rows.move_to(PayoutMethod.State.RESTRICTED, is_stopped=True)
    tell_stuck(payout, str(error), at=at)
