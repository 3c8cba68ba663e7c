"""Next year's festival from last year's: its plan with all times moved, nothing that was sold.

The wall times move by whole days and keep their hour. One that clocks jump over, or show twice,
is told to the organizer and settled in the plainest way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.festivals.changelog import log
from shop.festivals.local_time import DoubledTime, MissingTime, instant, instants, typed, wall_of
from shop.festivals.models import ChangeLog, Festival, Promotion, Slot, Terms
from shop.festivals.pricing.benefit_form import COLUMNS
from shop.festivals.schedule.plan import WHOLE, save_new
from shop.festivals.schedule.window import Window
from shop.people.accounts.models import User

KEPT = (
    "texts", "zone", "priority", "min_percent_off", "min_allotment", "max_nominations",
    "must_beat_prior_price", "hold_minutes", "max_extensions", "refund_window_days",
    "commission_bp", "terms_version", "target_stores", "target_products", "target_countries",
    "price_ceiling", "max_stores", "max_stores_per_country", "country_places",
)  # fmt: skip
BENEFIT = (
    "merchant", "title", "titles", "group", "kind", "trigger", *COLUMNS, "organizer_share",
    "max_claims", "max_uses", "per_shopper", "budget",
)  # fmt: skip
SPENT = {"intro", "headings"}  # sentences about one edition: "It is over now."


@dataclass(frozen=True, slots=True)
class Clone:
    """A new draft, with notes for the organizer on the parts that could not be kept as they were.

    ``is_new`` tells whether it was made now: asked for twice, it is the one of the first time.
    """

    festival: Festival
    notes: tuple[str, ...] = ()
    is_new: bool = True


@dataclass(slots=True)
class _Shift:
    """Moves instants by whole days of a zone's calendar, and notes times that the clock skips."""

    zone: str
    days: int
    notes: list[str] = field(default_factory=list)

    def moved(self, at: datetime, what: str) -> datetime:
        """Return the instant at which clocks show the same hour, so many days later."""
        wall = wall_of(at, self.zone) + timedelta(days=self.days)
        minute = wall.replace(second=0, microsecond=0)
        rest = wall - minute
        try:
            return instant(minute, self.zone) + rest
        except MissingTime as missing:
            self.notes.append(f"{what}: {missing}")
            return instant(missing.after, self.zone)
        except DoubledTime as doubled:
            self.notes.append(f"{what}: {doubled} The first is taken.")
            return instants(minute, self.zone)[0] + rest


@transaction.atomic
def clone_festival(
    source: Festival, title: str, first_day: date, *, at: datetime, by: User | None = None
) -> Clone:
    """Return a new draft with a festival's rules, terms, slots, enrolment times and benefits.

    Stores, nominations and deals do not come along: each year's terms are accepted anew. Nor do
    the introduction and the headings, which were written about the past one.
    Benefits come as drafts without their codes, and without sponsors.

    Args:
        first_day: in the festival's zone; the hour stays.

    Raises:
        NotPossible: it would begin in the past, its address is taken, or its name has no letter.
    """
    # Whoever presses the button twice waits here, and gets the first one.
    lock_one(Festival.objects, source.pk)
    days = (first_day - wall_of(source.starts_at, source.zone).date()).days
    shift = _Shift(source.zone, days)
    during = _window(source, shift, "The festival")
    if during.starts_at <= at:
        raise NotPossible("The start must be in the future.")
    if twin := source.clones.filter(title=title, starts_at=during.starts_at).first():
        return Clone(twin, is_new=False)
    slug = _address(title, first_day)
    facts = {name: getattr(source, name) for name in KEPT}
    made = Festival(slug=slug, title=title, cloned_from=source, **facts, **during.facts)
    made.texts = _carried(source.texts, title)
    for name in ("enrol_opens", "enrol_closes"):
        if kept := getattr(source, name):
            moment = shift.moved(kept, name.replace("enrol_", "Enrolment "))
            setattr(made, name, moment)
            setattr(made, f"{name}_wall", typed(wall_of(moment, source.zone)))
    save_new(made)
    if terms := source.terms.filter(version=source.terms_version).first():
        Terms.objects.create(
            festival=made, version=terms.version, text=terms.text, texts=terms.texts, at=at, by=by
        )
    _copy_slots(source, made, shift)
    _copy_promotions(source, made, shift)
    log(made, "clone", at=at, by=by, festival=made, after={"of": source.pk, "days": days})
    return Clone(made, tuple(dict.fromkeys([*shift.notes, *_notes(source, made, at)])))


def _notes(source: Festival, made: Festival, at: datetime) -> Iterator[str]:
    """Yield a sentence for each part of a clone that has to be written or set anew."""
    if any(words.keys() & SPENT for words in source.texts.values()):
        yield (
            "The introduction and the headings of its page spoke of the past festival and do not "
            "come along. Write a new introduction under Its words."
        )
    if made.enrol_closes and made.enrol_closes <= at:
        yield "Enrolment would be closed already: change its times."


def _address(title: str, first_day: date) -> str:
    """Return the address that a title makes; one of other letters than a to z gets its day."""
    if slug := slugify(title)[:80]:
        if Festival.objects.filter(slug=slug).exists():
            raise NotPossible("Another festival has this name. Choose another one.")
        return slug
    if not any(letter.isalnum() for letter in title):
        raise NotPossible("Use at least one letter or digit in its name.")
    day = f"festival-{first_day}"
    taken = set(Festival.objects.filter(slug__startswith=day).values_list("slug", flat=True))
    numbered = (f"{day}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (day, *numbered) if slug not in taken)


def _window(row: Festival | Slot, shift: _Shift, what: str) -> Window:
    starts_at = shift.moved(row.starts_at, f"{what} starts")
    ends_at = shift.moved(_planned_end(row), f"{what} ends")
    walls = (typed(wall_of(at, shift.zone)) for at in (starts_at, ends_at))
    return Window(starts_at, ends_at, *walls)


def _planned_end(row: Festival | Slot) -> datetime:
    """Return the end as it was planned before a stop, to the minute."""
    slot = row if isinstance(row, Slot) else row.slots.get(kind=Slot.Kind.WHOLE)
    stops = ChangeLog.objects.filter(subject="slot", subject_id=slot.pk, action="stop")
    if first := stops.order_by("pk").first():
        return datetime.fromisoformat(first.before["ends_at"])
    rest = timedelta(seconds=row.ends_at.second, microseconds=row.ends_at.microsecond)
    return row.ends_at + (timedelta(minutes=1) - rest if rest else timedelta())


def _carried(texts: dict[str, Any], title: str) -> dict[str, Any]:
    """Return the words that a new festival begins with: none on how the past one went."""
    left = {"title"} | SPENT  # the name is new, in each language
    kept = {
        code: {k: v for k, v in words.items() if k not in left} for code, words in texts.items()
    }
    kept["en"] = kept.get("en", {}) | {"title": title}
    return {code: words for code, words in kept.items() if words}


def _copy_slots(source: Festival, made: Festival, shift: _Shift) -> None:
    whole = Window(made.starts_at, made.ends_at, made.starts_wall, made.ends_wall)
    Slot.objects.create(festival=made, kind=Slot.Kind.WHOLE, label=WHOLE, **whole.facts)
    flash = source.slots.filter(kind=Slot.Kind.FLASH, cancelled_at=None)
    for slot in flash.order_by("starts_at", "pk"):
        during = _window(slot, shift, f"“{slot.label}”")
        if during.starts_at < made.starts_at or during.ends_at > made.ends_at:
            shift.notes.append(f"“{slot.label}” would lie outside and is left out.")
            continue
        Slot.objects.create(
            festival=made,
            kind=Slot.Kind.FLASH,
            label=slot.label,
            names=slot.names,
            max_nominations=slot.max_nominations,
            hold_minutes=slot.hold_minutes,
            price_ceiling=slot.price_ceiling,
            **during.facts,
        )


def _copy_promotions(source: Festival, made: Festival, shift: _Shift) -> None:
    for row in source.promotions.order_by("pk"):
        what = f"“{row.title}”"
        if row.state == Promotion.State.ENDED_EARLY:
            shift.notes.append(f"{what} was ended early and is left out.")
            continue
        facts = {name: getattr(row, name) for name in BENEFIT}
        times = {
            name: shift.moved(kept, what)
            for name in ("claim_from", "claim_to", "use_from", "use_to")
            if (kept := getattr(row, name))
        }
        times["use_from"] = max(times["use_from"], made.starts_at)
        times["use_to"] = min(times["use_to"], made.ends_at)
        if times["use_to"] <= times["use_from"]:
            shift.notes.append(f"{what} would lie outside and is left out.")
            continue
        if row.code:
            shift.notes.append(f"{what} needs a new code.")
        Promotion.objects.create(festival=made, **facts, **times)
