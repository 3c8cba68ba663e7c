"""The times of a festival's flash deals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Expression, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from shop.core import dates
from shop.core.languages import lang_mark
from shop.core.statements.composed import ID, MOMENT, composed
from shop.festivals.models import ChangeLog, Slot
from shop.storefront.cache.catalogue_version import KnownFestival

MOST = 6


@dataclass(frozen=True, slots=True)
class SlotShown:
    """A time of the flash deals; ``remind`` is where to ask to be told of one to come.

    ``why`` is the organizers' reason for another end than was planned, ``turns_at`` the instant
    that it names last, until it is over, and
    ``pattern`` the words that script puts into the reader's own time.
    """

    url: str
    starts_at: datetime
    hour: str
    text: str
    is_over: bool
    is_on: bool
    remind: str = ""
    why: str = ""
    why_lang: str = ""
    turns_at: datetime | None = None
    pattern: str = ""
    zone: str = ""


def slots(festival: KnownFestival, *, at: datetime, language: str) -> tuple[SlotShown, ...]:
    """Return the flash deals' times of today and tomorrow. One statement."""
    zone = ZoneInfo(festival.zone)
    today = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    until = today + timedelta(days=2)
    rows = flash_slots(festival=festival.id, since=today, until=until, at=at)
    return tuple(_slot(slot, festival.zone, language, at=at) for slot in rows)


@composed(festival=ID, since=MOMENT, until=MOMENT, at=MOMENT)
def flash_slots(
    *, festival: Expression, since: Expression, until: Expression, at: Expression
) -> QuerySet[Slot]:
    """Return a festival's times of flash deals between two instants, with how they were moved."""
    moved = ChangeLog.objects.filter(
        subject="slot", subject_id=OuterRef("pk"), action__in=("extend", "stop"), at__lte=at
    ).order_by("-at", "-pk")
    flash = Slot.objects.filter(festival=festival, kind=Slot.Kind.FLASH, cancelled_at=None)
    return flash.filter(ends_at__gt=since, starts_at__lt=until).annotate(
        moved=Subquery(moved.values("action")[:1]), why=Subquery(moved.values("reason")[:1])
    )[:MOST]


def _slot(slot: Slot, zone: str, language: str, *, at: datetime) -> SlotShown:
    is_over, is_on = slot.ends_at <= at, slot.starts_at <= at < slot.ends_at
    pattern = "{date}"
    if is_over:
        text = _("Ended")
    elif is_on:
        words = _("On now, ends %(time)s")
        if slot.moved == "extend":
            words = _("On now, extended until %(time)s")
        text, pattern = words % {"time": dates.hour(slot.ends_at, zone)}, words % {"time": "{time}"}
    else:
        text = dates.day_in(slot.starts_at, zone, language)
    return SlotShown(
        url=f"{reverse('products')}?{'deal=flash' if is_on else f'slot={slot.pk}'}",
        starts_at=slot.starts_at,
        hour=dates.hour(slot.starts_at, zone),
        text=text,
        is_over=is_over,
        is_on=is_on,
        remind="" if is_over or is_on else f"{reverse('remind')}?thing=slot-{slot.pk}",
        why=slot.why or "",
        why_lang=lang_mark(not slot.why, language),
        turns_at=None if is_over else slot.ends_at if is_on else slot.starts_at,
        pattern=pattern,
        zone=zone,
    )
