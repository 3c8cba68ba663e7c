"""Ends a deal, a slot or a whole festival early. Units held before keep their price.

Nothing is undone.

Organizers read the refusals, whose desk is in English.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Least

from shop.core.errors import NotPossible
from shop.core.locks import lock, lock_one
from shop.festivals.changelog import log
from shop.festivals.mail import tell_changed, tell_stopped
from shop.festivals.models import Deal, Enrolment, Festival, Nomination, Promotion, Slot
from shop.festivals.prices import spans
from shop.festivals.promotions import sponsors
from shop.people.accounts.models import User

# What nobody has decided for good.
WAITING = (
    Nomination.State.DRAFT, Nomination.State.SUBMITTED, Nomination.State.CHANGES_REQUESTED,
)  # fmt: skip


@transaction.atomic
def stop_slot(
    slot: Slot, *, at: datetime, reason: str, ends_at: datetime | None = None,
    by: User | None = None,
) -> datetime:  # fmt: skip
    """End a running slot now or at a given instant; its stores are told, with the reason.

    Stopping the whole slot stops the festival: its running flash slots and its promotions end
    with it, those that have not begun never do. A flash slot that has not begun is called off
    with its deals.

    Args:
        ends_at: not in the past; now unless given.

    Returns:
        The instant from which regular prices count.

    Raises:
        NotPossible: there is no reason, the instant has passed, or the slot is over by then.
    """
    festival = _locked(slot.festival_id)
    stores = _lock_nominations(slot)
    slot = lock_one(Slot.objects, slot.pk)
    until = at if ends_at is None else ends_at
    _refuse(slot, until, reason, at=at)
    is_whole = slot.kind == Slot.Kind.WHOLE
    slots = lock(festival.slots.all()) if is_whole else [slot]
    promotions = _locked_promotions(festival) if is_whole else []
    sponsors.lock_funds(festival.pk)
    deals = Deal.objects.filter(slot__in=slots, effective_to__gt=until).exclude(state__in=Deal.GONE)
    rows = _locked_deals(deals)
    products = sorted(set(deals.values_list("variant__product_id", flat=True)))
    since = spans.lock_prices(products, at=at)
    until = max(until, since)  # an earlier change of a price may count from a moment later
    _end_deals(rows, until)
    _end_slots(slots, until, at=at)
    if is_whole:
        _end_promotions(promotions, until)
        Festival.objects.filter(pk=festival.pk).update(ends_at=until, ends_wall="")
    sponsors.reckon(festival.pk, at=since)
    spans.rebuild(products, since=since, what="slot stopped")
    line = log(slot, "stop", at=at, by=by, festival=festival, reason=reason,
               before={"ends_at": slot.ends_at.isoformat()},
               after={"ends_at": until.isoformat()})  # fmt: skip
    tell_stopped(line, stores | _taking_part(festival) if is_whole else stores)
    return until


@transaction.atomic
def stop_deal(
    deal: Deal, *, at: datetime, reason: str, ends_at: datetime | None = None,
    by: User | None = None,
) -> datetime:  # fmt: skip
    """End one deal now or at a given instant, for good; its store is told, with the reason.

    Its fence goes with it, and its past prices stay. One that would only begin then is withdrawn.

    Args:
        ends_at: not in the past; now unless given.

    Returns:
        The instant from which the regular price counts.

    Raises:
        NotPossible: there is no reason, the instant has passed, or the deal is over by then.
    """
    lock_one(Nomination.objects, deal.nomination_id)
    sponsors.lock_funds(deal.slot.festival_id)
    (row,) = _locked_deals(Deal.objects.filter(pk=deal.pk))
    product_id = deal.variant.product_id
    since = spans.lock_prices([product_id], at=at)
    until = since if ends_at is None else max(ends_at, since)
    _refuse_deal(row, at if ends_at is None else ends_at, until, reason, at=at)
    never = row.effective_from >= until
    _end_deal(row, until)
    sponsors.reckon(deal.slot.festival_id, at=since)
    spans.rebuild([product_id], since=since, what="deal stopped")
    line = log(deal, "stop", at=since, by=by, festival=deal.slot.festival, reason=reason,
               before={"ends_at": row.effective_to.isoformat()},
               after={} if never else {"ends_at": until.isoformat()})  # fmt: skip
    tell_changed(line, deal.nomination_id)
    return until


@transaction.atomic
def cancel_festival(
    festival: Festival, *, at: datetime, reason: str, by: User | None = None
) -> None:
    """Call a festival off before it begins: none of its deals and promotions ever counts.

    Its stores are told, with the reason.

    Raises:
        NotPossible: there is no reason, or it has begun.
    """
    whole = festival.slots.get(kind=Slot.Kind.WHOLE)
    festival = _locked(festival.pk)
    stores = _lock_nominations(whole)
    whole = lock_one(Slot.objects, whole.pk)
    if not reason.strip():
        raise NotPossible("Say why: it is kept with what was done.")
    slots = lock(festival.slots.all())
    promotions = _locked_promotions(festival)
    sponsors.lock_funds(festival.pk)
    _give_up(promotions)
    deals = Deal.objects.filter(slot__festival=festival).exclude(state__in=Deal.GONE)
    rows = _locked_deals(deals)
    products = sorted(set(deals.values_list("variant__product_id", flat=True)))
    since = spans.lock_prices(products, at=at)
    if whole.starts_at <= since:
        raise NotPossible("It has begun. Stop it instead.")
    _withdraw(rows)
    _cancel_slots([row.pk for row in slots], at=at)
    festival.move_to(Festival.State.CANCELLED)
    sponsors.reckon(festival.pk, at=since)
    spans.rebuild(products, since=since, what="festival cancelled")
    line = log(festival, "cancel", at=at, by=by, festival=festival, reason=reason)
    tell_stopped(line, stores | _taking_part(festival))


def _locked(festival_id: int) -> Festival:
    """Lock a festival: its other slots are ended with the whole."""
    festival = lock_one(Festival.objects, festival_id)
    if not festival.is_open:
        raise NotPossible("This festival is over.")
    return festival


def _locked_deals(deals: QuerySet[Deal]) -> list[Deal]:
    return lock(deals.select_related("nomination"))


def _taking_part(festival: Festival) -> set[int]:
    """Return the stores that prepare for a festival, those in line for a place included."""
    states = (Enrolment.State.ACCEPTED, Enrolment.State.WAITING)
    return set(festival.enrolments.filter(state__in=states).values_list("merchant_id", flat=True))


def _lock_nominations(slot: Slot) -> set[int]:
    """Lock the undecided and approved nominations of a slot, or of the whole festival.

    Returns:
        The stores that nominated it.
    """
    is_whole = slot.kind == Slot.Kind.WHOLE
    where = {"slot__festival": slot.festival_id} if is_whole else {"slot": slot.pk}
    rows = Nomination.objects.filter(**where, state__in=(*WAITING, Nomination.State.APPROVED))
    return {row.product.merchant_id for row in lock(rows.select_related("product"))}


def _refuse(slot: Slot, until: datetime, reason: str, *, at: datetime) -> None:
    if not reason.strip():
        raise NotPossible("Say why: it is kept with what was done.")
    if until < at:
        raise NotPossible("This instant has passed. Prices of the past do not change.")
    if slot.ends_at <= until or slot.cancelled_at:
        raise NotPossible("It is over by then.")
    if slot.kind == Slot.Kind.WHOLE and until <= slot.starts_at:
        raise NotPossible("It has not begun. Call it off instead.")


def _refuse_deal(
    deal: Deal, asked: datetime, until: datetime, reason: str, *, at: datetime
) -> None:
    if not reason.strip():
        raise NotPossible("Say why: the store reads it.")
    if asked < at:
        raise NotPossible("This moment has passed. Prices of the past do not change.")
    if deal.state in Deal.GONE or deal.effective_to <= until:
        raise NotPossible("The deal is over by then.")


def _end_deal(deal: Deal, until: datetime) -> None:
    """End one deal of a nomination; the nomination goes with the last that never began."""
    if deal.effective_from < until:
        Deal.objects.filter(pk=deal.pk).update(effective_to=until)
        return
    _withdraw([deal])


def _end_deals(deals: Collection[Deal], until: datetime) -> None:
    """End deals; those that would only begin then are withdrawn."""
    running = [deal for deal in deals if deal.effective_from < until]
    never = [deal for deal in deals if deal.effective_from >= until]
    Deal.objects.filter(pk__in=[deal.pk for deal in running]).update(effective_to=until)
    _withdraw(never)


def _withdraw(deals: Collection[Deal]) -> None:
    """Withdraw deals, and the nominations that give nothing without them."""
    Deal.objects.filter(pk__in=[deal.pk for deal in deals]).move_to(Deal.State.WITHDRAWN)
    theirs = Nomination.objects.filter(pk__in={deal.nomination_id for deal in deals})
    theirs.without_deals().move_to(Nomination.State.WITHDRAWN)


def _end_slots(slots: Collection[Slot], until: datetime, *, at: datetime) -> None:
    ids = [slot.pk for slot in slots if slot.ends_at > until]
    mine = Slot.objects.filter(pk__in=ids)
    _cancel_slots(mine.filter(starts_at__gte=until).values_list("pk", flat=True), at=at)
    # What was typed no longer says when it ends.
    mine.filter(starts_at__lt=until).update(ends_at=until, ends_wall="")


def _cancel_slots(ids: Collection[int], *, at: datetime) -> None:
    """Call slots off, and withdraw the nominations that wait for a decision in them."""
    ids = list(ids)
    Slot.objects.filter(pk__in=ids).call_off(at=at)
    waiting = Nomination.objects.filter(slot__in=ids, state__in=WAITING)
    waiting.move_to(Nomination.State.WITHDRAWN)


def _give_up(promotions: Collection[Promotion]) -> None:
    """End benefits that never began, for good."""
    ids = [row.pk for row in promotions]
    Promotion.objects.filter(pk__in=ids).move_to(Promotion.State.ENDED_EARLY)


def _locked_promotions(festival: Festival) -> list[Promotion]:
    return lock(festival.promotions)


def _end_promotions(promotions: Collection[Promotion], until: datetime) -> None:
    lasting = [row for row in promotions if row.use_to > until]
    _give_up([row for row in lasting if row.use_from >= until])
    ids = [row.pk for row in lasting if row.use_from < until]
    Promotion.objects.filter(pk__in=ids).update(use_to=until, claim_to=Least(F("claim_to"), until))
