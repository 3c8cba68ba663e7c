"""Takes a search apart: into parts, each with its query and its weight.

A word that no listing holds is taken for a typing error if there is one that differs by a letter
or two; if there is none and the others are known, it is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple

from shop.listings.words import errors_between, forms, is_unspaced, mark_of
from shop.storefront.search.meaning import Meant
from shop.storefront.search.tsquery import QueryTerm, all_of, any_of, fact, phrase, term
from shop.storefront.search.vocabulary import (
    FORGIVEN_TWICE_FROM,
    KnownSynonym,
    KnownWords,
    Miss,
    runs,
)

MOST_SYNONYMS = 24
MOST_PAIRED = 5
WORD, FACT, WISH = 4, 3, 2  # what a word, a place or condition, and a wish count
FEW = 6  # listings; fewer are taken to be hardly any
TELLING = 3  # listings that hold a word which is taken for another beside words that are known
MIDDLING, MANY = 100, 10_000  # listings that are taken to fit where nobody has counted


class SearchPart(NamedTuple):
    """A part of a search: its query, its weight, and the number of listings with it."""

    term: QueryTerm
    weight: int
    listings: int = 1


class Unit(NamedTuple):
    """Neighbouring words that stand for one thing: the first one's number, and how many."""

    start: int
    length: int
    synonyms: tuple[KnownSynonym, ...] = ()

    @property
    def numbers(self) -> range:
        """Return the numbers of its words."""
        return range(self.start, self.start + self.length)


@dataclass(slots=True)
class Parts:
    """A search taken apart.

    ``own`` and ``wide`` are its words, as they were typed and with what means the same; ``heads``
    what is the thing itself; ``facts`` the words of places and conditions. ``meant`` are the
    words with their errors mended, ``also`` the synonyms to be named, ``words`` the parts of
    things that several words name, ``whole`` the things of whose name each part is a piece.
    """

    parts: list[SearchPart] = field(default_factory=list)
    own: list[QueryTerm] = field(default_factory=list)
    wide: list[QueryTerm] = field(default_factory=list)
    heads: list[QueryTerm] = field(default_factory=list)
    facts: list[QueryTerm] = field(default_factory=list)
    needed: list[QueryTerm] = field(default_factory=list)
    words: list[SearchPart] = field(default_factory=list)
    whole: list[QueryTerm] = field(default_factory=list)
    meant: list[str] = field(default_factory=list)
    also: tuple[str, ...] = ()

    @property
    def is_single(self) -> bool:
        """Tell whether there is but one part, and one word that says it."""
        return len(self.parts) < 2 and not self.words

    @property
    def chief(self) -> QueryTerm:
        """Return the query that is left when hardly any listing fits all parts.

        Two of many parts, or the rarest known one; one that hardly anything has says too little
        alone. Of one thing that several words name it is these words.
        """
        lone = self.parts if len(self.parts) < 2 else []
        rare = sorted(
            self.words if lone else self.parts,
            key=lambda part: (part.weight == WISH, part.listings),
        )
        whole = [*self.whole, *(part.term for part in lone)]
        if rare[0].listings >= FEW:
            return any_of([*whole, rare[0].term, *_pairs(rare)])
        # Two signs of a long run may stand anywhere by chance.
        pairs = _pairs(rare) if not any(part.listings for part in rare) else []
        return any_of([*whole, *(pairs or [part.term for part in rare])])


def _pairs(parts: Sequence[SearchPart]) -> list[QueryTerm]:
    """Return each two of three parts or more, of a long search the rarest."""
    if len(parts) < 3:
        return []
    return [all_of([one.term, other.term]) for one, other in combinations(parts[:MOST_PAIRED], 2)]


def take_apart(
    typed: list[str], known: KnownWords, meaning: Meant, *, quoted: Sequence[QueryTerm]
) -> Parts:
    """Return the parts of a search.

    Args:
        typed: the words about which nothing but words is known.
        quoted: phrases that have to stand as they are.
    """
    meant = _meant(typed, known, _units(typed, known), has_facts=not meaning.is_plain)
    units = _units([right or word for right, word in zip(meant, typed, strict=True)], known)
    found = Parts(
        [SearchPart(one, WORD) for one in quoted], list(quoted), list(quoted), meant=meant
    )
    for unit in units:
        _add_unit(found, unit, known, typed)
    facts = [*meaning.places, *meaning.conditions]
    found.parts += [SearchPart(one.term, FACT, MIDDLING) for one in facts]
    found.parts += [SearchPart(one.term, WISH, MANY) for one in meaning.wishes]
    found.facts = [one.said for one in facts]
    found.needed = [*found.wide, *(one.term for one in facts)]
    found.needed = found.needed or [one.term for one in meaning.wishes]
    local = (synonym.term for unit in units for synonym in unit.synonyms if synonym.is_local)
    found.also = tuple(dict.fromkeys(local))[:2]
    return found


def _add_unit(found: Parts, unit: Unit, known: KnownWords, typed: Sequence[str]) -> None:
    said = [found.meant[n] for n in unit.numbers if found.meant[n]]
    own = [_of_word(word, known, typed) for word in said]
    others = [phrase(synonym.folded.split()) for synonym in unit.synonyms]
    if not own and not others:
        return
    found.own.append(all_of(own) if own else any_of(others))
    found.wide.append(any_of([*([all_of(own)] if own else []), *others]))
    found.heads.append(_heads(said, unit))
    parts = _parts_of(found.wide[-1], said, known)
    found.parts += parts
    if unit.synonyms and len(parts) > 1:
        found.whole.append(found.wide[-1])
    if len(own) > 1:
        found.words += [
            SearchPart(one, WORD, known.exactly.get(word, MIDDLING))
            for one, word in zip(own, said, strict=True)
        ]


def _heads(said: Sequence[str], unit: Unit) -> QueryTerm:
    """Return the query for listings that are the thing itself, and not only mention it."""
    named = [*said, *(synonym.folded.rpartition(" ")[2] for synonym in unit.synonyms)]
    kinds = dict.fromkeys(
        word[-2:] if is_unspaced(word) else form
        for word in named
        for form in ([word] if is_unspaced(word) else forms(word))
    )
    return any_of([fact(mark_of("head", kind)) for kind in kinds])


def _parts_of(found: QueryTerm, said: Sequence[str], known: KnownWords) -> list[SearchPart]:
    """Return the part of a word; of a long run of signs, a part for each two of them."""
    if len(said) == 1 and is_unspaced(said[0]):
        run = said[0]
        # A lone sign at the end says nothing: it is taken with the one before it.
        cut = [run[at : at + 2] for at in range(0, len(run) - 1, 2)] or [run]
        cut += [run[-2:]] if len(run) > 2 and len(run) % 2 else []
        return [SearchPart(term(two), WORD // min(2, len(cut)), 0) for two in cut]
    rarity = min((known.exactly.get(word, MIDDLING) for word in said), default=MIDDLING)
    return [SearchPart(found, WORD, rarity)]


def _units(typed: list[str], known: KnownWords) -> list[Unit]:
    """Return the words in runs that stand for one thing, each with its synonyms."""
    found: list[Unit] = []
    covered: set[int] = set()
    for start, length, folded in runs(typed):
        numbers = set(range(start, start + length))
        if folded not in known.synonyms or numbers & covered:
            continue
        is_found = all(known.is_known.get(typed[n], True) for n in numbers)
        synonyms = [s for s in known.synonyms[folded] if not (s.is_near and is_found)]
        if synonyms:
            found.append(Unit(start, length, tuple(synonyms[:MOST_SYNONYMS])))
            covered |= numbers
    return sorted([*found, *(Unit(n, 1) for n in range(len(typed)) if n not in covered)])


def _meant(typed: list[str], known: KnownWords, units: list[Unit], *, has_facts: bool) -> list[str]:
    """Return the words with their typing errors mended; words that nobody knows are empty."""
    same = {n for unit in units if unit.synonyms for n in unit.numbers}
    exact = [n in same or known.is_known.get(word, True) for n, word in enumerate(typed)]
    least = 1 if len(typed) == 1 and not has_facts else TELLING
    found = [
        word
        if n in same or known.is_known.get(word, True)
        else _nearest(word, known.misses.get(word), least=least)
        for n, word in enumerate(typed)
    ]
    # Where nothing is known as it stands, and something not at all, the rest is chance.
    if not has_facts and (not any(found) or (not all(found) and not any(exact))):
        return typed
    return found


def _nearest(word: str, misses: list[Miss] | None, *, least: int) -> str:
    """Return the likeliest word of those few errors away: its first letter is rarely wrong.

    Args:
        least: listings that have to hold it.
    """
    apart = [
        (-errors, other[0] == word[0], sorted(other) == sorted(word), counts, other)
        for other, counts in misses or ()
        if counts[1] >= least
        if (errors := errors_between(word, other)) == 1
        or (errors == 2 and len(word) >= FORGIVEN_TWICE_FROM and other[0] == word[0])
    ]
    return max(apart)[-1] if apart else ""


def _of_word(word: str, known: KnownWords, typed: Sequence[str]) -> QueryTerm:
    """Return the query for a word: as it is, in other forms, and the last one as a beginning."""
    if is_unspaced(word):
        return term(word)
    is_begun = word == typed[-1] and not known.exactly.get(word)
    found = [term(form) for form in forms(word)]
    return any_of([*found, term(word, is_begun=True)] if is_begun else found)
