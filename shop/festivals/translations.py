"""A festival's words in one language: its title, line and introduction, its slots, its benefits.

They are told, and change no term: they may be written while the festival runs and its benefits
count. What slots and benefits are called in the shop's own language is part of what was promised,
and is changed with them alone.

Organizers read the refusals, whose desk is in English.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from shop.core.errors import NotPossible
from shop.core.languages import in_language, translated
from shop.core.locks import lock_one
from shop.festivals.changelog import ChangedMeanwhile, log
from shop.festivals.models import ChangeLog, Festival, Promotion, Slot
from shop.festivals.prices import spans
from shop.people.accounts.models import User

TEXTS = {"title": "Title", "tagline": "Line below the title", "intro": "Introduction"}
SOURCE = "source"  # beside the texts of a language: hashes of the originals that they translate


@dataclass(frozen=True, slots=True)
class FestivalWords:
    """Words in one language; the names of slots and the titles of benefits are by id."""

    texts: dict[str, str] = field(default_factory=dict)
    slots: dict[int, str] = field(default_factory=dict)
    benefits: dict[int, str] = field(default_factory=dict)


def named_slots(slots: Iterable[Slot]) -> list[Slot]:
    """Return the slots that have a name of their own: neither the whole one nor called off."""
    return [slot for slot in slots if slot.kind == Slot.Kind.FLASH and slot.cancelled_at is None]


def titled_benefits(festival: Festival) -> list[Promotion]:
    """Return the benefits whose title shoppers read; one with a code is called by its code."""
    rows = festival.promotions.filter(code="").exclude(state=Promotion.State.ENDED_EARLY)
    return list(rows.order_by("use_from", "pk"))


def words_in(
    festival: Festival, slots: Iterable[Slot], benefits: Iterable[Promotion], language: str
) -> FestivalWords:
    """Return the words that are written in a language; in the shop's own, the originals."""
    if language == settings.LANGUAGE_CODE:
        return FestivalWords(
            {name: _original(festival, name) for name in TEXTS},
            {slot.pk: slot.label for slot in slots},
            {row.pk: row.title for row in benefits},
        )
    texts = in_language(festival.texts, language) or {}
    return FestivalWords(
        {name: texts.get(name) or "" for name in TEXTS},
        {slot.pk: in_language(slot.names, language) or "" for slot in slots},
        {row.pk: in_language(row.titles, language) or "" for row in benefits},
    )


def stamp(words: FestivalWords) -> str:
    """Return a hash of these words, which a form sends back so that a change is noticed."""
    facts = [sorted(part.items()) for part in (words.texts, words.slots, words.benefits)]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def gaps(festival: Festival, slots: Iterable[Slot], language: str) -> tuple[int, int]:
    """Return how many texts are shown in the shop's own language instead, and of how many.

    A copy of the original is no translation; but titles and slots may be called alike everywhere.
    Benefits are not among them: without a title they are called by what they give.
    """
    named = named_slots(slots)
    original = words_in(festival, named, (), settings.LANGUAGE_CODE)
    found = words_in(festival, named, (), language)
    if language == settings.LANGUAGE_CODE:
        return sum(1 for name in TEXTS if not original.texts[name]), len(TEXTS) + len(named)
    copies = {
        name for name in TEXTS
        if name != "title" and found.texts[name].strip() == original.texts[name].strip()
    }  # fmt: skip
    needed = [
        *("" if name in copies else found.texts[name] for name in TEXTS if original.texts[name]),
        *(found.slots[slot.pk] for slot in named),
    ]
    return sum(1 for text in needed if not text), len(needed)


def outdated(festival: Festival, language: str) -> list[str]:
    """Return the names of texts whose original has changed since they were saved."""
    own = in_language(festival.texts, language) or {}
    read = own.get(SOURCE, {})
    originals = {name: _original(festival, name) for name in TEXTS if own.get(name)}
    return [
        name
        for name, text in originals.items()
        if text and read.get(name, "") not in ("", _mark(text))
    ]


@transaction.atomic
def write(
    festival: Festival,
    language: str,
    words: FestivalWords,
    *,
    seen: str,
    at: datetime,
    by: User | None = None,
) -> bool:
    """Write a festival's words in a language; say whether any is another one now.

    Texts that are saved as they were are up to date from then on. Slots and benefits that are not
    named, or not the festival's, are left as they are.

    Args:
        seen: the stamp of the words that the form showed.

    Raises:
        NotPossible: the festival is over, it would have no title, or others have written other
            words in this language since.
    """
    festival = lock_one(Festival.objects, festival.pk)
    if not festival.is_open:
        raise NotPossible("This festival is over.")
    is_own = language == settings.LANGUAGE_CODE
    if is_own and not words.texts.get("title"):
        raise NotPossible("It needs a title.")
    slots, benefits = named_slots(festival.slots.all()), titled_benefits(festival)
    now = words_in(festival, slots, benefits, language)
    if seen != stamp(now):
        raise _edit_conflict(festival)
    is_changed = _write_texts(festival, language, now.texts, words.texts, at=at, by=by)
    if not is_own:
        for slot in slots:
            text = words.slots.get(slot.pk, now.slots[slot.pk])
            is_changed |= _name(slot, language, text, at=at, by=by)
        for row in benefits:
            text = words.benefits.get(row.pk, now.benefits[row.pk])
            is_changed |= _name(row, language, text, at=at, by=by)
    if is_changed:
        spans.mark_change("words", at=at)
    return is_changed


def _original(festival: Festival, name: str) -> str:
    own = festival.texts.get(settings.LANGUAGE_CODE, {}).get(name)
    return own or (festival.title if name == "title" else "")


def _marked(festival: Festival, names: Iterable[str]) -> dict[str, Any]:
    """Return the texts with a mark on translations of originals that are about to change."""
    texts = festival.texts
    for code, _name in settings.LANGUAGES:
        own = in_language(texts, code)
        if own is None or code == settings.LANGUAGE_CODE:
            continue
        now = {name: _mark(_original(festival, name)) for name in names if own.get(name)}
        texts = translated(texts, code, own | {SOURCE: now | own.get(SOURCE, {})})
    return texts


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _write_texts(
    festival: Festival,
    language: str,
    now: Mapping[str, str],
    wanted: Mapping[str, str],
    *,
    at: datetime,
    by: User | None,
) -> bool:
    names = [name for name in TEXTS if name in wanted and wanted[name] != now[name]]
    own = (in_language(festival.texts, language) or {}) | {name: wanted[name] for name in names}
    texts, changes = festival.texts, dict[str, Any]()
    if language != settings.LANGUAGE_CODE:
        own[SOURCE] = {
            name: _mark(_original(festival, name)) for name in TEXTS if own.get(name)
        }  # fmt: skip
    elif names:
        changes["title"] = wanted["title"]
        texts = _marked(festival, names)
    kept = {name: text for name, text in own.items() if text}
    changes["texts"] = translated(texts, language, kept)
    if changes["texts"] != festival.texts or names:
        Festival.objects.filter(pk=festival.pk).update(**changes)
    if not names:
        return False
    log(
        festival, "change", at=at, by=by, festival=festival,
        before={"texts": {language: {name: now[name] for name in names}}},
        after={"texts": {language: {name: wanted[name] for name in names}}},
    )  # fmt: skip
    return True


def _name(
    row: Slot | Promotion, language: str, text: str, *, at: datetime, by: User | None
) -> bool:
    field_name = "names" if isinstance(row, Slot) else "titles"
    kept = getattr(row, field_name)
    before = in_language(kept, language) or ""
    if text == before:
        return False
    texts = translated(kept, language, text)
    type(row).objects.filter(pk=row.pk).update(**{field_name: texts})
    what = f"{field_name.removesuffix('s')} {language}"
    log(
        row,
        "change",
        at=at,
        by=by,
        festival=row.festival,
        before={what: before},
        after={what: text},
    )
    return True


def _edit_conflict(festival: Festival) -> NotPossible:
    rows = ChangeLog.objects.filter(festival=festival, action="change")
    if newest := rows.select_related("by").order_by("-pk").first():
        return ChangedMeanwhile(newest)
    return NotPossible("These words are other ones by now. What you typed stands below.")
