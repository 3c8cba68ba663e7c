"""Words as the search knows them: without case, accents and the marks that people leave out.

What is indexed and what is searched for go through the same functions, so that they meet.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

# Chinese and Japanese are written without spaces: their signs are kept alone and in pairs.
UNSPACED = re.compile(
    r"[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
WORD = re.compile(r"[^\W_]+")
APART = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
# Letters that are no letter with a mark, and Arabic ones that are written either way.
ALIKE = str.maketrans({
    "ł": "l", "ø": "o", "đ": "d", "ı": "i", "œ": "oe", "æ": "ae", "ŋ": "ng", "ɓ": "b", "ɗ": "d",
    "ɛ": "e", "ɔ": "o", "ƙ": "k", "ƴ": "y", "ɣ": "g", "ة": "ه", "ى": "ي", "\u0640": "",
    "’": "'", "ʼ": "'",
})  # fmt: skip
SMALL_WORDS = """
a an and by for from in of on or s the to with à au aux avec d da das de del des do dos du e é em
en et l la le les os para pour um uma un una une kwa wa ya za
"""
SMALL = frozenset(SMALL_WORDS.split())
# Written in Latin letters as English is: without a mark a search in one would find the other's.
TONGUES = ("fr", "pt", "sw")
ENDS = (("ies", "y"), ("ves", "f"), ("ves", "fe"))  # berries, scarves, knives
CLASSES = (("ki", "vi"), ("vi", "ki"), ("mi", "m"), ("m", "mi"))
# Plurals of one language: chevaux, limões, vyombo. They are looked for only among the words of that
# language: the Swahili "mashine" (machine) does not find the English "shine".
OWN_ENDS = {
    "fr": (("aux", "al"), ("aux", "ail")),
    "pt": (
        ("oes", "ao"), ("aes", "ao"), ("ais", "al"), ("eis", "el"), ("ois", "ol"), ("uis", "ul"),
        ("is", "il"), ("ns", "m"), ("res", "r"), ("zes", "z"), ("eses", "es"),
    ),
}  # fmt: skip
OWN_STARTS = {"sw": (("vy", "ch"), ("ma", ""))}
SHORTEST_STEM = {"": 1, "vy": 3, "ma": 4}  # letters beside an end, and beside a start
ARABIC_ENDS = ("ات", "يه", "ين", "ون", "ه", "ي")
LONGEST = 60  # letters of a word that count
MOST_PLACES = 200  # of one word in a text
LAST_PLACE = 16_000  # the database numbers no word above


def folded(text: str) -> str:
    """Return a text without case, accents and vowel signs: "Café" and "CAFE" are the same."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return unicodedata.normalize("NFC", bare).casefold().translate(ALIKE)


def words(text: str) -> list[str]:
    """Return the words of a text, folded, without small ones such as "the", "de" and "na".

    A run of what is written without spaces is one word.
    """
    return [word for _, word in spelled(text)] or _all(text)


def spelled(text: str) -> list[tuple[str, str]]:
    """Return the words of a text as they are written and folded, without small ones.

    "Thé" is none of those: it is an article only without its accent.
    """
    composed = unicodedata.normalize("NFC", text)
    # What stands above or below a letter and is no part of it would end the word.
    written = WORD.findall("".join(s for s in composed if not unicodedata.combining(s)))
    telling = [word for word in written if word.casefold() not in SMALL]
    return [(word, part) for word in telling for part in _all(word)]


def every_word(text: str) -> list[str]:
    """Return all words of a text, folded, small ones too: phrases are compared with them."""
    return _all(text)


def mark_of(kind: str, value: str) -> str:
    """Return a fact of a listing as a mark beside its words: ``#tag:body-butter``."""
    return f"#{kind}:{'-'.join(_all(value))}"


def is_unspaced(word: str) -> bool:
    """Tell whether a word is a run of signs that are written without spaces."""
    return bool(UNSPACED.match(word))


def pairs(word: str) -> list[str]:
    """Return each two neighbours of an unspaced word, or its only sign."""
    return [word[n : n + 2] for n in range(len(word) - 1)] or [word]


def forms(word: str) -> list[str]:
    """Return a word with its plural or singular, and without its article.

    English, French, Portuguese, Swahili and Arabic are met well enough by their last or first
    letters; what is no word anywhere finds nothing.
    """
    if "\u0621" <= word[0] <= "\u064a":
        return _arabic_forms(word)
    if is_unspaced(word) or word.isdigit() or len(word) < 3:
        return [word]
    changed = (f"{word.removesuffix(end)}{one}" for end, one in ENDS if word.endswith(end))
    many = _plurals(word) if not word.endswith(("s", "x")) or word.endswith("ss") else []
    return list(dict.fromkeys([word, *changed, *_without_s(word), *many, *_classes(word)]))


def own_forms(word: str, tongue: str) -> list[str]:
    """Return what may be a word's plural or singular by the rules of one language.

    Args:
        tongue: the mark of the language.
    """
    found: dict[str, None] = {}
    for many, one in OWN_ENDS.get(tongue, ()):
        for end, other in ((many, one), (one, many)):
            if word.endswith(end) and len(word) >= len(end) + SHORTEST_STEM[""]:
                found[f"{word.removesuffix(end)}{other}"] = None
    for many, one in OWN_STARTS.get(tongue, ()):
        for start, other in ((many, one), (one, many)):
            if word.startswith(start) and len(word) >= len(start) + SHORTEST_STEM[many]:
                found[f"{other}{word.removeprefix(start)}"] = None
    return [form for form in found if form != word]


def all_forms(word: str, tongue: str) -> list[str]:
    """Return a word in the forms that every language has, and in those of its own."""
    return [*forms(word), *own_forms(word, tongue)]


def _without_s(word: str) -> list[str]:
    found = [word[:-2]] if word.endswith(("ses", "xes", "ches", "shes", "oes")) else []
    is_many = word.endswith(("s", "x")) and not word.endswith("ss")
    return [*found, word[:-1]] if is_many else found


def _plurals(word: str) -> list[str]:
    found = [f"{word}s", f"{word}x"] if word.endswith("u") else [f"{word}s"]
    found += [f"{word[:-1]}ies"] if word.endswith("y") else []
    found += [f"{word.removesuffix('e')[:-1]}ves"] if word.endswith(("f", "fe")) else []
    return [*found, f"{word}es"] if word.endswith(("s", "x", "ch", "sh")) else found


def _classes(word: str) -> list[str]:
    """Return the other number of a Swahili noun: kikapu and vikapu, mkeka and mikeka."""
    if len(word) < 5:
        return []
    found = (f"{other}{word[len(own) :]}" for own, other in CLASSES if word.startswith(own))
    return list(found)[:1]


def _arabic_forms(word: str) -> list[str]:
    """Return a word with and without its article, in singular and plural, and with like endings."""
    bare = word.removeprefix("ال")
    bare = bare if len(bare) > 2 else word
    end = next((end for end in ARABIC_ENDS if bare.endswith(end) and len(bare) > len(end) + 2), "")
    stem = bare.removesuffix(end)
    kinds = dict.fromkeys([bare, stem, *(f"{stem}{other}" for other in ARABIC_ENDS)])
    found = [*(kinds if len(stem) > 2 else [bare]), *_short_arabic_forms(bare)]
    return list(dict.fromkeys([word, *found, *(f"ال{kind}" for kind in found)]))


def _short_arabic_forms(word: str) -> Iterator[str]:
    """Yield the other number of a short word: سله, سلات."""
    if len(word) == 3 and word.endswith("ه"):
        yield f"{word[:-1]}ات"
    elif len(word) == 4 and word.endswith("ات"):
        yield f"{word[:-2]}ه"


def tongue_of(language: str) -> str:
    """Return the mark that words of a language are kept with, empty where they need none."""
    plain = language.partition("-")[0]
    return plain if plain in TONGUES else ""


def in_tongue(word: str, tongue: str) -> str:
    """Return a word as it is kept in the vocabulary of a language: ``~fr:panier``."""
    return f"~{tongue}:{word}" if tongue and word.isascii() and word.isalpha() else word


def without_tongue(word: str) -> str:
    """Return a word of the vocabulary as people write it."""
    return word.partition(":")[2] if word.startswith("~") else word


def near_misses(word: str) -> list[str]:
    """Return a word with its forms that lack one letter.

    Two words that are one typing error apart share one of these.
    """
    return sorted({word, *(word[:n] + word[n + 1 :] for n in range(len(word)))})


def errors_between(one: str, other: str) -> int:
    """Return how many letters were left out, put in, changed or swapped between two words.

    Optimal string alignment, as far as it matters: more than two are told as three.
    """
    if abs(len(one) - len(other)) > 2:
        return 3
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        earlier, before, row = before, row, [place]
        for at, sign in enumerate(other, 1):
            cost = min(row[-1] + 1, before[at] + 1, before[at - 1] + (letter != sign))
            if place > 1 and at > 1 and letter == other[at - 2] and one[place - 2] == sign:
                cost = min(cost, earlier[at - 2] + 1)
            row.append(cost)
        if min(row) > 2:
            return 3
    return min(row[-1], 3)


def document(fields: Iterable[tuple[str, str, str]], facts: Iterable[str] = ()) -> str:
    """Return a text vector as the database reads it.

    Args:
        fields: texts with their weights, A to D, and the marks of their languages. Words of a
            text without a weight are kept without places: they are found, and no phrase holds
            them.
        facts: marks that no text can hold, to be looked for beside words.
    """
    places: dict[str, list[str]] = {}
    at = 1
    for text, weight, tongue in fields:
        for word in words(text):
            at = min(at + bool(weight), LAST_PLACE)
            for lexeme in _lexemes(word):
                there = places.setdefault(in_tongue(lexeme, tongue), [])
                if weight and len(there) < MOST_PLACES:
                    there.append(f"{at}{weight}")
        at = min(at + 5, LAST_PLACE)  # no phrase reaches from one field into the next
    kept = [f"'{word}':{','.join(there)}" if there else f"'{word}'"
            for word, there in places.items()]  # fmt: skip
    return " ".join(kept + [f"'{fact}'" for fact in facts])


def _lexemes(word: str) -> Iterator[str]:
    if not is_unspaced(word):
        yield word
        return
    yield from dict.fromkeys([*word, *pairs(word)])


def _all(text: str) -> list[str]:
    return [part for word in WORD.findall(folded(text)) for part in _parts(word)]


def _parts(word: str) -> Iterator[str]:
    """Yield a word without the unspaced signs in it, and these; "500g" is a number and a word."""
    at = 0
    for run in UNSPACED.finditer(word):
        yield from _short(word[at : run.start()])
        yield run[0][:LONGEST]
        at = run.end()
    yield from _short(word[at:])


def _short(word: str) -> list[str]:
    return [part[:LONGEST] for part in APART.split(word) if part]
