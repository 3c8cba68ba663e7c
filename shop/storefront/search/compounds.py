"""Words that are written together here and apart there: teatowel, tea towel."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from shop.storefront.listings.words import forms, is_unspaced

SHORTEST = 3  # letters of a part
SPLIT_FROM = 6  # letters of a word that may be two


def pieces_of(asked: Sequence[str]) -> list[str]:
    """Return the words to look up, to tell which of those asked may be written otherwise."""
    found: dict[str, None] = {}
    for word in asked:
        for first, second in _halves(word):
            found |= dict.fromkeys([first, *forms(second)])
    for one, other in _neighbours(asked):
        found |= dict.fromkeys(forms(one + other))
    return list(found)


def compounds(
    asked: Sequence[str],
    listings: Mapping[str, int],
    is_known: Mapping[str, bool],
    whole: Collection[str] = (),
) -> Iterator[tuple[str, str]]:
    """Yield words as they were typed with the other way to write them.

    Args:
        listings: how many hold a piece, of those that are known.
        whole: words that are not two.
    """
    for word in asked:
        if is_known.get(word, True) or word in whole:
            continue
        split = [
            (min(listings[first], listings[form]), f"{first} {form}")
            for first, second in _halves(word)
            if listings.get(first)
            for form in forms(second)
            if listings.get(form)
        ]
        if split:
            yield word, max(split)[1]
    for one, other in _neighbours(asked):
        joined = next((form for form in forms(one + other) if listings.get(form)), "")
        if joined:
            yield f"{one} {other}", joined


def whole_names(asked: Sequence[str]) -> list[str]:
    """Return the words in the other way to write them, to look up which are names of things."""
    return list(dict.fromkeys(other for _, other in _other_ways(asked)))


def named_otherwise(asked: Sequence[str], names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield words as they were typed with the name of a thing that is written otherwise.

    Args:
        names: the names of things, those of the other ways among them.
    """
    found = {typed: other for typed, other in _other_ways(asked) if other in names}
    yield from ((typed, other) for typed, other in found.items() if typed not in names)


def _other_ways(asked: Sequence[str]) -> Iterator[tuple[str, str]]:
    for word in asked:
        for first, second in _halves(word):
            yield from ((word, f"{first} {form}") for form in forms(second))
    for one, other in _neighbours(asked):
        yield from ((f"{one} {other}", form) for form in forms(one + other))


def _halves(word: str) -> Iterator[tuple[str, str]]:
    if len(word) >= SPLIT_FROM and word.isalpha() and not is_unspaced(word):
        for at in range(SHORTEST, len(word) - SHORTEST + 1):
            yield word[:at], word[at:]


def _neighbours(asked: Sequence[str]) -> Iterator[tuple[str, str]]:
    for one, other in pairwise(asked):
        if min(len(one), len(other)) >= SHORTEST and not is_unspaced(one + other):
            yield one, other
