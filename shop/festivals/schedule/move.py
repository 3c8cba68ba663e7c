"""Organizers give a festival or a slot that has not begun another time. The past stays."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.locks import lock, lock_one
from shop.festivals.changelog import log
from shop.festivals.local_time import typed, wall_of
from shop.festivals.mail import tell_moved
from shop.festivals.models import ChangeLog, Deal, Festival, Nomination, Promotion, Slot
from shop.festivals.prices import spans
from shop.festivals.prices.reductions import refuse_if_dearer, rising_nominations
from shop.festivals.promotions import manage
from shop.festivals.schedule.effect import (
    FIELDS,
    Confirmed,
    MoveEffect,
    SlotMove,
    effect_of,
    refuse_other,
    time_of,
)
from shop.festivals.schedule.window import Window, later_by
from shop.people.accounts.models import User


def effect_on_festival(
    festival: Festival, during: Window, *, at: datetime, along: bool = False
) -> MoveEffect:
    """Return the effect of another time for a festival.

    Args:
        along: whether its flash slots move by as much as its start.

    Raises:
        NotPossible: it has begun, would begin in the past, or a slot or a benefit would lie
            outside.
    """
    slots = list(festival.slots.filter(cancelled_at=None).order_by("pk"))
    moves = []
    for slot in slots:
        if slot.kind == Slot.Kind.WHOLE:
            moves.append(SlotMove(slot, during))
        elif along:
            by = during.starts_at - festival.starts_at
            moves.append(SlotMove(slot, later_by(slot.starts_at, slot.ends_at, by, festival.zone)))
    _refuse_begun(moves, at=at)
    for slot in slots:
        found = next((move.during for move in moves if move.slot.pk == slot.pk), slot)
        if found.starts_at < during.starts_at or found.ends_at > during.ends_at:
            text = _("The slot “%(slot)s” would lie outside. Move or remove it first.")
            raise NotPossible(text % {"slot": slot.label})
    benefits = _benefits(festival, during)
    return effect_of(festival, (during.starts_at, during.ends_at), moves, benefits)


def effect_on_slot(slot: Slot, during: Window, *, at: datetime) -> MoveEffect:
    """Return the effect of another time for a flash slot.

    Raises:
        NotPossible: it has begun, would begin in the past, or lie outside its festival.
    """
    festival, moves = slot.festival, [SlotMove(slot, during)]
    refuse_outside(during, festival)
    _refuse_begun(moves, at=at)
    return effect_of(festival, (festival.starts_at, festival.ends_at), moves)


@transaction.atomic
def move_festival(
    festival: Festival,
    during: Window,
    *,
    at: datetime,
    along: bool = False,
    confirmed: Confirmed | None = None,
    by: User | None = None,
) -> None:
    """Move a festival that has not begun, with its whole slot, its deals and its benefits.

    Its stores are told. Deals begin no earlier and end no later than their store agreed to.

    Args:
        along: whether its flash slots move by as much as its start.
        confirmed: names the effect that was read, where somebody read one.

    Raises:
        NotPossible: it has begun, would begin in the past, or a slot would lie outside.
        EffectChanged: the effect is not the one that was read; nothing is changed.
    """
    festival = locked_open(festival)
    lock_promised(festival.slots.all())
    lock(festival.slots.all())
    lock(festival.promotions.all())
    effect = effect_on_festival(festival, during, at=at, along=along)
    refuse_other(effect, confirmed)
    for row in effect.benefits:
        row.save(update_fields=FIELDS)
    line = _move(effect, at=at, by=by, confirmed=confirmed)
    Festival.objects.filter(pk=festival.pk).update(**during.facts)
    tell_moved(line, effect.told)


@transaction.atomic
def move_slot(
    slot: Slot,
    during: Window,
    *,
    at: datetime,
    confirmed: Confirmed | None = None,
    by: User | None = None,
) -> None:
    """Move a flash slot that has not begun, with the deals in it; its stores are told.

    Raises:
        NotPossible: it has begun, would begin in the past, or lie outside its festival.
        EffectChanged: the effect is not the one that was read; nothing is changed.
    """
    locked_open(slot.festival)
    lock_promised([slot])
    slot = lock_one(Slot.objects.select_related("festival"), slot.pk)
    effect = effect_on_slot(slot, during, at=at)
    refuse_other(effect, confirmed)
    line = _move(effect, at=at, by=by, confirmed=confirmed)
    tell_moved(line, effect.told)


def locked_open(festival: Festival) -> Festival:
    """Return a festival that can still be changed, locked.

    Raises:
        NotPossible: it is over.
    """
    festival = lock_one(Festival.objects, festival.pk)
    if not festival.is_open:
        raise NotPossible(_("This festival is over."))
    return festival


def refuse_past(during: Window, at: datetime) -> None:
    """Refuse a time that begins in the past."""
    if during.starts_at <= at:
        raise NotPossible(_("The start must be in the future."))


def refuse_outside(during: Window, festival: Festival) -> None:
    """Refuse a slot that does not lie inside its festival."""
    if during.starts_at < festival.starts_at or during.ends_at > festival.ends_at:
        first = typed(wall_of(festival.starts_at, festival.zone))
        last = typed(wall_of(festival.ends_at, festival.zone))
        text = _("A slot lies inside its festival, between %(first)s and %(last)s.")
        raise NotPossible(text % {"first": first, "last": last})


def keep_agreed(moves: Sequence[SlotMove]) -> None:
    """Keep the time that stores agreed to, of each nomination whose slot moves."""
    for move in moves:
        rows = Nomination.objects.filter(
            slot=move.slot, state__in=Nomination.PROMISED, agreed_from=None
        )
        rows.update(agreed_from=move.slot.starts_at, agreed_to=move.slot.ends_at)


def _benefits(festival: Festival, during: Window) -> list[Promotion]:
    """Return benefits with their new times: moved with the start, to the end where they ended so.

    One that a store pays for and that is on begins no earlier and ends no later than before.
    """
    by = during.starts_at - festival.starts_at
    found = []
    for row in festival.promotions.order_by("pk"):
        first, last = row.use_from, row.use_to
        for name in FIELDS:
            if at := getattr(row, name):
                setattr(row, name, at + by)
        if last == festival.ends_at:
            row.use_to = during.ends_at
        if row.merchant_id and row.state in manage.RUNNING:
            row.use_from, row.use_to = max(row.use_from, first), min(row.use_to, last)
        is_inside = during.starts_at <= row.use_from < row.use_to <= during.ends_at
        if not is_inside:
            text = _("The benefit “%(title)s” would lie outside. Change its days first.")
            raise NotPossible(text % {"title": row.title})
        found.append(row)
    return found


def _move(
    effect: MoveEffect, *, at: datetime, by: User | None, confirmed: Confirmed | None
) -> ChangeLog:
    """Move locked slots and their deals; return the line of the log about the first of them.

    Allotments stay set aside, from approval on.
    """
    festival, reason = effect.festival, confirmed.reason if confirmed else ""
    by_slot = {move.slot.pk: move for move in effect.moves}
    rows = lock(
        Deal.objects.filter(slot__in=by_slot, state__in=Deal.LIVING).select_related(
            "variant", "slot__festival", "nomination__enrolment"
        )
    )
    products = sorted({deal.variant.product_id for deal in rows})
    for deal in rows:
        deal.effective_from, deal.effective_to = time_of(deal, by_slot[deal.slot_id])
    Deal.objects.bulk_update(rows, ["effective_from", "effective_to"])
    since = spans.lock_prices(products, at=at)
    for move in effect.moves:
        refuse_past(move.during, since)
        Slot.objects.filter(pk=move.slot.pk).update(**move.during.facts)
    keep_agreed(effect.moves)
    refuse_worse(rows, festival)
    spans.rebuild(products, since=since, what="slot moved")
    lines = [
        log(
            move.slot, "move", at=at, by=by, festival=festival, reason=reason,
            before=_times(move.slot.starts_at, move.slot.ends_at), after=_times(*move.times),
        )
        for move in sorted(effect.moves, key=lambda move: move.slot.kind != Slot.Kind.WHOLE)
    ]  # fmt: skip
    return lines[0]


def refuse_worse(deals: Collection[Deal], festival: Festival) -> None:
    """Refuse deals that are no reduction when they begin, or become dearer while they run."""
    running = [deal for deal in deals if deal.effective_from < deal.effective_to]
    for starts_at in sorted({deal.effective_from for deal in running}):
        own = [deal for deal in running if deal.effective_from == starts_at]
        refuse_if_dearer(own, festival, starts_at=starts_at)
    for text in rising_nominations(running).values():
        raise NotPossible(text)


def _refuse_begun(moves: Iterable[SlotMove], *, at: datetime) -> None:
    for move in moves:
        if move.slot.starts_at <= at:
            raise NotPossible(_("It has begun: its time stays as it is."))
        refuse_past(move.during, at)


def _times(starts_at: datetime, ends_at: datetime) -> dict[str, str]:
    return {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}


def lock_promised(slots: Iterable[Slot]) -> None:
    """Lock the nominations of slots by which stores stand."""
    lock(Nomination.objects.filter(slot__in=slots, state__in=Nomination.PROMISED))
