"""Takes a search apart: into parts, each with its query and its weight.

A word that no listing holds is taken for a typing error if just one that listings hold differs by
a letter or two. A real word never is. If nothing is near and the others are known, it is left out;
but where it names the thing itself, nothing is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple

from shop.storefront.listings.words import (
    TONGUES,
    all_forms,
    errors_between,
    forms,
    in_tongue,
    is_unspaced,
    mark_of,
    own_forms,
)
from shop.storefront.search.meaning import MANY, Meant
from shop.storefront.search.real_words import SHORTEST, has_real_neighbour, is_real
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
MOST_OFFERS = 3
WORD, FACT, WISH = 4, 3, 2  # what a word, a place or condition, and a wish count
FEW = 6  # listings; fewer are taken to be hardly any
TELLING = 3  # listings that hold a word which is taken for another beside words that are known
MIDDLING = 100  # listings that are taken to fit where nobody has counted


class SearchPart(NamedTuple):
    """A part of a search: its query, its weight, and the number of listings with it.

    ``is_named`` unless all of them only mention it in a text.
    """

    term: QueryTerm
    weight: int
    listings: int = 1
    is_named: bool = True
    is_wish: bool = False


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
    ``offers`` are the words that an unknown one may be mistyped for; ``is_vain`` tells that the
    thing itself is a real word which no listing holds, or beside others a word of texts alone.
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
    offers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    is_vain: bool = False

    @property
    def is_single(self) -> bool:
        """Tell whether there is but one part, and one word that says it."""
        return len(self.parts) < 2 and not self.words

    @property
    def is_mentioned(self) -> bool:
        """Return whether it has words, and no listing is called by any of them."""
        said = [part for part in self.parts if part.weight == WORD]
        return bool(said) and not any(part.is_named for part in said)

    @property
    def has_chief(self) -> bool:
        """Return whether it has a part that may be found alone: one that names something.

        A place is none: who looks for an umbrella of Kenya is not shown all of Kenya.
        """
        parts = self.words if len(self.parts) < 2 else self.parts
        named = (part.is_named for part in parts if part.is_wish or part.weight != FACT)
        return not self.is_vain and any(named)

    @property
    def chief(self) -> QueryTerm:
        """Return the query that is left when hardly any listing fits all parts.

        Two of many parts, or the rarest known one; one that hardly anything has says too little
        alone. Of one thing that several words name it is these words.
        """
        lone = self.parts if len(self.parts) < 2 else []
        parts = self.words if lone else self.parts
        rare = sorted(
            [part for part in parts if part.is_named],
            key=lambda part: (part.is_wish, part.listings),
        )
        if rare[0].is_wish and rare[0].listings < MANY:
            return any_of([part.term for part in rare])
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
    typed: list[str],
    known: KnownWords,
    meaning: Meant,
    *,
    quoted: Sequence[QueryTerm],
    language: str,
    thing: str,
) -> Parts:
    """Return the parts of a search.

    Args:
        typed: the words about which nothing but words is known.
        quoted: phrases that have to stand as they are.
        language: of the page.
        thing: the word that names the thing itself, if one does.
    """
    same = {n for unit in _units(typed, known) if unit.synonyms for n in unit.numbers}
    is_there = [n in same or known.is_known.get(word, True) for n, word in enumerate(typed)]
    least = 1 if len(typed) == 1 and meaning.is_plain else TELLING
    offers = {
        word: _mended(word, known.misses.get(word), least=least, language=language)
        for word, is_found in zip(typed, is_there, strict=True)
        if not is_found
    }
    real = {word for word in offers if is_real(word, language)}
    is_vain = bool(real) and (thing in real or not any(is_there))
    if len(typed) > 1 and thing in typed and thing not in {typed[n] for n in same}:
        is_vain |= is_real(thing, language) and not is_named([thing], known)
    right = {word: () if word in real else others for word, others in offers.items()}
    meant = _meant(typed, is_there, right, has_facts=not meaning.is_plain, is_vain=is_vain)
    units = _units([right or word for right, word in zip(meant, typed, strict=True)], known)
    found = Parts([SearchPart(one, WORD) for one in quoted], wide=list(quoted), meant=meant)
    found.is_vain = is_vain
    found.offers = {
        word: others
        for word, right, others in (
            (w, r, offers.get(w, ())) for w, r in zip(typed, meant, strict=True)
        )
        if others and right in ("", word)
    }
    begun = _begun(typed, known, language)
    for unit in units:
        _add_unit(found, unit, known, begun)
    facts = [*meaning.places, *meaning.conditions]
    found.parts += [SearchPart(one.term, FACT, MIDDLING) for one in facts]
    rarest = min((one.listings for one in meaning.wishes), default=0)
    found.parts += [
        SearchPart(one.term, WISH + (one.listings == rarest), one.listings, is_wish=True)
        for one in meaning.wishes
    ]
    found.facts = [one.said for one in facts]
    found.needed = [*found.wide, *(one.term for one in facts)]
    found.needed = found.needed or [one.term for one in meaning.wishes]
    found.also = tuple(dict.fromkeys(_to_be_named(units, language)))[:2]
    return found


def _to_be_named(units: Sequence[Unit], language: str) -> Iterator[str]:
    """Yield the synonyms that a reader may not expect: of no language of the shop, or only near."""
    for one in (synonym for unit in units for synonym in unit.synonyms):
        if one.is_local or (one.is_near and one.language == language.partition("-")[0]):
            yield one.term


def _begun(typed: Sequence[str], known: KnownWords, language: str) -> QueryTerm:
    """Return the query for what begins with the last word; its word is empty if nothing may.

    A real word is the beginning of names alone.
    """
    word = typed[-1] if typed else ""
    is_word = bool(word) and is_real(word, language)
    if known.exactly.get(word) and (is_word or known.titles.get(word)):
        return QueryTerm()
    return QueryTerm(word, is_begun=True, is_named=is_word)


def _add_unit(found: Parts, unit: Unit, known: KnownWords, begun: QueryTerm) -> None:
    said = [found.meant[n] for n in unit.numbers if found.meant[n]]
    own = [_of_word(word, known, begun) for word in said]
    others = [_of_synonym(synonym, known) for synonym in unit.synonyms]
    if not own and not others:
        return
    found.own += [all_of(own)] if own and others else []
    found.wide.append(any_of([*([all_of(own)] if own else []), *others]))
    friends = tuple(one for one in unit.synonyms if not _is_false_friend(one, known))
    found.heads.append(_heads(said, unit._replace(synonyms=friends), known.tongue))
    has_names = bool(unit.synonyms) or begun.word in said
    parts = _parts_of(found.wide[-1], said, known, has_names=has_names)
    found.parts += parts
    if unit.synonyms and len(parts) > 1:
        found.whole.append(found.wide[-1])
    if len(own) > 1:
        found.words += [
            SearchPart(one, WORD, known.exactly.get(word, MIDDLING), is_named([word], known))
            for one, word in zip(own, said, strict=True)
        ]


def _heads(said: Sequence[str], unit: Unit, tongue: str) -> QueryTerm:
    """Return the query for listings that are the thing itself, and not only mention it."""
    named = [*said, *(synonym.folded.rpartition(" ")[2] for synonym in unit.synonyms)]
    kinds = dict.fromkeys(
        word[-2:] if is_unspaced(word) else form
        for word in named
        for form in ([word] if is_unspaced(word) else all_forms(word, tongue))
    )
    return any_of([fact(mark_of("head", kind)) for kind in kinds])


def _parts_of(
    found: QueryTerm, said: Sequence[str], known: KnownWords, *, has_names: bool
) -> list[SearchPart]:
    """Return the part of a word; of a long run of signs, a part for each two of them."""
    if len(said) == 1 and is_unspaced(said[0]):
        run = said[0]
        # A lone sign at the end says nothing: it is taken with the one before it.
        cut = [run[at : at + 2] for at in range(0, len(run) - 1, 2)] or [run]
        cut += [run[-2:]] if len(run) > 2 and len(run) % 2 else []
        return [SearchPart(term(two), WORD // min(2, len(cut)), 0) for two in cut]
    rarity = min((known.exactly.get(word, MIDDLING) for word in said), default=MIDDLING)
    return [SearchPart(found, WORD, rarity, has_names or is_named(said, known))]


def is_named(said: Sequence[str], known: KnownWords) -> bool:
    """Return whether listings have one of the words in a title, a tag or a store's name."""
    return any(known.titles.get(word, 1) or not known.exactly.get(word) for word in said)


def _units(typed: list[str], known: KnownWords) -> list[Unit]:
    """Return the words in runs that stand for one thing, each with its synonyms."""
    found: list[Unit] = []
    covered: set[int] = set()
    for start, length, folded in runs(typed, known.tongue):
        numbers = set(range(start, start + length))
        if folded not in known.synonyms or numbers & covered:
            continue
        is_found = all(known.is_known.get(typed[n], True) for n in numbers)
        synonyms = [s for s in known.synonyms[folded] if not (s.is_near and is_found)]
        if synonyms:
            found.append(Unit(start, length, tuple(synonyms[:MOST_SYNONYMS])))
            covered |= numbers
    return sorted([*found, *(Unit(n, 1) for n in range(len(typed)) if n not in covered)])


def _meant(
    typed: list[str],
    is_there: list[bool],
    offers: dict[str, tuple[str, ...]],
    *,
    has_facts: bool,
    is_vain: bool,
) -> list[str]:
    """Return the words with their typing errors mended; words that nobody knows are empty."""
    found = [
        word if is_found else _only(offers[word])
        for word, is_found in zip(typed, is_there, strict=True)
    ]
    # Where nothing is known as it stands, and something not at all, the rest is chance.
    is_chance = not any(found) or (not all(found) and not any(is_there))
    return typed if is_vain or (is_chance and not has_facts) else found


def _only(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else ""


def _mended(word: str, misses: list[Miss] | None, *, least: int, language: str) -> tuple[str, ...]:
    """Return the words that one may be mistyped for, the likeliest first, each in one number.

    Those of the fewest errors, and of these such as begin alike. In place of a real word only
    what has its letters in another order is offered.

    Args:
        least: how many listings have to hold it.
    """
    if is_real(word, language):
        misses = [
            (other, counts)
            for other, counts in misses or ()
            if counts[0] and sorted(other) == sorted(word)
        ]
    apart: dict[tuple[int, bool], list[tuple[tuple[int, int], str]]] = {}
    for other, counts in misses or ():
        errors = errors_between(word, other)
        is_alike = other[0] == word[0]
        if counts[1] < least or errors > 2 or (errors == 2 and not _may_be_two(word, is_alike)):
            continue
        apart.setdefault((errors, not is_alike), []).append((counts, other))
    if not apart:
        return ()
    nearest = min(apart)
    if nearest[0] == 2 and has_real_neighbour(word, language):
        return ()
    named = [pair for pair in apart[nearest] if pair[0][0]] or apart[nearest]
    found: list[str] = []
    for _counts, other in sorted(named, reverse=True):
        if not set(forms(other)) & set(found):
            found.append(other)
    return tuple(found[:MOST_OFFERS])


def _may_be_two(word: str, is_alike: bool) -> bool:
    return is_alike and len(word) >= FORGIVEN_TWICE_FROM


def _of_synonym(synonym: KnownSynonym, known: KnownWords) -> QueryTerm:
    """Return the query for a synonym: of a word that means something else here, in its language."""
    if _is_false_friend(synonym, known):
        return QueryTerm(in_tongue(synonym.folded, synonym.language))
    return phrase(synonym.folded.split())


def _is_false_friend(synonym: KnownSynonym, known: KnownWords) -> bool:
    own = synonym.language
    if own not in TONGUES or own in known.tongues or " " in synonym.folded:
        return False
    return len(synonym.folded) < SHORTEST or is_real(synonym.folded, "en")


def _of_word(word: str, known: KnownWords, begun: QueryTerm) -> QueryTerm:
    """Return the query for a word: as it is, in other forms, and perhaps as a beginning."""
    if is_unspaced(word):
        return term(word)
    found = terms_of(word, known.tongues)
    return any_of([*found, begun] if word == begun.word else found)


def terms_of(word: str, tongues: Sequence[str]) -> list[QueryTerm]:
    """Return the queries for a word in all its forms; those of one language find its words only."""
    own = (in_tongue(form, tongue) for tongue in tongues for form in own_forms(word, tongue))
    return [term(form) for form in (*forms(word), *own)]
