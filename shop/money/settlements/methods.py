"""Where stores are paid: typed by a member, confirmed by a second person, usable after a wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.jobs import each
from shop.core.locks import lock_one
from shop.core.tasks import enqueue
from shop.festivals.changelog import log as note
from shop.money.money_tasks.hands import refuse_hand_in_people
from shop.money.settlements.countries import is_reached
from shop.money.settlements.models import Payout, PayoutMethod
from shop.money.settlements.seal import masked, seal
from shop.money.settlements.tasks import tell_of_method
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.people.merchants.own_stores import refuse_own

State, Way = PayoutMethod.State, PayoutMethod.Way
ACCOUNT_KEPT_FOR = timedelta(days=395)
MOST_AT_ONCE = 500
DAY = timedelta(days=1)
ACCOUNTS_A_DAY = 25
"""One person alone confirms so many accounts of stores in a day."""
WAIT = timedelta(hours=72)
"""So long after it was typed an account is not used: its owners were told, and can object."""


def current_method(merchant: Merchant, *, at: datetime) -> PayoutMethod | None:
    """Return where a store is paid at a moment: the newest confirmed account whose wait is over.

    One that the provider pays to counts only while it reaches the store, and none while a store is
    paid another way; another one does not take its place by itself.
    """
    row = _usable(merchant.pk, at=at).first()
    is_open = row is None or not (row.is_remote or merchant.paid_only_by)
    return row if row is None or is_open or is_reached(merchant, row.way) else None


def _usable(merchant_id: int, *, at: datetime) -> QuerySet[PayoutMethod]:
    rows = PayoutMethod.objects.filter(merchant=merchant_id, state=State.READY)
    return rows.filter(usable_from__lte=at).order_by("-usable_from", "-pk")


@transaction.atomic
def add_method(
    merchant: Merchant, facts: Mapping[str, str], *, rail: str, at: datetime, by: User
) -> PayoutMethod:
    """Keep an account that a member typed; what waited to be confirmed before is dropped.

    The one in use stays in use until the new one is confirmed and its wait is over. All members
    are told, at the addresses that they had.

    Args:
        facts: holder, country, and what the bank needs: account, bank, bic; number, operator.

    Raises:
        NotPossible: the store is paid by the provider alone.
    """
    if lock_one(Merchant.objects, merchant.pk).paid_only_by not in ("", Way.MANUAL):
        raise NotPossible(_("The organizer has settled that the payment provider pays you."))
    new = PayoutMethod.objects.filter(merchant=merchant, state=State.NEW, way=Way.MANUAL)
    new.move_to(State.CLOSED, closed_at=at)
    made = PayoutMethod.objects.create(
        merchant=merchant, rail=rail, country=facts["country"], holder=facts["holder"],
        sealed=seal(facts), masked=masked(facts["account"]), added_at=at, added_by=by,
    )  # fmt: skip
    note(made, "add account", at=at, by=by, festival=None, after={"account": made.masked})
    enqueue(tell_of_method, made.pk)
    return made


@transaction.atomic
def confirm_method(method_id: int, *, at: datetime, by: User, reason: str) -> PayoutMethod:
    """Confirm an account, once it was compared with the store's own papers.

    Raises:
        NotPossible: whoever typed it confirms it, or acts for the store, or has changed its people
            of late; or there is no reason.
        StaleState: it was confirmed or dropped meanwhile.
    """
    if not reason.strip():
        raise NotPossible("Say with what you compared it: whoever looks next reads it.")
    row = locked_method(method_id)
    if row.added_by_id == by.pk:
        raise NotPossible("Somebody else has to confirm it: you typed it yourself.")
    refuse_own(row.merchant_id, by=by)
    refuse_hand_in_people(row.merchant, at=at, by=by)
    _refuse_many(at=at, by=by)
    row.move_to(
        State.READY, confirmed_at=at, confirmed_by=by, usable_from=max(at, row.added_at + WAIT)
    )
    note(row, "confirm account", at=at, by=by, festival=None, reason=reason.strip()[:300])
    return row


@transaction.atomic
def close_method(method_id: int, *, at: datetime, by: User, reason: str = "") -> None:
    """Use an account no more; what is on its way there goes on.

    Raises:
        StaleState: it is closed already.
    """
    row = locked_method(method_id)
    row.move_to(State.CLOSED, closed_at=at)
    note(row, "close account", at=at, by=by, festival=None, reason=reason.strip()[:300])


def restrict(method: PayoutMethod) -> None:
    """Use an account no more until somebody has looked: what was sent there came back."""
    rows = PayoutMethod.objects.filter(pk=method.pk)
    rows.filter(is_stopped=True).update(is_stopped=False)
    rows.move_to(State.RESTRICTED)


@transaction.atomic
def trust_again(method_id: int, *, at: datetime, by: User, reason: str) -> None:
    """Use an account again from which money came back: the reason was another one.

    Raises:
        NotPossible: the provider keeps it from being used, or as ``confirm_method``.
        StaleState: it is not restricted any more.
    """
    row = locked_method(method_id)
    refuse_own(row.merchant_id, by=by)
    refuse_hand_in_people(row.merchant, at=at, by=by)
    if row.is_stopped:
        raise NotPossible("The provider stopped it, and uses it again when its reason is gone.")
    row.move_to(State.READY)
    note(row, "trust account", at=at, by=by, festival=None, reason=reason.strip()[:300])


def close_replaced(*, at: datetime) -> int:
    """Close accounts in whose place a newer one can be used. In the beat."""
    ready = PayoutMethod.objects.filter(state=State.READY, usable_from__lte=at)
    ids = list(ready.values_list("merchant", flat=True).distinct().order_by("merchant"))

    @transaction.atomic
    def one(merchant_id: int) -> bool:
        lock_one(Merchant.objects, merchant_id)
        older = list(_usable(merchant_id, at=at))[1:]
        rows = PayoutMethod.objects.filter(pk__in=[row.pk for row in older])
        return bool(rows.move_to(State.CLOSED, closed_at=at))

    return each("close replaced accounts", ids, one, at=at, about=Merchant)


def forget_accounts(*, at: datetime) -> int:
    """Forget the numbers of accounts that were closed long ago; the last digits go, too.

    In the beat. What papers of old payouts name is their reference.
    """
    old = PayoutMethod.objects.filter(closed_at__lte=at - ACCOUNT_KEPT_FOR).exclude(masked="")
    ids = list(old.order_by("closed_at").values_list("pk", flat=True)[:MOST_AT_ONCE])
    return PayoutMethod.objects.filter(pk__in=ids).update(sealed=b"", masked="", holder="")


def is_used(method: PayoutMethod) -> bool:
    """Tell whether something is on its way to an account."""
    return method.payouts.filter(state__in=Payout.ON_ITS_WAY).exists()


def is_barred(row: PayoutMethod, *, at: datetime) -> bool:
    """Tell whether only its way keeps an account from use, where a store has none in use."""
    is_over = row.usable_from is not None and row.usable_from <= at
    return row.state == State.READY and is_over


def no_account(known: Iterable[PayoutMethod], *, at: datetime) -> str:
    """Say why a store cannot be paid now, by the accounts of it that are not closed."""
    rows = list(known)
    if any(is_barred(row, at=at) for row in rows):
        return _(
            "Nothing is paid to your account now: the organizer does not pay this way. Choose "
            "another one, or ask the organizer."
        )
    states = {row.state for row in rows}
    if states & {State.NEW, State.READY}:
        return _(
            "Your account is not used yet: an organizer compares it with your papers, and it works "
            "72 hours after it was typed at the earliest."
        )
    if State.RESTRICTED in states:
        return _(
            "A payment to your account came back, and nothing is paid to it before an organizer "
            "has looked. Look whether it is right, or type another one."
        )
    return _("Tell us where to pay you. An organizer confirms it before anything is paid.")


def locked_method(method_id: int) -> PayoutMethod:
    """Lock an account behind its store: the order of locks."""
    merchant_id = PayoutMethod.objects.values_list("merchant", flat=True).get(pk=method_id)
    lock_one(Merchant.objects, merchant_id)
    return lock_one(PayoutMethod.objects, method_id)


def _refuse_many(*, at: datetime, by: User) -> None:
    """Refuse who has confirmed as many accounts within a day as one person alone may.

    Raises:
        NotPossible: they have.
    """
    own = PayoutMethod.objects.filter(confirmed_by=by, confirmed_at__gt=at - DAY)
    if own.count() >= ACCOUNTS_A_DAY:
        raise NotPossible(
            f"You have confirmed {ACCOUNTS_A_DAY} accounts within a day. Another organizer can "
            "confirm this one now."
        )
