"""The festival's home: what runs, what is on at this hour, who takes part."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from shop.festivals.models import Slot
from shop.listings.models import ALIKE
from shop.storefront import dates
from shop.storefront.cards import Card, cards
from shop.storefront.conditions import FLASH
from shop.storefront.counting import LIVE
from shop.storefront.epoch import Epoch, KnownFestival
from shop.storefront.facets import Option, whole
from shop.storefront.finding import find_popular
from shop.storefront.squares import cloth
from shop.storefront.stores import StoreCard, by_country, spread, store_cards
from shop.storefront.wording import in_language

STORES, POPULAR, FLASH_CARDS, SLOTS = 8, 10, 10, 6
PART = re.compile(r",\s+(?=\D*\d)|[，、،]\s*")
NUMBER = re.compile(r"(\d[\d.,\u00a0\u202f ]*\d|\d)\s*(.*)")

# The stores that take part, in the order in which they joined, and the products listed with it.
NUMBERS = """
SELECT ARRAY(SELECT m.slug FROM shop_enrolment e JOIN shop_merchant m ON m.id = e.merchant_id
             WHERE e.festival_id = %(festival)s AND e.state = 'accepted'
             ORDER BY e.accepted_at, e.id),
       (SELECT coalesce(sum(listings), 0)::bigint FROM shop_listingcell
        WHERE %(festival)s = ANY(festivals)),
       (SELECT count(*) FROM (
          SELECT 1 FROM shop_participation p JOIN shop_listing l USING (product_id)
          WHERE p.festival_id = %(festival)s LIMIT %(most)s) AS some_of_them)
"""


@dataclass(frozen=True, slots=True)
class TitlePart:
    """A line of the hero's title: a number to be written large, and the words beside it."""

    number: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meter:
    """How far the festival has come: stores that joined, or products that are listed."""

    count: int
    target: int
    shown: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Hero:
    """The festival at the head of the page; texts that are not translated name their language."""

    is_live: bool
    title: str
    title_lang: str
    parts: tuple[TitlePart, ...]
    tagline: str
    tagline_lang: str
    days: str
    zone: str
    turns_at: datetime
    turns_text: str
    cloth: SafeString
    meters: tuple[Meter, ...]
    headings: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class SlotShown:
    """A time of the flash deals."""

    url: str
    hour: str
    text: str
    is_over: bool
    is_on: bool


@dataclass(frozen=True, slots=True)
class Home:
    """Everything that the home page says; ``hero`` is None when no festival is in sight."""

    hero: Hero | None
    slots: tuple[SlotShown, ...]
    flash: list[Card]
    countries: list[Option]
    stores: list[StoreCard]
    store_count: int
    popular: list[Card]
    has_sales: bool


def home(*, epoch: Epoch, at: datetime, language: str) -> Home:
    """Return the home page: the festival that runs, else the next one, else the shop alone."""
    festival = epoch.festival or epoch.next_festival
    slots = list(_slots(festival, at=at)) if festival else []
    everyone = store_cards(language)
    wheres = ["l.is_available", FLASH] if epoch.festival else ["l.is_available"]
    rows = find_popular(wheres, {}, most=FLASH_CARDS, at=at, language=language)
    flash = [row for row in rows if row.branch == 1]
    popular = [row for row in rows if row.branch == 0][:POPULAR]
    return Home(
        hero=_hero(festival, at=at, language=language) if festival else None,
        slots=tuple(_slot(slot, festival.zone, language, at=at) for slot in slots),
        flash=cards(flash, language, in_flash=True),
        countries=by_country(everyone, "", language),
        stores=spread(everyone, STORES),
        store_count=len(everyone),
        popular=cards(popular, language),
        has_sales=any(row.popularity >= ALIKE for row in popular),
    )


def _hero(festival: KnownFestival, *, at: datetime, language: str) -> Hero:
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, {"festival": festival.id, "most": LIVE})
        stores, kept, few = cursor.fetchone()
    products = few if few < LIVE else max(kept, few)
    title, title_lang = _words(festival, "title", language)
    tagline, tagline_lang = _words(festival, "tagline", language)
    zone = ZoneInfo(festival.zone)
    first, last = festival.starts_at.astimezone(zone), _last_day(festival)
    is_live = festival.is_live(at)
    label = _("A cloth of %(total)d squares, one for each store. %(count)d are woven.")
    return Hero(
        is_live=is_live,
        title=title,
        title_lang=title_lang,
        parts=title_parts(title),
        tagline=tagline,
        tagline_lang=tagline_lang,
        days=dates.days(first.date(), last, language),
        zone=dates.zone_name(at, festival.zone, language),
        turns_at=festival.ends_at if is_live else festival.starts_at,
        turns_text=_turn(festival, is_live=is_live, language=language),
        cloth=cloth(
            stores,
            festival.target_stores,
            label % {"total": festival.target_stores, "count": len(stores)},
        ),
        meters=_meters(festival, len(stores), products, language),
        headings=(in_language(festival.texts, language) or {}).get("headings", {}),
    )


def _words(festival: KnownFestival, name: str, language: str) -> tuple[str, str]:
    """Return a text of the festival, and its language where that is not the page's.

    What nobody wrote in a language may still stand among the shop's own words.
    """
    written = (in_language(festival.texts, language) or {}).get(name)
    if written or language == settings.LANGUAGE_CODE:
        return written or getattr(festival, name, ""), ""
    own = festival.texts.get(settings.LANGUAGE_CODE, {}).get(name) or getattr(festival, name, "")
    translated = own and _(own)
    return (translated, "") if translated != own else (own, settings.LANGUAGE_CODE)


def title_parts(title: str) -> tuple[TitlePart, ...]:
    """Return a title in lines: "100 African stores, 1,000 African products" has two."""
    found = []
    for part in PART.split(title):
        match = NUMBER.fullmatch(part.strip())
        number, words = match.groups() if match else ("", part.strip())
        first, _space, last = words.rpartition(" ")
        found.append(TitlePart(number, (first, last) if number and first else (words,)))
    return tuple(found)


def _last_day(festival: KnownFestival) -> datetime:
    return dates.last_day(festival.ends_at, festival.zone)


def _turn(festival: KnownFestival, *, is_live: bool, language: str) -> str:
    if is_live:
        return _("Closes %(date)s") % {"date": dates.day(_last_day(festival), language)}
    starts = dates.day_and_hour(festival.starts_at, festival.zone, language)
    return _("Opens %(date)s") % {"date": starts}


def _meters(
    festival: KnownFestival, stores: int, products: int, language: str
) -> tuple[Meter, ...]:
    rows = (
        (
            stores,
            festival.target_stores,
            _("Stores in the festival"),
            _("%(count)s of %(total)s stores have woven their square"),
        ),
        (
            products,
            festival.target_products,
            _("Products in the festival"),
            _("%(count)s of %(total)s products are live"),
        ),
    )
    return tuple(_meter(*row, language) for row in rows)


def _meter(count: int, target: int, label: str, sentence: str, language: str) -> Meter:
    # The count stands large in its sentence, wherever a language puts it.
    total = {"count": "\0", "total": whole(target, language)}
    before, after = (sentence % total).split("\0")
    return Meter(count, target, whole(count, language), label, before, after)


def _slots(festival: KnownFestival, *, at: datetime) -> list[Slot]:
    zone = ZoneInfo(festival.zone)
    today = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    flash = Slot.objects.filter(festival_id=festival.id, kind=Slot.Kind.FLASH)
    return flash.filter(ends_at__gt=today, starts_at__lt=today + timedelta(days=2))[:SLOTS]


def _slot(slot: Slot, zone: str, language: str, *, at: datetime) -> SlotShown:
    is_over, is_on = slot.ends_at <= at, slot.starts_at <= at < slot.ends_at
    if is_over:
        text = _("Ended")
    elif is_on:
        text = _("On now, ends %(time)s") % {"time": dates.hour(slot.ends_at, zone)}
    else:
        text = dates.day_in(slot.starts_at, zone, language)
    return SlotShown(
        url=f"{reverse('products')}?{'deal=flash' if is_on else f'slot={slot.pk}'}",
        hour=dates.hour(slot.starts_at, zone),
        text=text,
        is_over=is_over,
        is_on=is_on,
    )
