"""A festival at the head of a page: its title, its days, its cloth and how far it has come."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from shop.core import dates
from shop.core.languages import Wording, in_language, lang_mark
from shop.core.statements.prepared import ask
from shop.festivals import local_time
from shop.festivals.words import festival_text
from shop.people.merchants.models import trading_sql
from shop.storefront.cache.catalogue_version import KnownFestival
from shop.storefront.festival.cloth import cloth
from shop.storefront.listing.counts import LIVE
from shop.storefront.listing.facets import whole

PART = re.compile(r",\s+(?=\D*\d)|[，、،]\s*|\s+و(?=\d)")
NUMBER = re.compile(r"(\d[\d.,\u00a0\u202f ]*\d|\d)\s*(.*)")

# The stores that take part, in the order in which they joined, and the products listed with it.
NUMBERS = f"""
SELECT ARRAY(SELECT m.slug FROM shop_enrolment e JOIN shop_merchant m ON m.id = e.merchant_id
             WHERE e.festival_id = %(festival)s AND e.state = 'accepted'
               AND {trading_sql("m")}
             ORDER BY e.accepted_at, e.id),
       (SELECT coalesce(sum(listings), 0)::bigint FROM shop_listingcell
        WHERE %(festival)s = ANY(festivals)),
       (SELECT count(*) FROM (
          SELECT 1 FROM shop_participation p JOIN shop_listing l USING (product_id)
          WHERE p.festival_id = %(festival)s LIMIT {LIVE}) AS some_of_them),
       last_move.action, last_move.reason
FROM (VALUES (true)) AS one
LEFT JOIN LATERAL (
  SELECT c.action, c.reason FROM shop_changelog c
  JOIN shop_slot t ON t.id = c.subject_id AND t.kind = 'whole'
  WHERE c.festival_id = %(festival)s AND c.at <= %(at)s
    AND c.subject = 'slot' AND c.action IN ('extend', 'stop')
  ORDER BY c.at DESC, c.id DESC LIMIT 1
) AS last_move ON true
"""  # noqa: S608 (a constant)


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
    """The festival at the head of the page; texts that are not translated name their language.

    ``turns_at`` is None once the festival is over; ``remind`` names it for those who want to be
    told when it opens, and is empty from then on. ``moved`` says where its end was moved to, if it
    was extended or stopped, ``reason`` why, as the organizers wrote it.
    """

    is_live: bool
    title: str
    title_lang: str
    parts: tuple[TitlePart, ...]
    tagline: str
    tagline_lang: str
    days: str
    zone: str
    turns_at: datetime | None
    turns_text: str
    turns_own: str  # what script says instead of the zone, by the reader's own clock
    starts_at: datetime
    ends_at: datetime
    cloth: SafeString
    meters: tuple[Meter, ...]
    remind: str
    moved: str = ""
    reason: str = ""
    reason_lang: str = ""
    zone_id: str = ""


def hero(festival: KnownFestival, *, at: datetime, language: str) -> Hero:
    """Return a festival as the head of a page shows it at an instant. One statement."""
    (found,) = ask(NUMBERS, {"festival": festival.id, "at": at})
    stores, kept, few, action, reason = found
    products = few if few < LIVE else max(kept, few)
    title, tagline = (words(festival, name, language) for name in ("title", "tagline"))
    is_live = festival.is_live(at)
    label = _("A cloth of %(total)d squares, one for each store. %(count)d are woven.")
    return Hero(
        is_live=is_live,
        title=title.text,
        title_lang=title.lang,
        parts=title_parts(title.text),
        tagline=tagline.text,
        tagline_lang=tagline.lang,
        days=_days(festival, at=at, language=language),
        zone=dates.zone_name(at, festival.zone, language),
        turns_at=_turns_at(festival, at),
        turns_text=_turn(festival, at=at, language=language),
        turns_own=(_("Closes %(date)s") if is_live else _("Opens %(date)s"))
        % {"date": dates.own_words()},
        starts_at=festival.starts_at,
        ends_at=festival.ends_at,
        cloth=cloth(
            stores,
            festival.target_stores,
            label % {"total": festival.target_stores, "count": len(stores)},
        ),
        meters=_meters(festival, len(stores), products, language),
        remind=f"festival-{festival.id}" if at < festival.starts_at else "",
        moved=_moved(festival, action, at=at, language=language) if action else "",
        reason=reason or "",
        reason_lang=lang_mark(not reason, language),
        zone_id=festival.zone,
    )


def words(festival: KnownFestival, name: str, language: str) -> Wording:
    """Return a text of the festival in a language, else in the shop's own."""
    return festival_text(festival, name, language)


def heading(festival: KnownFestival, key: str, language: str) -> tuple[Wording, Wording]:
    """Return the festival's own heading of a part of its page: a title and a sentence."""
    for code in dict.fromkeys((language, settings.LANGUAGE_CODE)):
        written = (in_language(festival.texts, code) or {}).get("headings", {}).get(key)
        if written:
            lang = "" if code == language else code
            return Wording(written.get("title", ""), lang), Wording(written.get("text", ""), lang)
    return Wording(""), Wording("")


def title_parts(title: str) -> tuple[TitlePart, ...]:
    """Return a title in lines: "100 African stores, 1,000 African products" has two."""
    found = []
    for part in PART.split(title):
        match = NUMBER.fullmatch(part.strip())
        number, words = match.groups() if match else ("", part.strip())
        first, _space, last = words.rpartition(" ")
        found.append(TitlePart(number, (first, last) if number and first else (words,)))
    return tuple(found)


def _days(festival: KnownFestival, *, at: datetime, language: str) -> str:
    first, last = festival.starts_at.astimezone(ZoneInfo(festival.zone)).date(), _last_day(festival)
    has_year = dates.is_far(first, at) or dates.is_far(last, at)
    return dates.days(first, last, language, has_year=has_year)


def _turns_at(festival: KnownFestival, at: datetime) -> datetime | None:
    if at < festival.starts_at:
        return festival.starts_at
    return festival.ends_at if at < festival.ends_at else None


def _last_day(festival: KnownFestival) -> date:
    return local_time.last_day(festival.ends_at, festival.zone)


def _turn(festival: KnownFestival, *, at: datetime, language: str) -> str:
    if at >= festival.ends_at:
        return _("Ended")
    if at >= festival.starts_at:
        return _("Closes %(date)s") % {"date": dates.day(_last_day(festival), language, since=at)}
    starts = dates.day_and_hour(festival.starts_at, festival.zone, language, since=at)
    return _("Opens %(date)s") % {"date": starts}


def _moved(festival: KnownFestival, action: str, *, at: datetime, language: str) -> str:
    date = dates.day(_last_day(festival), language, since=at)
    if action == "extend":
        return _("The festival has been extended until %(date)s.") % {"date": date}
    if at < festival.ends_at:
        return _("The festival ends early, on %(date)s.") % {"date": date}
    return _("The festival ended early, on %(date)s.") % {"date": date}


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
