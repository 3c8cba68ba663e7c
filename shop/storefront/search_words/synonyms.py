"""Keeps which words mean the same: a word joins the group of another, and both find both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import count

from django.conf import settings
from django.db import IntegrityError, transaction

from shop.core.errors import NotPossible
from shop.core.locks import lock_one, locked
from shop.festivals.changelog import log
from shop.festivals.prices import spans
from shop.people.accounts.models import User
from shop.storefront.listings.models import Synonym
from shop.storefront.listings.words import every_word, words
from shop.storefront.search.vocabulary import LONGEST_TERM
from shop.storefront.search_words.meanings import Problem, phrase_problems
from shop.storefront.search_words.not_found import forget_found

LONGEST_GROUP = 50  # letters of the name that a group gets
ITSELF = "A word is no other word for itself: type another one."
TAKEN = "“{}” is in this group already. Change that one."


def term_problems(term: str, field: str) -> Iterator[Problem]:
    """Yield the problems of a word, or of its synonym."""
    yield from phrase_problems(field, term, words(term), most=LONGEST_TERM)


def language_problem(code: str) -> Iterator[Problem]:
    """Yield the problem of a word's language code; local languages are welcome."""
    is_code = code.isascii() and code.isalpha() and code.islower() and len(code) in (2, 3)
    if not is_code:
        yield "language", f"“{code}” is no code: write two or three letters, such as en, fr or yo."


def others_of(synonym: Synonym) -> list[str]:
    """Return the other words of a group."""
    rows = Synonym.objects.filter(group=synonym.group).exclude(pk=synonym.pk).order_by("pk")
    return list(rows.values_list("term", flat=True))


@transaction.atomic
def save_synonym(synonym: Synonym, other: str, *, at: datetime, by: User | None) -> None:
    """Let a word mean the same as another one; searches follow at once.

    Args:
        other: a word of the group that it joins. If it is in none, both begin one.

    Raises:
        NotPossible: the group has the word.
    """
    before = locked(Synonym.objects.filter(pk=synonym.pk), fully=True).first()
    synonym.folded = " ".join(words(synonym.term))
    others = others_of(before) if before else []
    try:
        with transaction.atomic():
            if other not in others:
                synonym.group = _group_of(other, at=at, by=by)
            if _is_new(synonym, before) and _has(synonym):
                raise NotPossible(TAKEN.format(synonym.term))
            synonym.save()
    except IntegrityError:
        raise NotPossible("Somebody else added it meanwhile. Save once more.") from None
    log(synonym, "change" if before else "create", at=at, by=by, festival=None,
        before=told(before) if before else {}, after=told(synonym))  # fmt: skip
    if before and before.group != synonym.group:
        _remove_the_last(before.group, at=at, by=by)
    forget_found([" ".join(every_word(synonym.term))])
    spans.mark_change("search words", at=at)


@transaction.atomic
def remove_synonym(synonym: Synonym, *, at: datetime, by: User | None) -> None:
    """Remove a word from its group; one that would stay alone there goes with it."""
    now = lock_one(Synonym.objects, synonym.pk, fully=True)
    _remove(now, at=at, by=by)
    _remove_the_last(now.group, at=at, by=by)
    spans.mark_change("search words", at=at)


def told(synonym: Synonym) -> dict[str, object]:
    """Return the fields of a synonym that the log keeps."""
    return {
        "group": synonym.group, "term": synonym.term, "language": synonym.language,
        "is_near": synonym.is_near,
    }  # fmt: skip


def _is_new(synonym: Synonym, before: Synonym | None) -> bool:
    """Tell whether a word comes into its group; written otherwise it may have been there twice."""
    asked = (synonym.group, synonym.folded)
    return before is None or (before.group, before.folded) != asked


def _has(synonym: Synonym) -> bool:
    rows = Synonym.objects.filter(group=synonym.group, folded=synonym.folded)
    return rows.exclude(pk=synonym.pk).exists()


def _group_of(other: str, *, at: datetime, by: User | None) -> str:
    """Return the group of a word, rather one of which all mean the same; else begin one."""
    folded = " ".join(words(other))
    there = Synonym.objects.filter(folded=folded).order_by("is_near", "pk").first()
    if there:
        return there.group
    group = _free_name("-".join(words(other))[:LONGEST_GROUP])
    # Products are described in the shop's own language.
    made = Synonym.objects.create(
        group=group, term=other, folded=folded, language=settings.LANGUAGE_CODE
    )
    log(made, "create", at=at, by=by, festival=None, after=told(made))
    return group


def _free_name(name: str) -> str:
    used = set(Synonym.objects.filter(group__startswith=name).values_list("group", flat=True))
    names = (name if n == 1 else f"{name}-{n}" for n in count(1))
    return next(free for free in names if free not in used)


def _remove(synonym: Synonym, *, at: datetime, by: User | None) -> None:
    log(synonym, "remove", at=at, by=by, festival=None,
        before={"label": synonym.term, **told(synonym)})  # fmt: skip
    synonym.delete()


def _remove_the_last(group: str, *, at: datetime, by: User | None) -> None:
    """Remove the word that is left alone in a group, since it means nothing but itself."""
    left = list(locked(Synonym.objects.filter(group=group), fully=True)[:2])
    if len(left) == 1:
        _remove(left[0], at=at, by=by)
