"""Organizers plan a festival: its time, its slots. Nothing here changes a price of the past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from shop.accounts.models import User
from shop.errors import NotPossible
from shop.festivals.changelog import log
from shop.festivals.enrolment.waitlist import fill
from shop.festivals.local_time import typed, wall_of
from shop.festivals.models import Deal, Festival, Slot
from shop.festivals.prices import spans
from shop.festivals.prices.reductions import refuse_if_dearer, rising_nominations
from shop.locks import lock, lock_one

PLACES = {"max_stores", "max_stores_per_country", "country_places"}
CALLED_OFF = "It was called off: it stays as it was, for the record."
WHOLE = "Whole festival"  # as organizers and merchants read it beside the names of flash slots


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open time, with the wall times that were typed for it.

    Raises:
        NotPossible: the end is not after the start.
    """

    starts_at: datetime
    ends_at: datetime
    starts_wall: str
    ends_wall: str

    def __post_init__(self) -> None:
        """Refuse a time that ends before it begins."""
        if self.ends_at <= self.starts_at:
            raise NotPossible(_("The end must be after the start."))

    @property
    def facts(self) -> dict[str, Any]:
        """Return its fields as festivals and slots name them."""
        return {name: getattr(self, name) for name in self.__slots__}


NOMINATED = "Stores have nominated products for this slot: it stays on record."


@transaction.atomic
def create_festival(
    festival: Festival, during: Window, *, at: datetime, by: User | None = None
) -> Festival:
    """Save a new draft with its whole slot; shoppers see it once it is published.

    Raises:
        NotPossible: it would begin in the past, or its address is taken.
    """
    _refuse_past(during, at)
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
    festival = _locked(festival)
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
def move_festival(
    festival: Festival, during: Window, *, at: datetime, by: User | None = None
) -> None:
    """Move a festival that has not begun, with its whole slot, its deals and its benefits.

    Raises:
        NotPossible: it has begun, would begin in the past, or a slot would lie outside.
    """
    festival = _locked(festival)
    outside = festival.slots.filter(kind=Slot.Kind.FLASH).exclude(
        starts_at__gte=during.starts_at, ends_at__lte=during.ends_at
    )
    if slot := outside.first():
        text = _("The slot “%(slot)s” would lie outside. Move or remove it first.")
        raise NotPossible(text % {"slot": slot.label})
    whole = _locked_slot(festival.slots.get(kind=Slot.Kind.WHOLE))
    _move_promotions(festival, during)
    _move(whole, during, at=at, by=by)
    Festival.objects.filter(pk=festival.pk).update(**during.facts)


@transaction.atomic
def add_slot(slot: Slot, during: Window, *, at: datetime, by: User | None = None) -> Slot:
    """Save a new flash slot inside its festival.

    Raises:
        NotPossible: it would begin in the past or lie outside, or its label is another slot's.
    """
    festival = _locked(slot.festival)
    _refuse_same_label(slot, slot.label, festival)
    _refuse_past(during, at)
    _refuse_outside(during, festival)
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
    slot: Slot, changes: dict[str, Any], during: Window, *, at: datetime, by: User | None = None
) -> None:
    """Change a flash slot's words and rules and, if it is another one, its time.

    Raises:
        NotPossible, FenceBroken: as ``move_slot`` says, it was called off, or its new label is
            another slot's; nothing is changed.
    """
    festival = _locked(slot.festival)
    _refuse_called_off(slot)
    _refuse_same_label(slot, changes["label"], festival)
    if (during.starts_at, during.ends_at) != (slot.starts_at, slot.ends_at):
        move_slot(slot, during, at=at, by=by)
    before = {name: getattr(slot, name) for name in SLOT_FIELDS}
    if before == changes:
        return
    Slot.objects.filter(pk=slot.pk).update(**changes)
    spans.mark_change("slot changed", at=at)
    log(slot, "change", at=at, by=by, festival=slot.festival, before=before, after=changes)


@transaction.atomic
def move_slot(slot: Slot, during: Window, *, at: datetime, by: User | None = None) -> None:
    """Move a flash slot that has not begun, with the deals in it.

    Raises:
        NotPossible: it has begun, would begin in the past, or lie outside its festival.
        FenceBroken: units would be set aside twice.
    """
    _refuse_outside(during, _locked(slot.festival))
    _move(_locked_slot(slot), during, at=at, by=by)


@transaction.atomic
def remove_slot(slot: Slot, *, at: datetime, by: User | None = None) -> None:
    """Remove a flash slot that nobody has ever nominated anything for.

    Raises:
        NotPossible: there are nominations, it was called off, or it is the whole slot.
    """
    festival = _locked(slot.festival)
    if slot.kind == Slot.Kind.WHOLE:
        raise NotPossible(_("The whole slot belongs to the festival."))
    _refuse_called_off(slot)
    if slot.nominations.exists():
        raise NotPossible(NOMINATED)
    log(slot, "remove", at=at, by=by, festival=festival, before={"label": slot.label})
    slot.delete()
    spans.mark_change("slot removed", at=at)


def _move_promotions(festival: Festival, during: Window) -> None:
    """Move benefits along: by as much as the start, and to the end where they ended with it."""
    by = during.starts_at - festival.starts_at
    for promotion in lock(festival.promotions.all()):
        ended_with_it = promotion.use_to == festival.ends_at
        for name in ("use_from", "use_to", "claim_from", "claim_to"):
            if at := getattr(promotion, name):
                setattr(promotion, name, at + by)
        if ended_with_it:
            promotion.use_to = during.ends_at
        if promotion.use_from < during.starts_at or promotion.use_to > during.ends_at:
            text = _("The benefit “%(title)s” would lie outside. Change its days first.")
            raise NotPossible(text % {"title": promotion.title})
        promotion.save(update_fields=["use_from", "use_to", "claim_from", "claim_to"])


def _move(slot: Slot, during: Window, *, at: datetime, by: User | None) -> None:
    """Move a locked slot and its deals. Their allotments stay set aside, from approval on."""
    if slot.starts_at <= at:
        raise NotPossible(_("It has begun: its time stays as it is."))
    _refuse_past(during, at)
    deals = Deal.objects.filter(slot=slot).exclude(state__in=Deal.GONE)
    lock(deals)
    products = sorted(set(deals.values_list("variant__product_id", flat=True)))
    deals.update(effective_from=during.starts_at, effective_to=during.ends_at)
    since = spans.lock_prices(products, at=at)
    _refuse_past(during, since)
    Slot.objects.filter(pk=slot.pk).update(**during.facts)
    rows = list(deals.select_related("variant", "slot__festival", "nomination__enrolment"))
    refuse_if_dearer(rows, slot.festival, starts_at=during.starts_at)
    for text in rising_nominations(rows).values():
        raise NotPossible(text)
    spans.rebuild(products, since=since, what="slot moved")
    before = {"starts_at": slot.starts_at.isoformat(), "ends_at": slot.ends_at.isoformat()}
    after = {"starts_at": during.starts_at.isoformat(), "ends_at": during.ends_at.isoformat()}
    log(slot, "move", at=at, by=by, festival=slot.festival, before=before, after=after)


def _locked(festival: Festival) -> Festival:
    festival = lock_one(Festival.objects, festival.pk)
    if not festival.is_open:
        raise NotPossible(_("This festival is over."))
    return festival


def _locked_slot(slot: Slot) -> Slot:
    return lock_one(Slot.objects.select_related("festival"), slot.pk)


def _refuse_past(during: Window, at: datetime) -> None:
    if during.starts_at <= at:
        raise NotPossible(_("The start must be in the future."))


def _refuse_outside(during: Window, festival: Festival) -> None:
    if during.starts_at < festival.starts_at or during.ends_at > festival.ends_at:
        first = typed(wall_of(festival.starts_at, festival.zone))
        last = typed(wall_of(festival.ends_at, festival.zone))
        text = _("A slot lies inside its festival, between %(first)s and %(last)s.")
        raise NotPossible(text % {"first": first, "last": last})


def _refuse_same_label(slot: Slot, label: str, festival: Festival) -> None:
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
