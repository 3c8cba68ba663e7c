"""Keeps the meanings of phrases: organizers add, change and remove them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from shop.core.errors import NotPossible
from shop.core.locks import lock_one, locked
from shop.festivals.changelog import log
from shop.festivals.prices import spans
from shop.people.accounts.models import User
from shop.storefront.listings.models import Meaning
from shop.storefront.listings.words import every_word, is_unspaced
from shop.storefront.search.meaning import LONGEST, LONGEST_RUN
from shop.storefront.search_words import targets
from shop.storefront.search_words.not_found import forget_found

type Problem = tuple[str, str]
"""A field, and what is wrong with it."""
MOST_SIGNS, MOST_OF_NOTE = 80, 200
TAKEN = "“{}” has a meaning in this language already. Change that one."


def problems(meaning: Meaning) -> Iterator[Problem]:
    """Yield the problems of a meaning by itself; whether its targets exist is checked apart."""
    said = every_word(meaning.phrase)
    yield from phrase_problems("phrase", meaning.phrase, said, most=LONGEST)
    if any(is_unspaced(word) and len(word) > LONGEST_RUN for word in said):
        yield "phrase", f"No more than {LONGEST_RUN} signs in a row are read as one: shorten it."
    if meaning.language not in dict(settings.LANGUAGES):
        codes = ", ".join(code for code, _name in settings.LANGUAGES)
        yield "language", f"“{meaning.language}” is no language of the shop: write one of {codes}."
    if len(meaning.note) > MOST_OF_NOTE:
        yield "note", f"Shorten it: there is room for {MOST_OF_NOTE} signs."
    if meaning.kind not in Meaning.Kind:
        kinds = ", ".join(Meaning.Kind.values)
        yield "kind", f"“{meaning.kind}” is no kind: write one of {kinds}."
        return
    for text in targets.misfits(meaning.kind, meaning.targets):
        yield "targets", text


def phrase_problems(field: str, text: str, said: Sequence[str], *, most: int) -> Iterator[Problem]:
    """Yield the problems of words that are compared as one.

    Args:
        said: the words, as they are compared.
        most: of them that are read as one.
    """
    if not said:
        yield field, "Type words: of signs alone nothing is left to compare."
    if len(said) > most:
        yield field, f"It has {len(said)} words, and no more than {most} are read as one."
    if max(len(text), len(" ".join(said))) > MOST_SIGNS:
        yield field, f"Shorten it: there is room for {MOST_SIGNS} signs."


def new_targets(meaning: Meaning, before: Meaning | None) -> list[str]:
    """Return the targets that a meaning did not have; the others were looked at when they came."""
    old = before.targets if before else ()
    return [target for target in meaning.targets if target not in old]


def fold(meaning: Meaning) -> None:
    """Set the folded phrase of a meaning, as the search compares it."""
    meaning.folded = " ".join(every_word(meaning.phrase))


@transaction.atomic
def save_meaning(meaning: Meaning, *, at: datetime, by: User | None) -> None:
    """Save the meaning of a phrase; searches follow at once.

    Raises:
        NotPossible: the phrase has a meaning in this language by now.
    """
    fold(meaning)
    before = locked(Meaning.objects.filter(pk=meaning.pk), fully=True).first()
    try:
        with transaction.atomic():
            meaning.save()
    except IntegrityError:
        raise NotPossible(TAKEN.format(meaning.phrase)) from None
    log(meaning, "change" if before else "create", at=at, by=by, festival=None,
        before=told(before) if before else {}, after=told(meaning))  # fmt: skip
    forget_found([meaning.folded], meaning.language)
    spans.mark_change("search words", at=at)


@transaction.atomic
def remove_meaning(meaning: Meaning, *, at: datetime, by: User | None) -> None:
    """Remove a meaning; its phrase is searched as plain words from then on."""
    now = lock_one(Meaning.objects, meaning.pk, fully=True)
    log(now, "remove", at=at, by=by, festival=None, before={"label": now.phrase, **told(now)})
    now.delete()
    spans.mark_change("search words", at=at)


def told(meaning: Meaning) -> dict[str, object]:
    """Return the fields of a meaning that the log keeps."""
    return {
        "language": meaning.language, "phrase": meaning.phrase, "kind": meaning.kind,
        "targets": meaning.targets, "note": meaning.note,
    }  # fmt: skip
