"""Merchants join a festival: invited or by applying, with the terms they accepted frozen."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from shop.accounts.models import User
from shop.errors import NotPossible
from shop.festivals.changes import log
from shop.festivals.models import Enrolment, Festival
from shop.merchants.models import Merchant

State = Enrolment.State


@transaction.atomic
def invite(
    festival: Festival, merchants: Collection[Merchant], *, at: datetime, by: User | None = None
) -> list[Enrolment]:
    """Invite merchants who have no part in a festival yet; return the new invitations.

    Raises:
        NotPossible: the festival is over, or its enrolment is closed.
    """
    festival = _open(festival, at)
    known = set(festival.enrolments.values_list("merchant_id", flat=True))
    fresh = [
        Enrolment(festival=festival, merchant=merchant, commission_bp=festival.commission_bp)
        for merchant in merchants
        if merchant.pk not in known and merchant.state == Merchant.State.APPROVED
    ]
    # Two organizers may invite the same merchant at once.
    Enrolment.objects.bulk_create(fresh, ignore_conflicts=True)
    ids = [row.merchant_id for row in fresh]
    made = list(festival.enrolments.filter(merchant__in=ids).select_related("merchant"))
    if made:
        log(festival, "invite", at=at, by=by, festival=festival, after={"merchants": ids})
    return made


@transaction.atomic
def join(
    festival: Festival, merchant: Merchant, *, terms_version: str, at: datetime, by: User
) -> Enrolment:
    """Take part, as invited, or apply to; the festival's terms and commission are frozen.

    Raises:
        NotPossible: enrolment is closed, the terms changed meanwhile, or it was decided already.
    """
    festival = _open(festival, at)
    if terms_version != festival.terms_version:
        raise NotPossible(_("The terms changed meanwhile. Read them again."))
    enrolment = festival.enrolments.select_for_update().filter(merchant=merchant).first()
    is_invited = enrolment is not None and enrolment.state == State.INVITED
    if enrolment is None:
        enrolment = Enrolment(festival=festival, merchant=merchant)
    elif not is_invited and enrolment.state not in (State.DECLINED, State.WITHDRAWN):
        raise NotPossible(_("You have joined this festival already."))
    enrolment.state = State.ACCEPTED if is_invited else State.APPLIED
    enrolment.terms_version = festival.terms_version
    enrolment.commission_bp = festival.commission_bp
    enrolment.accepted_at = at if is_invited else None
    try:
        with transaction.atomic():
            enrolment.save()
    except IntegrityError:  # of two requests the second one
        raise NotPossible(_("You have joined this festival already.")) from None
    log(enrolment, "join", at=at, by=by, festival=festival, after={"state": enrolment.state})
    return enrolment


@transaction.atomic
def decide(
    enrolment: Enrolment, *, is_accepted: bool, at: datetime, by: User | None = None
) -> None:
    """Accept or decline a merchant who applied.

    Raises:
        NotPossible: it was decided already.
    """
    state = State.ACCEPTED if is_accepted else State.DECLINED
    applied = Enrolment.objects.filter(pk=enrolment.pk, state=State.APPLIED)
    if not applied.update(state=state, accepted_at=at if is_accepted else None):
        raise NotPossible(_("This was decided already."))
    enrolment.refresh_from_db()
    log(enrolment, str(state), at=at, by=by, festival=enrolment.festival)


@transaction.atomic
def decline(enrolment: Enrolment, *, at: datetime, by: User) -> None:
    """Turn an invitation down.

    Raises:
        NotPossible: it was answered already.
    """
    invited = Enrolment.objects.filter(pk=enrolment.pk, state=State.INVITED)
    if not invited.update(state=State.DECLINED):
        raise NotPossible(_("This was decided already."))
    log(enrolment, "decline", at=at, by=by, festival=enrolment.festival)


def enrolling(*, at: datetime) -> QuerySet[Festival]:
    """Return the festivals that merchants may join at an instant, the next one first."""
    return Festival.objects.filter(
        Q(enrol_opens__isnull=True) | Q(enrol_opens__lte=at),
        Q(enrol_closes__isnull=True) | Q(enrol_closes__gt=at),
        state__in=(Festival.State.DRAFT, Festival.State.PUBLISHED),
        ends_at__gt=at,
    ).order_by("starts_at", "pk")


def enrolments_of(merchant: Merchant, *, at: datetime) -> QuerySet[Enrolment]:
    """Return a merchant's part in festivals that are not over, the next one first."""
    rows = Enrolment.objects.filter(merchant=merchant, festival__ends_at__gt=at)
    running = rows.exclude(festival__state=Festival.State.CANCELLED)
    return running.select_related("festival").order_by("festival__starts_at", "pk")


def is_enrolling(festival: Festival, *, at: datetime) -> bool:
    """Tell whether merchants may join and nominate; the closing instant is already over.

    A draft takes stores as well: organizers enrol them before they publish.
    """
    is_over = festival.state in (Festival.State.CLOSED, Festival.State.CANCELLED)
    has_opened = festival.enrol_opens is None or festival.enrol_opens <= at
    has_closed = festival.enrol_closes is not None and festival.enrol_closes <= at
    return not is_over and has_opened and not has_closed and at < festival.ends_at


def _open(festival: Festival, at: datetime) -> Festival:
    festival = Festival.objects.get(pk=festival.pk)
    if not is_enrolling(festival, at=at):
        raise NotPossible(_("Enrolment for this festival is closed."))
    return festival
