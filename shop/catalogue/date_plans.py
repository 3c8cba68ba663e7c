"""What is planned of a date: who leads it, and from how many guests it takes place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.catalogue.models import DatePlan, Variant
from shop.catalogue.stock.models import Pool
from shop.core import dates
from shop.core.errors import NotPossible
from shop.people.merchants.models import Membership, Merchant
from shop.people.merchants.roles import in_force

HOURS_CHOICES = (24, 48, 72, 168)
"""So long before a date its least number of guests may be looked at."""


@dataclass(frozen=True, slots=True)
class PlanWish:
    """What is to be planned of a date.

    ``guide`` is the id of a membership; ``least`` None: it takes place with any number of guests.
    """

    guide: int | None = None
    least: int | None = None
    hours: int = 48
    if_few: str = DatePlan.IfFew.ASK


def plan_of(pool: Pool) -> DatePlan:
    """Return what is planned of a date; where nothing is, a plan that is not saved."""
    return DatePlan.objects.filter(pool=pool).first() or DatePlan(pool=pool)


def change_plan(
    pool: Pool, wish: PlanWish, *, merchant: Merchant, starts: datetime, at: datetime
) -> bool:
    """Change what is planned of a date; tell whether anything changed. Called under its lock.

    Whoever has booked was told from how many guests it takes place: for them it may become easier
    to come about, never harder.

    Args:
        pool: as it was read behind its lock.
        merchant: whose date it is.
        starts: when the date begins.

    Raises:
        NotPossible: of a date with bookings more guests would be asked, or later; it is decided
            already; the instant of that is over; there are fewer seats; nobody of that name
            works for the store.
    """
    before, plan = plan_of(pool), plan_of(pool)
    if wish.least and wish.least > pool.on_hand:
        raise NotPossible(_("There are fewer seats than guests are needed."))
    _lead(plan, wish.guide, merchant, at=at)
    if wish.least != before.least_guests or (wish.least and _terms(before) != _terms_of(wish)):
        if before.settled_at:
            raise NotPossible(_("It is decided already whether this date takes place."))
        plan.least_guests = wish.least
        plan.hours_before, plan.if_few = wish.hours, wish.if_few
        plan.asked_at = None
        set_instant(plan, starts)
        _check(plan, before, pool, at=at)
    if all(getattr(plan, name) == getattr(before, name) for name in ("guide_id", *_TERMS)):
        return False
    plan.save()
    return True


def set_instant(plan: DatePlan, starts: datetime) -> None:
    """Let a date be decided so long before it begins as is planned."""
    plan.decides_at = starts - plan.decides_before if plan.least_guests else None


def move_plan(pool_id: int, starts: datetime) -> None:
    """Let a date that begins at another time be decided as long before as until now."""
    for plan in DatePlan.objects.filter(pool=pool_id, settled_at=None):
        set_instant(plan, starts)
        plan.save(update_fields=["decides_at"])


def make_plans(
    starts: Mapping[datetime, Pool], wish: PlanWish, *, merchant: Merchant, at: datetime
) -> None:
    """Make the plans of new dates, where anything is planned. Two statements.

    Raises:
        NotPossible: one of them would have been decided already, or has fewer seats; nobody of
            that name works for the store.
    """
    if any(wish.least and wish.least > pool.on_hand for pool in starts.values()):
        raise NotPossible(_("There are fewer seats than guests are needed."))
    first = DatePlan()
    _lead(first, wish.guide, merchant, at=at)
    plans = [
        DatePlan(
            pool=pool, guide_id=first.guide_id, least_guests=wish.least,
            hours_before=wish.hours, if_few=wish.if_few,
        )
        for pool in starts.values()
    ]  # fmt: skip
    for plan, start in zip(plans, starts, strict=True):
        set_instant(plan, start)
        _check(plan, plan, plan.pool, at=at)
    if wish.guide or wish.least:
        DatePlan.objects.bulk_create(plans)


def least_sentence(least: int, decides_at: datetime, zone: str, language: str) -> str:
    """Say from how many guests a date takes place, and when that is decided, in its own time."""
    text = ngettext(
        "Takes place from %(count)d guest on. Decided on %(when)s; if it is called off, all money "
        "comes back.",
        "Takes place from %(count)d guests on. Decided on %(when)s; if it is called off, all money "
        "comes back.",
        least,
    )
    return text % {"count": least, "when": dates.day_and_hour(decides_at, zone, language)}


def promise_of(variant: Variant, language: str) -> str:
    """Say from how many guests the date of a variant takes place; empty where that is not open.

    Reads the pool and its plan.
    """
    plan = variant.promise
    if plan is None or not plan.least_guests or not plan.decides_at:
        return ""
    zone = variant.session_zone or "UTC"
    return least_sentence(plan.least_guests, plan.decides_at, zone, language)


def guide_of(pool: Pool) -> str:
    """Return the name of who leads a date, or nothing. Reads its plan, the guide and the user."""
    plan: DatePlan | None = getattr(pool, "plan", None)
    return plan.guide.user.name if plan and plan.guide else ""


def lacking(pool: Pool) -> int:
    """Return how many guests a date lacks to take place. Reads its plan."""
    plan: DatePlan | None = getattr(pool, "plan", None)
    return plan.lacks(pool.sold) if plan else 0


_TERMS = ("least_guests", "hours_before", "if_few")


def _terms(plan: DatePlan) -> tuple[int, str]:
    return plan.hours_before, plan.if_few


def _terms_of(wish: PlanWish) -> tuple[int, str]:
    return wish.hours, wish.if_few


def _lead(plan: DatePlan, guide: int | None, merchant: Merchant, *, at: datetime) -> None:
    """Let somebody of the store lead a date."""
    if guide == plan.guide_id:
        return
    if guide is not None:
        own = Membership.objects.filter(in_force(at=at), pk=guide, merchant=merchant)
        if not own.exists():
            raise NotPossible(_("Choose somebody of your team."))
    plan.guide_id = guide


def _check(plan: DatePlan, before: DatePlan, pool: Pool, *, at: datetime) -> None:
    if not plan.least_guests:
        return
    if plan.hours_before not in HOURS_CHOICES:
        raise NotPossible(_("Choose when it is decided."))
    if plan.decides_at and plan.decides_at <= at:
        raise NotPossible(
            _("That would have been decided by now: choose fewer hours before the beginning.")
        )
    is_harder = not before.is_promised or (
        plan.least_guests > (before.least_guests or 0)
        or plan.decides_before < before.decides_before
    )
    if plan is not before and plan.is_promised and is_harder and pool.held + pool.sold:
        raise NotPossible(
            _("Somebody has booked. For them the least number of guests may become smaller, "
              "and be looked at earlier, but not the other way round.")
        )  # fmt: skip
