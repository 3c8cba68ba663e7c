"""The gaps of a festival before it opens, as sentences; organizers read them in English."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import ExpressionWrapper, F, IntegerField, Sum

from shop.catalogue.models import Product
from shop.catalogue.stock.models import free_units
from shop.core.currencies import in_whole
from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.festivals.changelog import log
from shop.festivals.enrolment.owners import without_owner
from shop.festivals.enrolment.terms import CONCERNED, NO_TEXT, terms_in_force, unread
from shop.festivals.local_time import is_moved
from shop.festivals.models import (
    ChangeLog,
    Deal,
    Festival,
    Nomination,
    Promotion,
    Slot,
)
from shop.festivals.pricing.benefit_form import COLUMNS
from shop.festivals.promotions.budgets import outlook
from shop.festivals.schedule.effect import unagreed
from shop.festivals.translations import gaps, outdated
from shop.people.accounts.models import User

WITH_CURRENCY = re.compile(r"(?:[$€£¥₦₵]|\b[A-Z]{3})\s?[\d.,]+|[\d.,]+\s?(?:[%$€£¥₦₵]|[A-Z]{3}\b)")
OVERRIDE = "override"  # in the change log
MOST = 200  # products without an image are named
NAMED = 3  # of many that lack the same, so many are named


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is missing; a blocker keeps the festival from being published.

    Args:
        code: the cause, which says where it can be cleared; one finding for each.
        parts: what it concerns, where that is many.
        is_firm: whether it blocks whatever reason is given.
        override: why it may be published all the same, if somebody said so of this very finding.
    """

    text: str
    is_blocker: bool
    code: str
    parts: tuple[str, ...] = ()
    is_firm: bool = False
    override: str = ""

    @property
    def stamp(self) -> str:
        """Return a hash of all that it says, which a reason is given for."""
        return hashlib.sha256("\n".join((self.text, *self.parts)).encode()).hexdigest()[:16]

    @property
    def blocks(self) -> bool:
        """Tell whether it keeps the festival from being published."""
        return self.is_blocker and not self.override


def gathered(code: str, rows: Sequence[str], many: str, *, blocks: bool) -> list[Finding]:
    """Return one finding for a cause: its sentence, or how many there are and each of them.

    Args:
        rows: the sentence of each.
        many: the sentence for several, which takes their number.
    """
    if not rows:
        return []
    if len(rows) == 1:
        return [Finding(rows[0], blocks, code)]
    return [Finding(many.format(len(rows)), blocks, code, tuple(rows))]


def findings(
    festival: Festival, slots: list[Slot], stores: int, nominations: Counter[Any], *, at: datetime
) -> Iterator[Finding]:
    """Yield the findings that the shop itself can see. Ten statements.

    Args:
        slots: those of the festival, each with ``approved`` nominations.
        stores: how many take part.
        nominations: how many there are, by state.
    """
    if festival.starts_at <= at and festival.state == Festival.State.DRAFT:
        yield Finding("Its start has passed. Move it before publishing.", True, "past")
    if not stores:
        yield Finding("No store takes part yet.", True, "stores")
    if festival.enrol_closes and festival.enrol_closes > festival.starts_at:
        text = "Enrolment closes after the start: stores may join and nominate while it runs."
        yield Finding(text, False, "enrolment")
    empty = [f"“{slot.label}” has no approved deal." for slot in slots if not slot.approved]
    yield from gathered("slot", empty, "{} slots have no approved deal.", blocks=True)
    waiting = nominations[Nomination.State.SUBMITTED]
    if waiting:
        text = "1 nomination waits" if waiting == 1 else f"{waiting} nominations wait"
        yield Finding(f"{text} for a decision.", False, "waiting")
    yield from _terms(festival)
    yield from _windows(festival, slots)
    yield from _people(festival)
    yield from _images(festival)
    yield from _consent(festival, at)
    yield from _stock(festival, at)
    yield from _benefits(festival)
    yield from _words(festival, slots)
    if not festival.texts.get(settings.LANGUAGE_CODE, {}).get("intro"):
        yield Finding("It has no introduction yet.", False, "intro")
    yield from moved(festival, slots)


def _terms(festival: Festival) -> Iterator[Finding]:
    """Say that there are no terms, or which stores cannot read them. Three statements."""
    terms = terms_in_force(festival)
    if terms is None:
        yield Finding(NO_TEXT, True, "terms", is_firm=True)
        return
    stores = list(
        festival.enrolments.filter(state__in=CONCERNED).values_list("merchant_id", flat=True)
    )
    names = dict(settings.LANGUAGES)
    for code, lacking in sorted(unread(terms, stores).items()):
        verb = "reads" if len(lacking) == 1 else "read"
        language = f"{names.get(code, code)}, which {_stores(lacking)} {verb}"
        text = f"The terms have no text in {language}."
        yield Finding(text, True, f"terms-{code}", tuple(lacking), is_firm=True)


def _people(festival: Festival) -> Iterator[Finding]:
    """Say which stores have no owner who signs in. One statement."""
    silent = without_owner(festival.enrolments.all())
    if names := list(silent.order_by("merchant__name").values_list("merchant__name", flat=True)):
        verb = "has" if len(names) == 1 else "have"
        yield Finding(
            f"{_stores(names)} {verb} no owner who signs in.", False, "people", _many(names)
        )


def _images(festival: Festival) -> Iterator[Finding]:
    """Say which products that take part have no image. One statement."""
    rows = Product.objects.filter(
        Product.PUBLIC, participations__festival=festival, shown_pictures=None
    )
    if names := list(rows.order_by("title").values_list("title", flat=True)[:MOST]):
        what = "1 product has" if len(names) == 1 else f"{len(names)} products have"
        more = " or more" if len(names) == MOST else ""
        yield Finding(f"{what} no image{more}.", False, "images", _many(names))


def _consent(festival: Festival, at: datetime) -> Iterator[Finding]:
    """Say which stores have not agreed to the new time of a slot. One statement."""
    rows = Nomination.objects.filter(unagreed(), slot__festival=festival, slot__ends_at__gt=at)
    names = sorted(set(rows.values_list("enrolment__merchant__name", flat=True)))
    if names:
        text = f"{_stores(names)} did not agree to a new time yet: deals run in the agreed time."
        yield Finding(text, False, "consent", _many(names))


def _stores(names: Sequence[str]) -> str:
    return f"“{names[0]}”" if len(names) == 1 else f"{len(names)} stores"


def _many(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(names) if len(names) > 1 else ()


def _windows(festival: Festival, slots: list[Slot]) -> Iterator[Finding]:
    outside = [
        f"“{slot.label}” lies outside the festival."
        for slot in slots
        if not _is_inside(festival, slot.starts_at, slot.ends_at)
    ]
    yield from gathered("window", outside, "{} slots lie outside the festival.", blocks=True)


def _stock(festival: Festival, at: datetime) -> Iterator[Finding]:
    """Say where fewer units are free than deals still set aside."""
    left = Deal.LEFT * F("variant__units_per_item")
    deals = Deal.objects.filter(
        slot__festival=festival, state=Deal.State.APPROVED, allotment__isnull=False,
        effective_to__gt=at,
    )  # fmt: skip
    rows = deals.values("variant__pool", "variant__product__title").annotate(
        aside=Sum(ExpressionWrapper(left, output_field=IntegerField())),
        free=free_units("variant__pool"),
    )
    short = list(rows.filter(aside__gt=F("free")).order_by("variant__product__title"))
    if not short:
        return
    named = ", ".join(
        f"“{row['variant__product__title']}” ({row['aside']} set aside, {max(0, row['free'])} free)"
        for row in short[:NAMED]
    )
    more = f" and {len(short) - NAMED} more" if len(short) > NAMED else ""
    yield Finding(f"Stock is below what deals set aside: {named}{more}.", True, "stock")


def _benefits(festival: Festival) -> Iterator[Finding]:
    rows = Promotion.objects.filter(festival=festival).exclude(state=Promotion.State.ENDED_EARLY)
    outside, short, bare = [], [], []
    for row in rows.annotate(codes=Sum("batches__size")).order_by("title", "pk"):
        name = row.title or row.code
        if not _is_inside(festival, row.use_from, row.use_to):
            outside.append(f"“{name}” can be used outside the festival.")
        if (found := outlook(row, codes=row.codes or 0)) and found.is_short:
            pays = f"{found.pays_for:,} of {found.uses:,} expected uses"
            short.append(f"The budget of “{name}” pays for {pays}.")
        if _has_bare_sum(row):
            bare.append(f"“{name}” names a sum without its currency.")
    many = "{} benefits can be used outside the festival."
    yield from gathered("benefit-window", outside, many, blocks=True)
    many = "The budgets of {} benefits pay for fewer uses than expected."
    yield from gathered("budget", short, many, blocks=True)
    many = "{} benefits name a sum without its currency."
    yield from gathered("benefit-title", bare, many, blocks=False)


def _has_bare_sum(row: Promotion) -> bool:
    """Tell whether a title names one of the benefit's own sums, and no currency with it."""
    fields = {column: row.rule.field(column) for column in COLUMNS}
    own = (getattr(row, name) for name, asked in fields.items() if asked and asked.is_amount)
    sums = [f"{in_whole(amount, settings.SHOP_CURRENCY):.0f}" for amount in own if amount]
    left = WITH_CURRENCY.sub("", row.title)
    return any(re.search(rf"(?<![\d.,]){number}(?![.,]?\d)", left) for number in sums)


def _words(festival: Festival, slots: list[Slot]) -> Iterator[Finding]:
    if not festival.texts.get(settings.LANGUAGE_CODE, {}).get("tagline"):
        yield Finding("It has no line under its title yet.", False, "words")
        return
    found = [(name, *gaps(festival, slots, code)) for code, name in settings.LANGUAGES
             if code != settings.LANGUAGE_CODE]  # fmt: skip
    missing = [f"{name} {count} of {total}" for name, count, total in found if count]
    if missing:
        text = f"Some of its words are shown in English in: {', '.join(missing)}."
        yield Finding(text, False, "words")
    old = [name for code, name in settings.LANGUAGES if outdated(festival, code)]
    if old:
        text = f"The English words have changed since they were translated: {', '.join(old)}."
        yield Finding(text, False, "words")


def moved(festival: Festival, slots: list[Slot]) -> Iterator[Finding]:
    """Say which typed times would mean another instant by today's rules of the zone.

    A country may change its clock after a festival was planned. Nothing moves by itself.
    """
    rows = [("The festival", row) for row in (festival,)] + [(f"“{s.label}”", s) for s in slots]
    found = []
    for name, row in rows:
        for end in ("starts", "ends"):
            kept, at = getattr(row, f"{end}_wall"), getattr(row, f"{end}_at")
            if is_moved(kept, festival.zone, at):
                text = (
                    f"{name} {end} at {at:%Y-%m-%d %H:%M} UTC. The rules of {festival.zone}"
                    f" changed: {kept} there is another instant now. Check it and type it again."
                )
                found.append(text)
    many = f"{{}} times are other instants now: the rules of {festival.zone} changed."
    yield from gathered("zone", found, many, blocks=False)


def _is_inside(festival: Festival, starts_at: datetime, ends_at: datetime) -> bool:
    return festival.starts_at <= starts_at and ends_at <= festival.ends_at


@transaction.atomic
def override(festival: Festival, finding: Finding, reason: str, *, at: datetime, by: User) -> None:
    """Let a festival be published despite a finding, for a reason that the log keeps.

    It stands for the sentence that was read: when the sentence changes, it blocks again.

    Raises:
        NotPossible: the festival is no draft, the finding blocks nothing, or no reason is given.
    """
    festival = lock_one(Festival.objects, festival.pk)
    if festival.state != Festival.State.DRAFT:
        raise NotPossible("Only a draft waits for being published.")
    if not finding.blocks:
        raise NotPossible("This blocks nothing.")
    if finding.is_firm:
        raise NotPossible("No reason replaces this. Clear it first.")
    if not reason.strip():
        raise NotPossible("Say why it may be published all the same.")
    after = {"finding": finding.code, "text": finding.text, "stamp": finding.stamp}
    log(festival, OVERRIDE, at=at, by=by, festival=festival, reason=reason.strip(), after=after)


def with_overrides(festival: Festival, found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings with the reasons that were given for these very sentences. One statement."""
    rows = ChangeLog.objects.filter(festival=festival, subject="festival", action=OVERRIDE)
    given = {
        (after.get("finding"), after.get("stamp")): reason
        for after, reason in rows.order_by("pk").values_list("after", "reason")
    }
    return tuple(
        replace(finding, override=given.get((finding.code, finding.stamp), "")) for finding in found
    )
