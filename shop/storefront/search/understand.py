"""Understands a search as it was typed: words, other forms, synonyms, and typing errors.

One statement looks all of it up. What is meant beside the thing itself, a place, an occasion or a
price, is read first; the words that are left are looked for. Where hardly anything fits in every
part, what fits in most of them is found too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from django.conf import settings

from shop.storefront.listings.heads import head_of
from shop.storefront.listings.words import is_unspaced, spelled, words
from shop.storefront.search.meaning import Meant, phrases_of, read_meaning
from shop.storefront.search.parts import MOST_OFFERS, Parts, is_named, take_apart, terms_of
from shop.storefront.search.tsquery import (
    QueryTerm,
    all_of,
    any_of,
    excluding,
    fact,
    phrase,
    text_of,
)
from shop.storefront.search.vocabulary import KnownWords, look_up

MOST_WORDS = 10
# In hundredths of a part's weight: what stands in a good place counts more.
WHOLE, IN_TITLE, IN_WORDS, IS_HEAD, AS_TYPED = 100, 20, 20, 30, 20
QUOTED = re.compile(r'["“”«»]([^"“”«»]+)["“”«»]')


@dataclass(frozen=True, slots=True)
class Search:
    """A search as the database takes it.

    ``query`` finds what fits in every part, ``strong`` what has the words in its title, store or
    tags, ``every_part`` what fits the wishes too. Where hardly anything fits in every part,
    ``relaxed`` finds what fits in the part that matters most; empty if there is only one.
    ``units`` are the parts with their weights, by which what fits in more of them comes first.
    ``instead`` are the words that were looked for in place of the typed ones, ``also`` the
    synonyms to be named, ``parts`` the words if there are several, ``listings`` how many hold the
    word if there is but one. ``offers`` are texts that may have been meant. ``mentioned`` is the
    only word if no listing is called by it. ``low`` and ``high`` are prices that the text names.
    """

    query: str
    strong: str
    every_part: str
    instead: str = ""
    also: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    listings: int = 0
    relaxed: str = ""
    units: tuple[tuple[str, int], ...] = ()
    low: int | None = None
    high: int | None = None
    offers: tuple[str, ...] = ()
    mentioned: str = ""


def understand(
    text: str, language: str, *, is_exact: bool = False, is_mended: bool = False
) -> Search | None:
    """Return the search for a typed text, or None if there is no word in it. One statement.

    A text with typing errors is read again without them: one more.

    Args:
        language: of the page.
        is_exact: neither synonyms nor typing errors nor what comes near is considered.
        is_mended: its typing errors are corrected already.
    """
    quoted = [phrase(words(part)) for part in QUOTED.findall(text) if words(part)]
    rest = QUOTED.sub(" ", text)
    chunks = rest.split()
    without = [word for chunk in chunks if chunk[0] in "-−" for word in words(chunk)]
    plain = " ".join(chunk for chunk in chunks if chunk[0] not in "-−")
    asked = _content(plain)
    if not asked and not quoted:
        plain, asked, without = rest, _content(rest), []
    if not asked and not quoted:
        return None
    phrases = [] if is_exact else phrases_of(plain)
    known = look_up(list(asked), language, phrases, is_exact=is_exact)
    meant = read_meaning(
        plain, known.meanings, language, but=known.synonyms, currency=settings.SHOP_CURRENCY
    )
    asked, meant = _left(asked, meant)
    thing = head_of(plain, language)
    parts = take_apart(list(asked), known, meant, quoted=quoted, language=language, thing=thing)
    found = _search(asked, known, meant, parts, without=without, places="" if is_exact else "ABC")
    if parts.meant != list(asked):
        right = _mended(plain, dict(zip(asked, parts.meant, strict=True)))
        if all(parts.meant) and not (quoted or without or is_mended):
            found = understand(right, language, is_mended=True) or found
        found = replace(found, instead=right)
    offers = (_mended(plain, {w: one}) for w, others in parts.offers.items() for one in others)
    found = replace(found, offers=tuple(offers)[:MOST_OFFERS])
    return replace(found, relaxed="", offers=()) if is_exact else found


def _mended(text: str, right: dict[str, str]) -> str:
    """Return a text with its errors mended, and without the words that nobody knows.

    Args:
        right: for each word that was looked for the right one, empty if there is none.
    """
    found: list[str] = []
    for chunk in text.split():
        said = words(chunk)
        told = [right.get(word, word) for word in said]
        found += [chunk] if told == said else filter(None, told)
    return " ".join(found)


def _left(asked: dict[str, str], meant: Meant) -> tuple[dict[str, str], Meant]:
    """Return the words left beside the meaning, and the meaning; all words if both are nothing."""
    if meant.is_plain and not any(is_unspaced(word) for word in asked):
        left = {word: asked[word] for word in meant.rest if word in asked}
    else:
        left = {w: asked.get(w, w) for w in meant.rest if w in asked or is_unspaced(w)}
    if not left and meant.is_plain:
        return asked, Meant(rest=tuple(asked))
    return left, meant


def _content(text: str) -> dict[str, str]:
    """Return the words that say something, as they were written, by their folded form.

    A lone letter or a number says little beside words: if there are no words, it is looked for.
    """
    found = {word: written for written, word in reversed(spelled(text))}
    found = dict(reversed(found.items())) or {word: word for word in words(text)}
    telling = {w: t for w, t in found.items() if is_unspaced(w) or not (len(w) < 2 or w.isdigit())}
    return dict(islice((telling or found).items(), MOST_WORDS))


def _search(
    asked: dict[str, str],
    known: KnownWords,
    meant: Meant,
    found: Parts,
    *,
    without: Sequence[str],
    places: str,
) -> Search:
    # A price alone is asked of all goods.
    needed = found.needed or [fact("#kind:goods")]
    nots = [any_of(terms_of(word, known.tongues)) for word in without]
    every, tongues = excluding(all_of(needed), nots), known.tongues
    counts = [known.exactly.get(word, 0) for word in asked]
    mentioned = list(asked.values()) if found.is_mentioned else []
    return Search(
        query=text_of(every, weights=places if mentioned else "", tongues=tongues),
        strong=text_of(every, weights="AB", tongues=tongues),
        every_part=text_of(all_of([one.term for one in found.parts] or needed), tongues=tongues),
        also=found.also,
        parts=() if found.is_single else tuple(_there(asked, known, found)),
        listings=max(counts, default=0) if found.is_single and not mentioned else 0,
        relaxed=""
        if found.is_single or not found.has_chief
        else text_of(excluding(found.chief, nots), "ABC", tongues),
        units=tuple(_weights(found, tongues)),
        mentioned=mentioned[0] if len(mentioned) == 1 and any(counts) else "",
        low=meant.low,
        high=meant.high,
    )


def _there(asked: dict[str, str], known: KnownWords, found: Parts) -> Iterator[str]:
    """Yield the words that find something alone: if the thing is not there, the others."""
    for word, written in asked.items():
        is_there = not found.is_vain or known.is_known.get(word, True)
        if is_there and (word in known.synonyms or is_named([word], known)):
            yield written


def _weights(found: Parts, tongues: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield queries with the weight of a listing that fits them."""

    def written(
        terms: Sequence[QueryTerm], weight: int, place: str = ""
    ) -> Iterator[tuple[str, int]]:
        return ((text_of(one, place, tongues), weight) for one in terms)

    for part in found.parts:
        yield from written([part.term], part.weight * WHOLE)
    yield from written(found.own, AS_TYPED)
    yield from written(found.wide, IN_TITLE, "A")
    yield from written(found.heads, IS_HEAD)
    yield from written(found.facts, IN_WORDS)
