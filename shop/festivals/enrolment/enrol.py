"""Merchants join a festival: invited or by applying, with the terms they accepted frozen.

Who comes when all places are taken waits in line. Whoever counts places or gives one holds the
festival's row: of two organizers only one fills the last place.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.locks import lock, lock_one, locked
from shop.festivals.changelog import log
from shop.festivals.enrolment.terms import is_in, refuse_unread, terms_in_force, terms_of
from shop.festivals.enrolment.waitlist import fill, has_place
from shop.festivals.mail import tell_enrolled
from shop.festivals.models import Enrolment, Festival, Nomination, Participation
from shop.festivals.promotions import manage
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.people.merchants.own_stores import own_among, refuse_own

State = Enrolment.State
AGREED = (State.APPLIED, State.WAITING, State.ACCEPTED)
"""In these a store has accepted terms, and they are those that count for it."""
HAS_APPROVED = Exists(
    Nomination.objects.filter(enrolment=OuterRef("pk"), state=Nomination.State.APPROVED)
)


@transaction.atomic
def invite(
    festival: Festival, merchants: Collection[Merchant], *, at: datetime, by: User | None = None
) -> list[Enrolment]:
    """Invite merchants who have no part in a festival yet; return the new invitations.

    Whoever is invited takes part without another decision: of the inviter's own stores somebody
    else decides.

    Raises:
        NotPossible: the festival is over, its enrolment is closed, or its terms have no text that
            all of them can read.
    """
    festival = _open(festival, at)
    known = set(festival.enrolments.values_list("merchant_id", flat=True))
    known |= own_among([merchant.pk for merchant in merchants], by=by)
    fresh = [
        Enrolment(festival=festival, merchant=merchant, commission_bp=festival.commission_bp)
        for merchant in merchants
        if merchant.pk not in known and merchant.is_trading
    ]
    if fresh:
        refuse_unread(festival, [row.merchant_id for row in fresh])
    # Two organizers may invite the same merchant at once.
    Enrolment.objects.bulk_create(fresh, ignore_conflicts=True)
    ids = [row.merchant_id for row in fresh]
    made = list(festival.enrolments.filter(merchant__in=ids).select_related("merchant"))
    if made:
        log(festival, "invite", at=at, by=by, festival=festival, after={"merchants": ids})
    return made


@transaction.atomic
def join(
    festival: Festival,
    merchant: Merchant,
    *,
    terms_version: str,
    commission_bp: int,
    at: datetime,
    by: User,
) -> Enrolment:
    """Join a festival as invited, or apply to it; its terms and commission are frozen.

    Who was invited takes part at once, or waits in line while all places are taken.

    Args:
        terms_version, commission_bp: what was on the page that was agreed to.

    Raises:
        NotPossible: enrolment is closed, the store is suspended, the terms changed meanwhile or
            have no text in the language of whoever accepts, or it was decided already.
    """
    refuse_suspended(Merchant.objects.get(pk=merchant.pk))
    festival = _open(festival, at)
    if (terms_version, commission_bp) != (festival.terms_version, festival.commission_bp):
        raise NotPossible(_("The terms changed meanwhile. Read them again."))
    terms = terms_in_force(festival)
    if terms is None or not is_in(terms, by.language):
        raise NotPossible(_("The terms are not in your language yet. Ask the organizer for them."))
    enrolment = locked(festival.enrolments.filter(merchant=merchant), fully=True).first()
    is_invited = enrolment is not None and enrolment.state == State.INVITED
    if enrolment is None:
        enrolment = Enrolment(festival=festival, merchant=merchant, state=State.APPLIED)
    elif not is_invited:
        if enrolment.state not in (State.DECLINED, State.WITHDRAWN):
            raise NotPossible(_("You have joined this festival already."))
        enrolment.enter(State.APPLIED)
    enrolment.terms_version = festival.terms_version
    enrolment.commission_bp = festival.commission_bp
    enrolment.agreed_at, enrolment.accepted_at, enrolment.waiting_since = at, None, None
    if is_invited:
        _take_place(enrolment, festival, at=at)
    enrolment.save()
    after = {
        "state": enrolment.state,
        "terms_version": enrolment.terms_version,
        "commission_bp": enrolment.commission_bp,
    }
    log(enrolment, "join", at=at, by=by, festival=festival, after=after)
    return enrolment


@transaction.atomic
def decide(
    enrolment: Enrolment, *, is_accepted: bool, at: datetime, by: User | None = None
) -> Enrolment:
    """Accept or decline a merchant who applied; accepted with no place left, it waits in line.

    Raises:
        NotPossible: it was decided already, or it waits and there is still no place.
    """
    refuse_own(enrolment.merchant_id, by=by)
    festival = _locked(enrolment.festival)
    enrolment = lock_one(festival.enrolments, enrolment.pk, fully=True)
    was_waiting = enrolment.state == State.WAITING
    if enrolment.state not in (State.APPLIED, State.WAITING):
        raise NotPossible(_("This was decided already."))
    if is_accepted:
        if terms_of(festival, enrolment.terms_version) is None:
            raise NotPossible("The store accepted terms without a text. Ask it to join again.")
        _refuse_guest(enrolment, festival, at=at)
        _take_place(enrolment, festival, at=at)
    else:
        enrolment.enter(State.DECLINED)
        enrolment.waiting_since = None
    if was_waiting and enrolment.state == State.WAITING:
        raise NotPossible("All places are taken. It stays in line.")  # said to organizers
    enrolment.save()
    log(enrolment, str(enrolment.state), at=at, by=by, festival=festival)
    tell_enrolled([enrolment.pk])
    return enrolment


@transaction.atomic
def leave(enrolment: Enrolment, *, at: datetime, by: User) -> None:
    """Take a store out of a festival, as itself or the organizer wishes; the next one gets in.

    What it nominated is withdrawn with it, its products are not listed there any more, and
    benefits that it gives end. ``festival_products.leave`` refreshes the lists as well.

    Raises:
        NotPossible: it takes no part, or has approved products, whose deals people may know, or
            the festival is closed and its statements are final.
    """
    festival = _locked(enrolment.festival)
    enrolment = lock_one(festival.enrolments, enrolment.pk, fully=True)
    own = enrolment.nominations
    lock(own)
    if enrolment.state not in AGREED:
        raise NotPossible(_("This was decided already."))
    if not festival.is_open:
        raise NotPossible(_("This festival is over."))
    open_states = (Nomination.State.SUBMITTED, Nomination.State.CHANGES_REQUESTED)
    own.filter(state__in=open_states).move_to(Nomination.State.WITHDRAWN)
    # In the next statement: a reviewer may have approved one while this waited for its row.
    if own.filter(state=Nomination.State.APPROVED).exists():
        raise NotPossible(_("Take the approved products back first."))
    enrolment.move_to(State.WITHDRAWN, waiting_since=None)
    Participation.objects.filter(festival=festival, product__merchant=enrolment.merchant).delete()
    _end_benefits(festival, enrolment, at=at, by=by)
    log(enrolment, "leave", at=at, by=by, festival=festival)
    fill(festival, at=at, by=by)


def may_leave(enrolment: Enrolment, *, at: datetime) -> bool:
    """Tell whether a store can leave now, before it asks; read it with ``HAS_APPROVED``."""
    is_on = enrolment.festival.is_open and at < enrolment.festival.ends_at
    return is_on and enrolment.state in AGREED and not enrolment.has_approved


@transaction.atomic
def decline(enrolment: Enrolment, *, at: datetime, by: User) -> None:
    """Turn an invitation down.

    Raises:
        NotPossible: it was answered already.
    """
    invited = Enrolment.objects.filter(pk=enrolment.pk, state=State.INVITED)
    if not invited.move_to(State.DECLINED):
        raise NotPossible(_("This was decided already."))
    log(enrolment, "decline", at=at, by=by, festival=enrolment.festival)


@transaction.atomic
def take_invitation_back(enrolment: Enrolment, *, at: datetime, by: User) -> None:
    """Take an invitation back that the store has not answered; it may still apply.

    Raises:
        NotPossible: it was answered already.
    """
    invited = Enrolment.objects.filter(pk=enrolment.pk, state=State.INVITED)
    if not invited.move_to(State.WITHDRAWN):
        raise NotPossible("The store has answered already.")
    log(enrolment, "take invitation back", at=at, by=by, festival=enrolment.festival)


def enrolling(*, at: datetime) -> QuerySet[Festival]:
    """Return the festivals that merchants may join at an instant, the next one first."""
    return Festival.objects.filter(
        Q(enrol_opens__isnull=True) | Q(enrol_opens__lte=at),
        Q(enrol_closes__isnull=True) | Q(enrol_closes__gt=at),
        state__in=Festival.OPEN,
        ends_at__gt=at,
    ).order_by("starts_at", "pk")


def refuse_suspended(merchant: Merchant) -> None:
    """Refuse the enrolment or nomination of a suspended store.

    Raises:
        NotPossible: it is suspended.
    """
    if merchant.is_suspended:
        raise NotPossible(
            _("Your store is suspended. It can join once the organizers have reopened it.")
        )


def _refuse_guest(enrolment: Enrolment, festival: Festival, *, at: datetime) -> None:
    if not festival.is_open or festival.ends_at <= at:
        raise NotPossible("This festival is over.")
    if not enrolment.merchant.is_trading:
        raise NotPossible("The store itself is not approved.")


def _take_place(enrolment: Enrolment, festival: Festival, *, at: datetime) -> None:
    """Give an enrolment a place, or one in line. The festival's row is locked."""
    if has_place(festival, enrolment.merchant.country):
        enrolment.enter(State.ACCEPTED)
        enrolment.accepted_at, enrolment.waiting_since = at, None
    elif enrolment.state != State.WAITING:
        enrolment.enter(State.WAITING)
        enrolment.waiting_since = at


def _end_benefits(festival: Festival, enrolment: Enrolment, *, at: datetime, by: User) -> None:
    own = festival.promotions.filter(merchant=enrolment.merchant, use_to__gt=at)
    for promotion in own.filter(state__in=manage.RUNNING).order_by("pk"):
        manage.end_early(promotion, at=at, reason="The store left the festival.", by=by)


def _locked(festival: Festival) -> Festival:
    return lock_one(Festival.objects, festival.pk)


def _open(festival: Festival, at: datetime) -> Festival:
    """Return a festival that takes stores, locked.

    Raises:
        NotPossible: it takes none.
    """
    festival = _locked(festival)
    if not festival.is_enrolling(at):
        raise NotPossible(_("Enrolment for this festival is closed."))
    return festival
