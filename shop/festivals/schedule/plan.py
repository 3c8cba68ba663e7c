"""Organizers plan a festival: its time, its slots. Nothing here changes a price of the past."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.festivals.changelog import log
from shop.festivals.enrolment.waitlist import fill
from shop.festivals.local_time import typed, wall_of
from shop.festivals.models import Festival, Slot
from shop.festivals.prices import spans
from shop.festivals.schedule.effect import Confirmed
from shop.festivals.schedule.move import locked_open, move_slot, refuse_outside, refuse_past
from shop.festivals.schedule.window import Window
from shop.people.accounts.models import User

PLACES = {"max_stores", "max_stores_per_country", "country_places"}
CALLED_OFF = "It was called off: it stays as it was, for the record."
WHOLE = "Whole festival"  # as organizers and merchants read it beside the names of flash slots
NOMINATED = "Stores have nominated products for this slot: it stays on record."


@transaction.atomic
def create_festival(
    festival: Festival, during: Window, *, at: datetime, by: User | None = None
) -> Festival:
    """Save a new draft with its whole slot; shoppers see it once it is published.

    Raises:
        NotPossible: it would begin in the past, or its address is taken.
    """
    refuse_past(during, at)
    for name, value in during.facts.items():
        setattr(festival, name, value)
    save_new(festival)
    Slot.objects.create(festival=festival, kind=Slot.Kind.WHOLE, label=WHOLE, **during.facts)
    log(festival, "create", at=at, by=by, festival=festival)
    return festival


def save_new(festival: Festival) -> None:
    """Save a festival for the first time.

    Raises:
        NotPossible: another one has its address, perhaps since a moment ago.
    """
    try:
        with transaction.atomic():
            festival.save()
    except IntegrityError as taken:
        raise NotPossible("Another festival has this address. Choose another one.") from taken


@transaction.atomic
def change_festival(
    festival: Festival, changes: dict[str, Any], *, at: datetime, by: User | None = None
) -> None:
    """Change a festival's words, rules or targets; its time moves by ``move_festival``.

    Raises:
        NotPossible: it is over, or its priority would change prices that are public.
    """
    festival = locked_open(festival)
    before = {name: _plain(getattr(festival, name)) for name in changes}
    after = {name: _plain(value) for name, value in changes.items()}
    different = [name for name in changes if before[name] != after[name]]
    if not different:
        return
    if "priority" in different and festival.state != Festival.State.DRAFT:
        raise NotPossible("Its priority was decided when it was published, and stays.")
    for name in different:
        setattr(festival, name, changes[name])
    festival.save(update_fields=different)
    if PLACES.intersection(different):
        fill(festival, at=at, by=by)
    spans.mark_change("festival changed", at=at)
    log(
        festival,
        "change",
        at=at,
        by=by,
        festival=festival,
        before={name: before[name] for name in different},
        after={name: after[name] for name in different},
    )


@transaction.atomic
def add_slot(slot: Slot, during: Window, *, at: datetime, by: User | None = None) -> Slot:
    """Save a new flash slot inside its festival.

    Raises:
        NotPossible: it would begin in the past or lie outside, or its label is another slot's.
    """
    festival = locked_open(slot.festival)
    refuse_same_label(slot, slot.label, festival)
    refuse_past(during, at)
    refuse_outside(during, festival)
    slot.kind = Slot.Kind.FLASH
    for name, value in during.facts.items():
        setattr(slot, name, value)
    slot.save()
    spans.mark_change("slot added", at=at)
    log(slot, "create", at=at, by=by, festival=festival)
    return slot


SLOT_FIELDS = ("label", "max_nominations", "hold_minutes", "price_ceiling")


@transaction.atomic
def change_slot(
    slot: Slot,
    changes: dict[str, Any],
    during: Window,
    *,
    at: datetime,
    confirmed: Confirmed | None = None,
    by: User | None = None,
) -> None:
    """Change a flash slot's words and rules and, if it is another one, its time.

    Raises:
        NotPossible, FenceBroken: as ``move_slot`` says, it was called off, or its new label is
            another slot's; nothing is changed.
    """
    festival = locked_open(slot.festival)
    _refuse_called_off(slot)
    refuse_same_label(slot, changes["label"], festival)
    if (during.starts_at, during.ends_at) != (slot.starts_at, slot.ends_at):
        move_slot(slot, during, at=at, confirmed=confirmed, by=by)
    before = {name: getattr(slot, name) for name in SLOT_FIELDS}
    if before == changes:
        return
    Slot.objects.filter(pk=slot.pk).update(**changes)
    spans.mark_change("slot changed", at=at)
    log(slot, "change", at=at, by=by, festival=slot.festival, before=before, after=changes)


@transaction.atomic
def remove_slot(slot: Slot, *, at: datetime, by: User | None = None) -> None:
    """Remove a flash slot that nobody has ever nominated anything for.

    Raises:
        NotPossible: there are nominations, it was called off, or it is the whole slot.
    """
    festival = locked_open(slot.festival)
    if slot.kind == Slot.Kind.WHOLE:
        raise NotPossible(_("The whole slot belongs to the festival."))
    _refuse_called_off(slot)
    if slot.nominations.exists():
        raise NotPossible(NOMINATED)
    log(slot, "remove", at=at, by=by, festival=festival, before={"label": slot.label})
    slot.delete()
    spans.mark_change("slot removed", at=at)


def refuse_same_label(slot: Slot, label: str, festival: Festival) -> None:
    """Refuse the label of another slot: stores name a slot by it. The festival is locked."""
    others = festival.slots.filter(label__iexact=label, cancelled_at=None).exclude(pk=slot.pk)
    if other := others.first():
        first, last = (typed(wall_of(at, festival.zone)) for at in (other.starts_at, other.ends_at))
        raise NotPossible(
            f"“{other.label}” is planned already, from {first} to {last}. "
            "A second slot needs another label."
        )


def _refuse_called_off(slot: Slot) -> None:
    if Slot.objects.filter(pk=slot.pk, cancelled_at__isnull=False).exists():
        raise NotPossible(CALLED_OFF)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
