"""Moves the end of a running slot, once, with the benefits that ended with it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.locks import lock, lock_one
from shop.festivals.changelog import latest, log
from shop.festivals.local_time import typed, wall_of
from shop.festivals.mail import tell_moved
from shop.festivals.models import ChangeLog, Festival, Promotion, Slot
from shop.festivals.nominations.entry_rules import refuse_if_over
from shop.festivals.prices import spans
from shop.festivals.schedule.effect import (
    Confirmed,
    MoveEffect,
    SlotMove,
    effect_of,
    refuse_other,
)
from shop.festivals.schedule.move import keep_agreed, lock_promised
from shop.festivals.schedule.window import Window
from shop.people.accounts.models import User


def effect_of_extension(slot: Slot, ends_at: datetime) -> MoveEffect:
    """Return the effect of a later end of a slot: its deals end as agreed until stores agree."""
    festival = slot.festival
    walls = (slot.starts_wall, typed(wall_of(ends_at, festival.zone)))
    move = SlotMove(slot, Window(slot.starts_at, ends_at, *walls))
    is_whole = slot.kind == Slot.Kind.WHOLE
    during = (festival.starts_at, ends_at if is_whole else festival.ends_at)
    benefits = list(_benefits(slot)) if is_whole else []
    for row in benefits:
        row.use_to = ends_at
    return effect_of(festival, during, [move], benefits)


@transaction.atomic
def extend_slot(
    slot: Slot,
    ends_at: datetime,
    *,
    at: datetime,
    by: User | None = None,
    reason: str,
    confirmed: Confirmed | None = None,
) -> None:
    """Move the end of a running slot to a later instant, once, with a public reason.

    Its stores are told: each deal ends as its store agreed, until the store agrees to the new end.
    Benefits that ended exactly with it move along, unless a store pays for them; so does the
    festival when its whole slot is extended. An extension is at most as long as the slot itself
    was: what was typed by mistake cannot be taken back.

    Args:
        confirmed: names the effect that was read, where somebody read one.

    Raises:
        NotPossible: it is over, or was extended as often as the festival allows.
        EffectChanged: the effect is not the one that was read; nothing is changed.
    """
    festival = lock_one(Festival.objects, slot.festival_id)
    lock_promised([slot])
    slot = lock_one(Slot.objects.select_related("festival"), slot.pk)
    at = latest(festival, at)
    refuse_extension(slot, festival, ends_at, reason, at=at)
    is_whole = slot.kind == Slot.Kind.WHOLE
    if is_whole:
        lock(_benefits(slot))
    effect = effect_of_extension(slot, ends_at)
    refuse_other(effect, confirmed)
    refuse_if_over(slot, at=at)
    keep_agreed(effect.moves)
    end = {"ends_at": ends_at, "ends_wall": effect.moves[0].during.ends_wall}
    Slot.objects.filter(pk=slot.pk).update(**end)
    if is_whole:
        Festival.objects.filter(pk=festival.pk).update(**end)
        _benefits(slot).update(use_to=ends_at)
    spans.mark_change("slot extended", at=at)
    line = log(slot, "extend", at=at, by=by, festival=festival, reason=reason,
               before={"ends_at": slot.ends_at.isoformat()},
               after={"ends_at": ends_at.isoformat()})  # fmt: skip
    tell_moved(line, effect.told)


def extensions_of(slot_ids: Collection[int]) -> dict[int, int]:
    """Return how often slots were extended, by id; those that never were are left out."""
    rows = ChangeLog.objects.filter(subject="slot", subject_id__in=slot_ids, action="extend")
    return dict(rows.order_by().values_list("subject_id").annotate(n=Count("pk")))


def refuse_extension(
    slot: Slot, festival: Festival, ends_at: datetime, reason: str, *, at: datetime
) -> None:
    """Refuse a later end that is not possible, or that has no reason."""
    if not festival.is_open:
        raise NotPossible(_("This festival is over."))
    if slot.kind == Slot.Kind.FLASH and ends_at > festival.ends_at:
        raise NotPossible("A slot ends with its festival at the latest. Extend that first.")
    if not slot.starts_at <= at < slot.ends_at:
        raise NotPossible(_("Only a running slot can be extended. Make a new slot."))
    if ends_at > slot.ends_at + (slot.ends_at - slot.starts_at):
        raise NotPossible("An extension is at most as long as the slot itself.")
    if ends_at <= slot.ends_at or not reason.strip():
        raise NotPossible(_("Give a later end and a reason; shoppers will read it."))
    if extensions_of([slot.pk]).get(slot.pk, 0) >= festival.max_extensions:
        raise NotPossible(_("This was extended already."))


def _benefits(slot: Slot) -> QuerySet[Promotion]:
    """Return the benefits that end with a whole slot and that no store pays for."""
    return Promotion.objects.filter(
        festival=slot.festival, use_to=slot.ends_at, merchant=None
    ).order_by("pk")
