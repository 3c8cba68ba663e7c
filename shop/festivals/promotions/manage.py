"""Organizers make benefits and vouchers: drafts are free to change, running ones hardly.

Once active a benefit's value stays: shoppers were told of it. Its budget and its uses may rise,
it can be paused, and it can be ended early, with a reason that is kept.

Organizers read the refusals, whose desk is in English.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.festivals.changelog import latest, log
from shop.festivals.models import Enrolment, Festival, Promotion
from shop.festivals.prices import spans
from shop.festivals.pricing.benefit_form import COLUMNS
from shop.festivals.promotions import sponsors
from shop.people.accounts.models import User

State = Promotion.State
RUNNING = (State.ACTIVE, State.PAUSED)
RISING = ("budget", "max_uses", "max_claims")


@transaction.atomic
def save_draft(promotion: Promotion, *, at: datetime, by: User | None = None) -> Promotion:
    """Save a benefit that nobody can use yet.

    Raises:
        NotPossible: it is active already, lies outside its festival, lacks what it needs, or a
            new one has the title of another.
    """
    festival = _open(promotion.festival)
    kept = _locked(promotion) if promotion.pk else None
    if kept and kept.state != State.DRAFT:
        raise NotPossible("It is active already. Only its limits can still be raised.")
    if kept:
        promotion.titles = kept.titles  # perhaps translated since the form was read
    _refuse_nonsense(promotion, festival)
    if not promotion.pk:
        _refuse_same_title(promotion, festival)
    is_typed = promotion.trigger == Promotion.Trigger.CODE and not promotion.code
    if promotion.pk and not is_typed and promotion.batches.exists():
        raise NotPossible("It has unique codes already: it stays a benefit that is typed.")
    _save(promotion)
    if kept is None:
        log(promotion, "create", at=at, by=by, festival=festival, after=logged_facts(promotion))
        return promotion
    before, after = logged_facts(kept), logged_facts(promotion)
    names = [name for name in after if before[name] != after[name]]
    log(promotion, "change", at=at, by=by, festival=festival,
        before={name: before[name] for name in names},
        after={name: after[name] for name in names})  # fmt: skip
    return promotion


@transaction.atomic
def activate(promotion: Promotion, *, at: datetime, by: User | None = None) -> None:
    """Let shoppers use a benefit from its start on; its sponsor's part is committed.

    Raises:
        NotPossible: it is active already, its time is over, or its sponsor gives too little.
    """
    promotion = _locked(promotion)
    at = latest(promotion.festival, at)
    if promotion.state != State.DRAFT or promotion.use_to <= at:
        raise NotPossible("Only a draft whose time is not over can begin.")
    _refuse_nonsense(promotion, promotion.festival)
    _commit(promotion, 0, promotion.budget or 0)
    _set(promotion, State.ACTIVE, "activate", at=at, by=by)


@transaction.atomic
def pause(promotion: Promotion, *, at: datetime, by: User | None = None, reason: str = "") -> None:
    """Let nobody use a benefit until it is resumed; pending orders keep it."""
    promotion = _locked(promotion)
    if promotion.state != State.ACTIVE:
        raise NotPossible("Only an active benefit can be paused.")
    _set(promotion, State.PAUSED, "pause", at=at, by=by, reason=reason)


@transaction.atomic
def resume(promotion: Promotion, *, at: datetime, by: User | None = None) -> None:
    """Let a paused benefit be used again."""
    promotion = _locked(promotion)
    if promotion.state != State.PAUSED:
        raise NotPossible("This benefit is not paused.")
    _set(promotion, State.ACTIVE, "resume", at=at, by=by)


@transaction.atomic
def end_early(
    promotion: Promotion, *, at: datetime, reason: str, by: User | None = None
) -> datetime:
    """End a benefit for good; pending orders keep it, and its unspent budget is free again.

    Returns:
        The instant from which nobody can use it.

    Raises:
        NotPossible: there is no reason, or it has ended.
    """
    if not reason.strip():
        raise NotPossible("Say why: shoppers ask.")
    promotion = _locked(promotion)
    at = latest(promotion.festival, at)
    if promotion.state not in RUNNING or promotion.use_to <= at:
        raise NotPossible("It has ended already.")
    if promotion.use_from < at:
        promotion.use_to = at
        promotion.claim_to = min(promotion.claim_to, at) if promotion.claim_to else None
        promotion.save(update_fields=["use_to", "claim_to"])
    _set(promotion, State.ENDED_EARLY, "end early", at=at, by=by, reason=reason)
    sponsors.reckon(promotion.festival_id, at=at)
    return at


@transaction.atomic
def raise_limits(
    promotion: Promotion, limits: dict[str, int], *, at: datetime, by: User | None = None
) -> None:
    """Raise a benefit's budget, uses or claims; none of them ever falls.

    Args:
        limits: new values of ``budget`` (minor units), ``max_uses``, ``max_claims``.

    Raises:
        NotPossible: a limit would fall, there is none, or the sponsor gives too little.
    """
    promotion = _locked(promotion)
    before = {name: getattr(promotion, name) for name in limits}
    is_over = promotion.use_to <= latest(promotion.festival, at)
    if is_over or promotion.state not in RUNNING or not set(limits) <= set(RISING):
        raise NotPossible("Only the limits of an active benefit can be raised.")
    if any(before[name] is None or value < before[name] for name, value in limits.items()):
        raise NotPossible("A limit can only be raised.")
    if "budget" in limits:
        _commit(promotion, before["budget"], limits["budget"])
    Promotion.objects.filter(pk=promotion.pk).update(**limits)
    spans.mark_change("promotion raised", at=at)
    log(promotion, "raise", at=at, by=by, festival=promotion.festival, before=before,
        after=limits)  # fmt: skip


def logged_facts(promotion: Promotion) -> dict[str, Any]:
    """Return the terms of a benefit that shoppers are promised, for the change log."""
    names = ("title", "group", "kind", "trigger", "code", *COLUMNS, "organizer_share", "budget",
             "max_uses", "max_claims", "per_shopper", "merchant_id", "fund_id")  # fmt: skip
    times = ("claim_from", "claim_to", "use_from", "use_to")
    found = {name: getattr(promotion, name) for name in names}
    return found | {
        name: moment.isoformat() if (moment := getattr(promotion, name)) else None for name in times
    }


def _commit(promotion: Promotion, before: int, after: int) -> None:
    if promotion.fund is None:
        return
    more = sponsors.share_of(promotion, after) - sponsors.share_of(promotion, before)
    if more > 0:
        sponsors.commit(promotion.fund, more)


def _refuse_nonsense(promotion: Promotion, festival: Festival) -> None:
    if promotion.use_to <= promotion.use_from:
        raise NotPossible("The end must be after the start.")
    if promotion.use_from < festival.starts_at or promotion.use_to > festival.ends_at:
        raise NotPossible("A benefit is used within its festival.")
    opens, closes = promotion.claim_from, promotion.claim_to
    if opens and closes and closes <= opens:
        raise NotPossible("Claiming ends after it begins.")
    guests = festival.enrolments.filter(state=Enrolment.State.ACCEPTED)
    if promotion.merchant_id and not guests.filter(merchant=promotion.merchant_id).exists():
        raise NotPossible("This store does not take part in the festival.")
    for problem in _missing(promotion):
        raise NotPossible(problem)


def _missing(promotion: Promotion) -> list[str]:
    found = promotion.rule.problems(promotion)
    if promotion.fund_id and promotion.budget is None:
        found.append("What a sponsor pays for needs a budget.")
    if promotion.fund_id and not promotion.organizer_share:
        found.append("A sponsor gives the organizer's share: it is 0 percent.")
    return found


def _refuse_same_title(promotion: Promotion, festival: Festival) -> None:
    """Refuse a second benefit of the same title and store. The festival is locked."""
    others = festival.promotions.filter(title__iexact=promotion.title, merchant=promotion.merchant)
    if others.exclude(state=State.ENDED_EARLY).exists():
        raise NotPossible(f"“{promotion.title}” is there already. Give this one another title.")


def _save(promotion: Promotion) -> None:
    others = Promotion.objects.exclude(pk=promotion.pk)
    if promotion.code and others.filter(code=promotion.code).exists():
        raise NotPossible("Another benefit has this code.")
    promotion.save()


def _open(festival: Festival) -> Festival:
    festival = lock_one(Festival.objects, festival.pk)
    if not festival.is_open:
        raise NotPossible("This festival is over.")
    return festival


def _locked(promotion: Promotion) -> Promotion:
    return lock_one(Promotion.objects.select_related("festival", "fund"), promotion.pk)


def _set(
    promotion: Promotion,
    state: str,
    action: str,
    *,
    at: datetime,
    by: User | None,
    reason: str = "",
) -> None:
    promotion.move_to(state)
    spans.mark_change(f"promotion {action}", at=at)
    log(promotion, action, at=at, by=by, festival=promotion.festival, reason=reason)
