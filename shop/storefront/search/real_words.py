"""Tells real words from typing errors, by a list for each language.

The lists are sorted lines in files that all processes share in memory: a word is looked up there by
halving, and nothing is read when the shop starts. See ``dictionaries/README.md``.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from string import ascii_lowercase

from shop.storefront.listings.words import forms

FOLDER = Path(__file__).with_name("dictionaries")
SHORTEST = 4  # letters of a word in the lists
LANGUAGES = ("en", "fr", "ar", "sw", "pt")
EVERYWHERE = "en"  # words that people type on the pages of all languages


@lru_cache(maxsize=20_000)
def is_real(word: str, language: str) -> bool:
    """Return whether a folded word, or its singular or plural, is one of a language or of English.

    Shorter words are in no list: one is found by a longer form alone, as tea by teas.
    """
    own = dict.fromkeys((EVERYWHERE, language.partition("-")[0]))
    said = [form.encode() for form in forms(word)]
    return any(_holds(_lines(one), line) for one in own if one in LANGUAGES for line in said)


def has_real_neighbour(word: str, language: str) -> bool:
    """Return whether a real word of a language is one typing error away."""
    plain = language.partition("-")[0]
    lines = _lines(plain if plain in LANGUAGES else EVERYWHERE)
    return any(_holds(lines, other.encode()) for other in _one_error_away(word))


def _one_error_away(word: str) -> Iterator[str]:
    for at in range(len(word) + 1):
        start, end = word[:at], word[at:]
        if end:
            yield start + end[1:]
        if len(end) > 1:
            yield start + end[1] + end[0] + end[2:]
        for letter in ascii_lowercase:
            yield start + letter + end
            if end:
                yield start + letter + end[1:]


@cache
def _lines(language: str) -> mmap.mmap:
    with (FOLDER / f"{language}.txt").open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _holds(lines: mmap.mmap, wanted: bytes) -> bool:
    """Tell whether one of the sorted lines is the wanted one."""
    low, high = 0, len(lines)
    while low < high:
        start = lines.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = lines.find(b"\n", start)
        line = lines[start:end]
        if line == wanted:
            return True
        if line < wanted:
            low = end + 1
        else:
            high = start
    return False
