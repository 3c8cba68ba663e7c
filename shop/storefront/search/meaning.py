"""Reads the facts that a search names beside the thing: a place, an occasion, a size, a price.

The longest phrase is read first, and words that only join others last. Of what is written without
spaces every part may be a phrase.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from shop.core.currencies import currencies
from shop.storefront.listings.words import every_word, is_unspaced, mark_of
from shop.storefront.search.tsquery import QueryTerm, any_of, fact, phrase

LONGEST = 5  # words of a phrase
LONGEST_RUN = 10  # signs of a phrase that is written without spaces
MOST_SIGNS = 40  # of a run that are looked at
MANY = 10_000  # listings that are taken to fit where nobody has counted
NEAR = 3  # words between a number and what it bounds
AMOUNT = re.compile(r"\d{1,7}")
# What is glued before an Arabic word: and, with, for, the.
GLUED = ("وال", "بال", "لل", "ال", "و", "ب", "ل")
# How Swahili adjectives agree with what they tell of: kikapu kikubwa, vikapu vikubwa.
CLASSES = ("ki", "vi", "wa", "mi", "ma", "m")
SHORTEST_BARE = 3


class FoundMeaning(NamedTuple):
    """A phrase with its meaning; ``kind`` and ``targets`` as they are kept.

    ``listings`` is about how many have its tags.
    """

    folded: str
    language: str
    kind: str
    targets: tuple[str, ...]
    listings: int = MANY


class Piece(NamedTuple):
    """A word of a search, or a part of a run of signs; ``number`` is that of its word."""

    text: str
    number: int


class PhraseMatch(NamedTuple):
    """The query for a phrase by its facts or words, and the one for its words alone."""

    term: QueryTerm
    said: QueryTerm
    listings: int = MANY


@dataclass(frozen=True, slots=True)
class Meant:
    """The meaning of a text beside its words.

    ``rest`` are the words about which nothing is known here. ``places`` and ``conditions`` have
    to be met, ``wishes`` lift what meets them; each with the words that say it. ``low`` and
    ``high`` are prices in minor units.
    """

    rest: tuple[str, ...]
    places: tuple[PhraseMatch, ...] = ()
    conditions: tuple[PhraseMatch, ...] = ()
    wishes: tuple[PhraseMatch, ...] = ()
    low: int | None = None
    high: int | None = None

    @property
    def is_plain(self) -> bool:
        """Tell whether nothing but words was found."""
        return not (self.places or self.conditions or self.wishes or self.has_price)

    @property
    def has_price(self) -> bool:
        """Tell whether a price is named."""
        return self.low is not None or self.high is not None


def phrases_of(text: str) -> list[str]:
    """Return everything in a text that may be a phrase, as it is compared."""
    found: dict[str, None] = {}
    said = every_word(text)
    for length in range(1, LONGEST + 1):
        for start in range(len(said) - length + 1):
            first, *others = said[start : start + length]
            found |= dict.fromkeys(" ".join([form, *others]) for form in (first, *_bare(first)))
    for word in said:
        for start, end in _cuts(word):
            found[word[start:end]] = None
    return list(found)


def read_meaning(
    text: str, rows: Iterable[FoundMeaning], language: str, *, but: Iterable[str], currency: str
) -> Meant:
    """Return the meaning of a text: its places, conditions, wishes, prices and other words.

    Args:
        rows: the meanings of its phrases, in all languages.
        but: phrases that are words of their own: synonyms of things.
    """
    known = _of_language(rows, language)
    for own in but:
        if own in known and known[own].kind in ("wish", "condition"):
            del known[own]
    pieces = _pieces(text, known)
    taken: dict[int, FoundMeaning] = {}
    for start, length, meaning in _longest(pieces, known):
        numbers = range(start, start + length)
        if not any(number in taken for number in numbers):
            taken |= dict.fromkeys(numbers, meaning)
    low, high, counted = _prices(pieces, taken, currency)
    groups: dict[str, list[PhraseMatch]] = {"place": [], "condition": [], "wish": []}
    said: dict[int, list[str]] = {}
    for number, meaning in taken.items():
        said.setdefault(id(meaning), []).append(pieces[number].text)
    for meaning in dict.fromkeys(taken.values()):
        facts = [fact_of(target) for target in meaning.targets if not target.startswith("price:")]
        if meaning.kind in groups and facts:
            words = phrase(said[id(meaning)])
            match = PhraseMatch(any_of([words, *facts]), words, meaning.listings)
            groups[meaning.kind].append(match)
    rest = [
        piece.text
        for number, piece in enumerate(pieces)
        if number not in taken and number not in counted
    ]
    return Meant(
        rest=tuple(rest),
        places=tuple(groups["place"]),
        conditions=tuple(groups["condition"]),
        wishes=tuple(groups["wish"]),
        low=low,
        high=high,
    )


def _of_language(rows: Iterable[FoundMeaning], language: str) -> dict[str, FoundMeaning]:
    """Return the meanings by phrase: the language's own, and longer ones of others, no joints."""
    found: dict[str, FoundMeaning] = {}
    for row in rows:
        if row.language == language:
            found[row.folded] = row
        elif row.kind != "joint" and len(row.folded) > SHORTEST_BARE:
            found.setdefault(row.folded, row)
    return found


def _pieces(text: str, known: Mapping[str, FoundMeaning]) -> list[Piece]:
    """Return the words of a text; runs of signs cut where a phrase begins or ends."""
    found: list[Piece] = []
    begun = {folded.partition(" ")[0] for folded in known}
    for number, word in enumerate(every_word(text)):
        if not is_unspaced(word):
            bare = next((part for part in (word, *_bare(word)) if part in begun), word)
            found.append(Piece(bare, number))
            continue
        at = 0
        while at < len(word):
            ends = range(min(len(word), at + LONGEST_RUN), at, -1)
            end = next((end for end in ends if word[at:end] in known), 0)
            if not end:
                starts = (start for start, stop in _cuts(word) if start > at
                          and word[start:stop] in known)  # fmt: skip
                end = min(starts, default=len(word))
            found.append(Piece(word[at:end], number))
            at = end
    return found


def _longest(
    pieces: Sequence[Piece], known: Mapping[str, FoundMeaning]
) -> Iterator[tuple[int, int, FoundMeaning]]:
    """Yield runs of pieces that have a meaning, the longest first, joints last."""
    found = []
    for length in range(min(LONGEST, len(pieces)), 0, -1):
        for start in range(len(pieces) - length + 1):
            text = " ".join(piece.text for piece in pieces[start : start + length])
            if meaning := known.get(text):
                found.append((start, length, meaning))
    yield from sorted(found, key=lambda run: (run[2].kind == "joint", -run[1]))


def _prices(
    pieces: Sequence[Piece], taken: Mapping[int, FoundMeaning], currency: str
) -> tuple[int | None, int | None, set[int]]:
    """Return the bounds of a price, and the numbers of the pieces that say them."""
    unit = 10 ** currencies()[currency].exponent
    amounts = {n: int(p.text) for n, p in enumerate(pieces) if AMOUNT.fullmatch(p.text)}
    for number, meaning in taken.items():
        bound = next((t for t in meaning.targets if t.startswith("price:")), "")
        near = sorted((n for n in amounts if abs(n - number) <= NEAR),
                      key=lambda n: (abs(n - number), n < number))  # fmt: skip
        if not bound or not near:
            continue
        amount = amounts[near[0]] * unit
        match bound:
            case "price:max":
                return None, amount, {near[0]}
            case "price:min":
                return amount, None, {near[0]}
            case "price:near":
                return amount * 4 // 5, amount * 6 // 5, {near[0]}
            case "price:range" if len(near) > 1:
                two = sorted((amount, amounts[near[1]] * unit))
                return two[0], two[1], set(near[:2])
    return None, None, set()


def fact_of(target: str) -> QueryTerm:
    """Return the query for listings that fit a target."""
    kind, _colon, value = target.partition(":")
    if kind == "country":
        return fact(f"#country:{value}")
    if kind == "category":
        return fact(f"#category:{value.removesuffix('/*')}")
    if value.endswith("*"):
        return fact(mark_of(kind, value[:-1].replace("=", " ")), is_begun=True)
    return fact(mark_of(kind, value.replace("=", " ")))


def _bare(word: str) -> Iterator[str]:
    """Yield an Arabic word without a glued prefix, a Swahili one without its class prefix."""
    glued = GLUED if "\u0621" <= word[0] <= "\u064a" else CLASSES if word.isascii() else ()
    for start in glued:
        bare = word.removeprefix(start)
        if bare != word and len(bare) >= SHORTEST_BARE:
            yield bare


def _cuts(word: str) -> Iterator[tuple[int, int]]:
    """Yield where parts of a run of signs begin and end, at each start the longest first."""
    if not is_unspaced(word):
        return
    most = min(len(word), MOST_SIGNS)
    for start in range(most):
        for end in range(min(most, start + LONGEST_RUN), start, -1):
            yield start, end
