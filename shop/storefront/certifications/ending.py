"""Certificates end with their day; the store is told before, and when it is so."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from shop.core.jobs import delete_some, each
from shop.core.locks import lock_one
from shop.festivals.changelog import log
from shop.people.merchants.models import Merchant
from shop.storefront.certifications.models import Certification
from shop.storefront.certifications.public import show
from shop.storefront.certifications.tasks import tell_of_end, tell_of_state

State = Certification.State
REMINDED_BEFORE = timedelta(days=30)
KEPT_FOR = timedelta(days=365)
BATCH = 50  # with their papers, which lie in the database
DAY = timedelta(days=1)


def end_certificates(*, at: datetime) -> int:
    """End the certificates whose last day is over where their store is; return how many.

    Part of the beat.
    """
    # Nowhere is it a later day than tomorrow by Greenwich; each is then asked by its own zone.
    rows = Certification.objects.filter(state=State.COUNTS, until__lt=at.date() + DAY)
    rows = rows.select_related("merchant").order_by("until", "pk")
    due = [row for row in rows if row.is_over(at=at)]
    return each("end certificates", due, lambda row: _end(row, at=at), at=at)


def remind_of_end(*, at: datetime) -> int:
    """Mail stores whose certificates end within a month or lack a paper, once; return how many.

    Part of the beat.
    """
    bare = Certification.objects.filter(state=State.MISSING, reminded_at=None).order_by("pk")
    asked = each("ask for papers of certificates", bare, lambda row: _ask(row, at=at), at=at)
    rows = Certification.objects.filter(
        state=State.COUNTS, reminded_at=None, until__lt=at.date() + REMINDED_BEFORE,
        until__gte=at.date(),
    )  # fmt: skip
    rows = rows.order_by("until", "pk")
    return asked + each("remind of certificates", rows, lambda row: _remind(row, at=at), at=at)


def forget_certificates(*, at: datetime) -> int:
    """Delete what ended, was stopped or refused long ago, with its paper; return how many."""
    found = 0
    for state in (State.ENDED, State.STOPPED, State.REFUSED):
        rows = Certification.objects.filter(state=state, decided_at__lt=at - KEPT_FOR)
        found += delete_some(rows.order_by("decided_at"), batch=BATCH)
    return found


@transaction.atomic
def _end(row: Certification, *, at: datetime) -> None:
    merchant = lock_one(Merchant.objects, row.merchant_id)
    found = Certification.objects.filter(pk=row.pk, state=State.COUNTS, until=row.until).first()
    if found is None:  # stopped or taken away meanwhile
        return
    found.move_to(State.ENDED, decided_at=at)
    show(merchant, at=at)
    log(found, "end", at=at, by=None, festival=None)
    tell_of_state(found)


@transaction.atomic
def _remind(row: Certification, *, at: datetime) -> None:
    rows = Certification.objects.filter(pk=row.pk, state=State.COUNTS, reminded_at=None)
    if rows.update(reminded_at=at):
        tell_of_end(row)


@transaction.atomic
def _ask(row: Certification, *, at: datetime) -> None:
    """Ask for the paper of a certificate that a store named before papers were asked for."""
    rows = Certification.objects.filter(pk=row.pk, state=State.MISSING, reminded_at=None)
    if rows.update(reminded_at=at):
        tell_of_state(row)
