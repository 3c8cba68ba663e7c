"""Stores as recipients at the provider: made once, judged anew whenever something is said of one.

Their bank data never reach us. Coming back from the provider's form proves nothing: what counts
is the recipient as it is read again.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from shop.core.errors import GatewayError, NotPossible
from shop.core.jobs import each
from shop.core.locks import lock_one
from shop.core.tasks import enqueue
from shop.festivals.changelog import log as note
from shop.money.payments.provider import stripe_payouts as provider
from shop.money.payments.provider.payouts import Recipient, RemoteBank
from shop.money.payments.provider.stripe_gateway import gateway
from shop.money.settlements.countries import remote_ways
from shop.money.settlements.methods import locked_method
from shop.money.settlements.models import PayoutMethod
from shop.money.settlements.remote.models import PayoutCountry
from shop.money.settlements.tasks import tell_of_method
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant

State, Way = PayoutMethod.State, PayoutMethod.Way
# Stripe, idempotent requests of the newer API, checked 2026-11: keys are honoured for 30 days.
KEY_LIFE = timedelta(days=29)
LOOK_EVERY = timedelta(hours=20)
MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class FormAddresses:
    """Where the provider's form leads when it is finished, and when its link is over."""

    back: str
    again: str


def recipient_of(merchant: Merchant) -> PayoutMethod | None:
    """Return the account of a store that the provider pays to, if it has one."""
    rows = PayoutMethod.objects.filter(merchant=merchant).exclude(way=Way.MANUAL)
    return rows.exclude(state=State.CLOSED).first()


@transaction.atomic
def begin(merchant: Merchant, way: str = Way.GLOBAL, *, at: datetime, by: User) -> PayoutMethod:
    """Return the account of a store that the provider pays to, written down if there is none.

    Args:
        way: to a bank, or to the store's own account at the provider.

    Raises:
        NotPossible: the provider does not reach the store in this way.
    """
    merchant = lock_one(Merchant.objects, merchant.pk)
    if found := recipient_of(merchant):
        return found
    if way not in remote_ways(merchant):
        raise NotPossible(_("Your earnings cannot be sent this way to your country. Type an "
                            "account instead."))  # fmt: skip
    name = (merchant.legal_name or merchant.name)[:120]
    made = PayoutMethod.objects.create(
        way=way, merchant=merchant, rail=PayoutMethod.Rail.BANK, state=State.ONBOARDING,
        country=merchant.country, holder=name, sealed=b"", masked="", added_at=at, added_by=by,
        key=uuid.uuid4(),
        request={
            "email": by.email, "name": name, "country": merchant.country,
            "rail": PayoutCountry.objects.get(code=merchant.country).rail,
            "merchant": str(merchant.pk), "way": way,
        },
    )  # fmt: skip
    note(made, "begin", at=at, by=by, festival=None)
    return made


def form_for(row: PayoutMethod, where: FormAddresses, *, at: datetime) -> str:
    """Return an address of the provider's form, for whoever goes there now; it is kept nowhere.

    Raises:
        GatewayError: the provider said no, or nothing.
    """
    return provider.make_link(gateway(), _made(row, at=at), back=where.back, again=where.again)


def look_at(row: PayoutMethod, *, at: datetime) -> None:
    """Read a recipient again, and judge whether it can be paid; safe to repeat.

    Raises:
        GatewayError: the provider said no, or nothing.
    """
    if not row.is_remote or not row.remote_id or row.state == State.CLOSED:
        return
    remote = provider.recipient_now(gateway(), row.remote_id)
    banks = _banks(row) if remote.can_be_paid else []
    _judge(row.pk, remote, banks, at=at)


def look_at_recipient(remote_id: str, *, at: datetime) -> None:
    """Read a recipient again by its id at the provider; another shop's is left alone."""
    for row in PayoutMethod.objects.filter(remote_id=remote_id).exclude(state=State.CLOSED):
        look_at(row, at=at)


def look_at_recipients(*, at: datetime) -> int:
    """Read the recipients again that nothing was said of for a day. In the beat."""
    rows = PayoutMethod.objects.exclude(way=Way.MANUAL).exclude(state=State.CLOSED)
    due = rows.exclude(remote_id="").filter(Q(looked_at=None) | Q(looked_at__lte=at - LOOK_EVERY))
    some = list(due.order_by(F("looked_at").asc(nulls_first=True))[:MOST_AT_ONCE])

    def one(row: PayoutMethod) -> bool:
        if gateway().is_given_up:
            return False
        look_at(row, at=at)
        return True

    return each("look at recipients", some, one, at=at)


def _made(row: PayoutMethod, *, at: datetime) -> str:
    """Return the id of a recipient at the provider, which is made now if it is not there.

    Several may come here at once, and one may have died here: the key makes it one.
    """
    same = PayoutMethod.objects.filter(pk=row.pk, remote_id="")
    same.filter(first_sent_at=None).update(first_sent_at=at)
    row.refresh_from_db()
    remote_id: str = row.remote_id
    if not remote_id and at >= (row.first_sent_at or at) + KEY_LIFE:
        remote_id = provider.find_recipient(gateway(), str(row.key))
        if not remote_id:
            same.update(key=uuid.uuid4(), first_sent_at=at)
            row.refresh_from_db()
    if not remote_id:
        remote_id = provider.make_recipient(gateway(), row.request or {}, str(row.key))
    same.update(remote_id=remote_id, request=None)  # it names a person, and is asked no more
    row.refresh_from_db()
    return row.remote_id


def _banks(row: PayoutMethod) -> Sequence[RemoteBank]:
    """Return where the provider can pay a store; to its own account there goes all at once."""
    if row.way == Way.CONNECT:
        return [RemoteBank(row.remote_id, "Stripe", row.country, row.remote_id[-4:], (), True)]
    return provider.banks_of(gateway(), row.remote_id)


@transaction.atomic
def _judge(method_id: int, remote: Recipient, banks: Sequence[RemoteBank], *, at: datetime) -> None:
    """Let the state of an account follow what the provider said of it."""
    row = locked_method(method_id)
    if row.state == State.CLOSED:
        return
    row.needs, row.looked_at = list(remote.needs), at
    row.save(update_fields=["needs", "looked_at"])
    if remote.is_closed:
        row.move_to(State.CLOSED, closed_at=at)
        note(row, "close account", at=at, festival=None, reason="It was closed at the provider.")
        return
    usable = [bank for bank in banks if bank.is_usable and bank.country == row.country]
    same = next((bank for bank in usable if bank.id == row.bank_id), None)
    if not (remote.can_be_paid and usable):
        _stop(row, at=at)
    elif same is None:
        _take(row, usable[0], at=at)
    elif row.state == State.RESTRICTED and row.is_stopped:
        row.move_to(State.READY, is_stopped=False)
        note(row, "use account again", at=at, festival=None, reason="The provider pays it again.")


def _stop(row: PayoutMethod, *, at: datetime) -> None:
    """Use an account no more until the provider pays it again."""
    if row.state == State.READY:
        row.move_to(State.RESTRICTED, is_stopped=True)
        note(row, "stop account", at=at, festival=None, reason="The provider does not pay it now.")
    elif row.state == State.NEW:
        row.move_to(State.ONBOARDING)


def _take(row: PayoutMethod, bank: RemoteBank, *, at: datetime) -> None:
    """Let a person confirm a bank account that is new, after the wait; all members are told."""
    facts: dict[str, Any] = {
        "bank_id": bank.id, "masked": f"{bank.name} •••• {bank.last4}".strip()[:60],
        "to_currency": _currency(row, bank), "added_at": at, "confirmed_at": None,
        "confirmed_by": None, "usable_from": None, "is_stopped": False,
    }  # fmt: skip
    if row.state == State.NEW:
        PayoutMethod.objects.filter(pk=row.pk).update(**facts)
    else:
        row.move_to(State.NEW, **facts)
    note(row, "add account", at=at, festival=None, after={"account": facts["masked"]})
    enqueue(tell_of_method, row.pk)


def _currency(row: PayoutMethod, bank: RemoteBank) -> str:
    """Return in which currency a bank account that takes several is paid: its country's."""
    if len(bank.currencies) < 2:
        return ""
    home = PayoutCountry.objects.filter(code=row.country).values_list("currency", flat=True).first()
    own = (home or "").lower()
    return own if own in bank.currencies else bank.currencies[0]


def no_answer(error: GatewayError) -> str:
    """Say to a store that the provider did not answer, or said no."""
    if error.may_retry:
        return _("The payment provider cannot be reached now. Try again in a minute.")
    return _("The payment provider refused: ask an organizer to look at it.")
