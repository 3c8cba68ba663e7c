"""Write the lists of real words that the search never corrects, from Debian's dictionaries.

Run by hand, as root, when Debian has newer dictionaries:

    apt-get install wamerican wbritish hunspell-fr-comprehensive hunspell-pt-pt hunspell-sw \
        hunspell-ar
    python -m tools.scripts.word_lists
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from shop.storefront.listings.words import every_word, forms
from shop.storefront.search.real_words import FOLDER, SHORTEST

SHARE = Path("/usr/share")
PLAIN = {"en": ("dict/american-english", "dict/british-english")}
HUNSPELL = {"fr": "fr", "pt": "pt_PT", "sw": "sw_TZ", "ar": "ar"}
# A verb has dozens of forms that nobody looks for in a shop: of such words the list has one.
MOST_FORMS = 12


class Rule(NamedTuple):
    """A suffix rule of Hunspell: what is taken off, what is put on, and where it applies."""

    strip: str
    add: str
    where: re.Pattern[str]


def main() -> None:
    """Write a list for each language."""
    for language, files in PLAIN.items():
        texts = (line for name in files for line in (SHARE / name).read_text("utf-8").split())
        _write(language, texts)
    for language, name in HUNSPELL.items():
        _write(language, _hunspell(SHARE / "hunspell" / name))


def _write(language: str, texts: Iterable[str]) -> None:
    """Write words, folded and sorted, without those that are a form of one in the list."""
    found = {word for text in texts if len(said := every_word(text)) == 1
             for word in said if len(word) >= SHORTEST and word.isalpha()}  # fmt: skip
    kept: set[str] = set()
    for word in sorted(found, key=lambda word: (len(word), word)):
        if kept.isdisjoint(forms(word)):
            kept.add(word)
    lines = sorted(word.encode() for word in kept)
    (FOLDER / f"{language}.txt").write_bytes(b"\n".join(lines) + b"\n")


def _hunspell(path: Path) -> Iterator[str]:
    """Yield the words of a Hunspell dictionary with their suffixes."""
    affixes = path.with_suffix(".aff").read_bytes()
    said = re.search(rb"^SET\s+(\S+)", affixes, re.MULTILINE)
    encoding = said[1].decode() if said else "latin-1"
    rules, is_long = _rules(affixes.decode(encoding))
    for line in path.with_suffix(".dic").read_bytes().decode(encoding).splitlines()[1:]:
        word, _slash, flags = re.split(r"[\s]", line, maxsplit=1)[0].partition("/")
        if not word or word[0].isupper() or not word.isalpha():
            continue
        named = re.findall("..", flags) if is_long else list(flags)
        made = [
            word.removesuffix(rule.strip) + rule.add
            for flag in named
            for rule in rules.get(flag, ())
            if word.endswith(rule.strip) and rule.where.search(word)
        ]
        yield word
        if len(made) <= MOST_FORMS:
            yield from made


def _rules(text: str) -> tuple[dict[str, list[Rule]], bool]:
    """Return the suffix rules of each flag, and whether flags have two letters."""
    found: dict[str, list[Rule]] = defaultdict(list)
    for line in text.splitlines():
        match line.split():
            case ["SFX", flag, strip, add, where, *_]:
                told = (part.partition("/")[0] for part in (strip, add))
                bare, put = ("" if part == "0" else part for part in told)
                found[flag].append(Rule(bare, put, re.compile(f"{where}$")))
    return found, bool(re.search(r"^FLAG\s+long", text, re.MULTILINE))


if __name__ == "__main__":
    main()
