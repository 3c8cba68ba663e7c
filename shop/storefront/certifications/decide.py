"""Organizers look at the paper of a certificate. They read the refusals in English."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shop.core.errors import NotPossible, StaleState
from shop.core.locks import lock_one
from shop.festivals.changelog import log
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.people.merchants.own_stores import refuse_own
from shop.storefront.certifications.models import Certification
from shop.storefront.certifications.public import show
from shop.storefront.certifications.tasks import tell_of_state

State = Certification.State


@transaction.atomic
def approve(pk: int, *, seen: int, at: datetime, by: User) -> Certification:
    """Let a certificate count; the one of the same name before it ends.

    Args:
        seen: the edition that was looked at.

    Raises:
        NotPossible: it has no paper or is over, or the organizer is a member of the store.
        StaleState: it does not wait any more, or was sent anew since it was looked at.
    """
    found = _locked(pk, State.WAITING, by=by, seen=seen)
    if found.is_over(at=at):
        raise NotPossible("It is over: ask for the new one, by refusing this one.")
    if not found.papers.exists():
        raise NotPossible("It has no paper.")
    before = Certification.objects.filter(
        merchant=found.merchant_id, title=found.title, state=State.COUNTS
    ).first()
    if before:
        before.move_to(State.ENDED, decided_at=at)
    found.move_to(State.COUNTS, decided_at=at, decided_by=by, note="")
    return _done(found, "approve", at=at, by=by)


@transaction.atomic
def refuse(pk: int, reason: str, *, seen: int, at: datetime, by: User) -> Certification:
    """Refuse a certificate with a reason; the store mends it and sends it again.

    Raises:
        NotPossible: there is no reason, or the organizer is a member of the store.
        StaleState: it does not wait any more, or was sent anew since it was looked at.
    """
    found = _locked(pk, State.WAITING, by=by, seen=seen)
    _needs(reason)
    found.move_to(State.REFUSED, decided_at=at, decided_by=by, note=reason.strip())
    return _done(found, "refuse", at=at, by=by, reason=reason)


@transaction.atomic
def stop(pk: int, reason: str, *, at: datetime, by: User) -> Certification:
    """Let a certificate count no more, before its day: who gave it has taken it back, say.

    Raises:
        NotPossible: there is no reason, or the organizer is a member of the store.
        StaleState: it does not count.
    """
    found = _locked(pk, State.COUNTS, by=by)
    _needs(reason)
    found.move_to(State.STOPPED, decided_at=at, decided_by=by, note=reason.strip())
    return _done(found, "stop", at=at, by=by, reason=reason)


@transaction.atomic
def count_again(pk: int, *, at: datetime, by: User) -> Certification:
    """Let a certificate count again that was stopped.

    Raises:
        NotPossible: it is over, a newer one counts, or the organizer is a member of the store.
        StaleState: it was not stopped.
    """
    found = _locked(pk, State.STOPPED, by=by)
    if found.is_over(at=at):
        raise NotPossible("It is over meanwhile.")
    own = Certification.objects.filter(merchant=found.merchant_id, title=found.title)
    if own.filter(state=State.COUNTS).exists():
        raise NotPossible("A newer one counts.")
    found.move_to(State.COUNTS, decided_at=at, decided_by=by, note="")
    return _done(found, "count again", at=at, by=by)


def _locked(pk: int, state: str, *, by: User, seen: int | None = None) -> Certification:
    found = Certification.objects.get(pk=pk)
    merchant = lock_one(Merchant.objects, found.merchant_id)
    found = Certification.objects.get(pk=pk)
    found.merchant = merchant
    refuse_own(merchant.pk, by=by)
    if found.state != state or (seen is not None and found.version != seen):
        raise StaleState
    return found


def _needs(reason: str) -> None:
    if not reason.strip():
        raise NotPossible("Give a reason. The store reads it.")


def _done(
    found: Certification, action: str, *, at: datetime, by: User, reason: str = ""
) -> Certification:
    show(found.merchant, at=at)
    log(found, action, at=at, by=by, festival=None, reason=reason.strip(),
        after={"title": found.title, "until": str(found.until or "")})  # fmt: skip
    tell_of_state(found)
    return found
