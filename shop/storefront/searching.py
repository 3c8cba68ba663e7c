"""Understands what somebody typed: words, their other forms, synonyms, and typing errors.

One statement looks the words up. A word that no listing holds is taken for a typing error if
there is one that differs by a letter; if there is none and the others are known, it is left out.

A search reads the words of its own language and those that carry no language. Where one of its
words is known in another language alone, it reads the words of all of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from django.conf import settings

from shop.listings.words import (
    TONGUES,
    forms,
    in_tongue,
    is_one_error_apart,
    is_unspaced,
    near_misses,
    spelled,
    tongue_of,
    without_tongue,
    words,
)
from shop.prepared import ask
from shop.storefront.queries import Term, all_of, any_of, excluding, phrase, term, text_of

MOST_WORDS = 10
MOST_SYNONYMS = 24
LONGEST_TERM = 4  # words of a synonym
FORGIVEN_FROM = 4  # letters; of shorter words too many differ by one
QUOTED = re.compile(r'["“”«»]([^"“”«»]+)["“”«»]')

# One look into the index for each start; joined plainly, the whole vocabulary would be read.
BEGINS = """
  SELECT 1 FROM shop_searchword w
  WHERE w.word >= b.start AND w.word < b.start || chr(1114111) LIMIT 1"""
STATEMENT = """
WITH asked AS (
  SELECT * FROM jsonb_to_recordset(%(words)s::jsonb)
    AS w (n int, word text, forms jsonb, starts jsonb, elsewhere jsonb, begun jsonb, misses jsonb)),
met AS (
  SELECT a.*, coalesce((
    SELECT max(k.listings) FROM shop_searchword k
    WHERE k.word = ANY(ARRAY(SELECT jsonb_array_elements_text(a.forms)))), 0) AS exactly,
    coalesce((
      SELECT max(k.listings) FROM shop_searchword k
      WHERE k.word = ANY(ARRAY(SELECT jsonb_array_elements_text(a.elsewhere)))), 0) AS others
  FROM asked a),
found AS (
  SELECT m.*, m.exactly > 0 OR EXISTS (
    SELECT 1 FROM jsonb_array_elements_text(m.starts) AS b (start), LATERAL ({begins}) AS k
  ) AS is_own,
    m.others > 0 OR EXISTS (
    SELECT 1 FROM jsonb_array_elements_text(m.begun) AS b (start), LATERAL ({begins}) AS k
  ) AS is_other
  FROM met m),
known AS (SELECT *, is_own OR is_other AS is_known FROM found)
SELECT
  (SELECT json_agg(json_build_array(n, exactly, others, is_own, is_other))::text FROM known),
  (SELECT json_agg(json_build_array(b.n, k.word, k.titles, k.listings))::text
   FROM known b JOIN shop_searchword k
     ON k.near_misses && ARRAY(SELECT jsonb_array_elements_text(b.misses))
   WHERE NOT b.is_known AND b.misses <> '[]'),
  (SELECT json_agg(json_build_array(
     a.folded, s.folded, s.term, s.is_near, EXISTS (
       SELECT 1 FROM shop_searchword k WHERE k.word = s.folded COLLATE "C"
         AND s.language <> ALL(%(spoken)s))))::text
   FROM (SELECT DISTINCT folded, "group" FROM shop_synonym
         WHERE folded = ANY(%(terms)s)) AS a
   JOIN shop_synonym s ON s."group" = a."group" AND s.folded <> a.folded)
""".replace("{begins}", BEGINS)


# A word with the numbers of titles and listings that hold it.
type Miss = tuple[str, tuple[int, int]]


class Synonym(NamedTuple):
    """A term of a group; ``is_local`` if listings hold it, in none of the shop's languages."""

    folded: str
    term: str
    is_near: bool
    is_local: bool


class Unit(NamedTuple):
    """Neighbouring words that stand for one thing: the first one's number, and how many."""

    start: int
    length: int
    synonyms: tuple[Synonym, ...] = ()

    @property
    def numbers(self) -> range:
        """Return the numbers of its words."""
        return range(self.start, self.start + self.length)


@dataclass(frozen=True, slots=True)
class Search:
    """A search as the database takes it.

    ``query`` finds everything, ``strong`` what has the words in its title, store or tags, ``own``
    what has them as they were typed. ``instead`` are the words that were looked for in place of
    the typed ones, ``also`` the synonyms to be named, ``parts`` the words if there are several,
    ``listings`` how many hold the word if there is but one.
    """

    query: str
    strong: str
    own: str
    instead: str = ""
    also: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    listings: int = 0


@dataclass(frozen=True, slots=True)
class _Known:
    """What the statement tells: words by their number, near misses, synonyms by folded term."""

    exactly: dict[int, int] = field(default_factory=dict)
    is_known: dict[int, bool] = field(default_factory=dict)
    misses: dict[int, list[Miss]] = field(default_factory=dict)
    synonyms: dict[str, list[Synonym]] = field(default_factory=dict)
    tongues: tuple[str, ...] = ()


def understand(text: str, language: str, *, is_exact: bool = False) -> Search | None:
    """Return what a text asks for, or None if there is no word in it. One statement.

    Args:
        language: of the page.
        is_exact: neither synonyms nor typing errors are considered.
    """
    quoted = [phrase(words(part)) for part in QUOTED.findall(text) if words(part)]
    rest = QUOTED.sub(" ", text)
    chunks = rest.split()
    without = [word for chunk in chunks if chunk[0] in "-−" for word in words(chunk)]
    plain = " ".join(chunk for chunk in chunks if chunk[0] not in "-−")
    asked = _content(plain)
    if not asked and not quoted:
        asked, without = _content(rest), []
    if not asked and not quoted:
        return None
    known = _look_up(list(asked), tongue_of(language), is_exact=is_exact)
    return _search(asked, known, quoted=quoted, without=without)


def _content(text: str) -> dict[str, str]:
    """Return the words that say something, as they were written, by their folded form.

    A lone letter or a number says little beside words: if there are no words, it is looked for.
    """
    found = {word: written for written, word in reversed(spelled(text))}
    found = dict(reversed(found.items())) or {word: word for word in words(text)}
    telling = {w: t for w, t in found.items() if is_unspaced(w) or not (len(w) < 2 or w.isdigit())}
    return dict(islice((telling or found).items(), MOST_WORDS))


def _look_up(asked: Sequence[str], tongue: str, *, is_exact: bool) -> _Known:
    last = "" if is_exact else asked[-1] if asked else ""
    rows = [
        {"n": n, "word": word} | _kept(word, tongue, is_last=word == last, is_exact=is_exact)
        for n, word in enumerate(asked)
        if not is_unspaced(word)
    ]
    terms = [] if is_exact else sorted({term for _, _, term in _runs(asked)})
    values = {"words": json.dumps(rows), "terms": terms, "spoken": _spoken()}
    (texts,) = ask(STATEMENT, values)
    facts, misses, synonyms = (json.loads(text or "[]") for text in texts)
    # One word that is known elsewhere alone, and the whole search is of another language.
    is_foreign = any(is_other and not is_own for *_numbers, is_own, is_other in facts)
    known = _Known(tongues=TONGUES if is_foreign else (tongue,))
    for n, exactly, others, is_own, is_other in facts:
        known.exactly[n] = max(exactly, others) if is_foreign else exactly
        known.is_known[n] = is_own or is_other
    for n, word, *counts in misses:
        known.misses.setdefault(n, []).append((without_tongue(word), tuple(counts)))
    for folded, *synonym in synonyms:
        known.synonyms.setdefault(folded, []).append(Synonym(*synonym))
    return known


def _kept(word: str, tongue: str, *, is_last: bool, is_exact: bool) -> dict[str, list[str]]:
    """Return a word as the vocabulary keeps it: in the language of the search, and elsewhere."""
    here, there = ("", tongue), [other for other in TONGUES if other != tongue]
    misses = near_misses(word) if _is_forgiven(word) and not is_exact else []
    return {
        "forms": _in_tongues(forms(word), here),
        "starts": _in_tongues([word], here) if is_last else [],
        "elsewhere": _in_tongues(forms(word), there),
        "begun": _in_tongues([word], there) if is_last else [],
        "misses": _in_tongues(misses, here),
    }


def _in_tongues(found: Sequence[str], tongues: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(in_tongue(word, tongue) for tongue in tongues for word in found))


def _is_forgiven(word: str) -> bool:
    return len(word) >= FORGIVEN_FROM and not any(letter.isdigit() for letter in word)


def _runs(asked: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Yield neighbouring words, longest runs first, in each form that a synonym may have."""
    for length in range(min(LONGEST_TERM, len(asked)), 0, -1):
        for start in range(len(asked) - length + 1):
            run = asked[start : start + length]
            for last in forms(run[-1]):
                yield start, length, " ".join([*run[:-1], last])


def _search(
    asked: dict[str, str], known: _Known, *, quoted: list[Term], without: list[str]
) -> Search:
    typed = list(asked)
    units = _units(typed, known)
    meant = _meant(typed, known, units)
    own, wide = list(quoted), list(quoted)
    for unit in units:
        parts = [_of_word(meant[n], n, known, typed) for n in unit.numbers if meant[n]]
        others = [phrase(synonym.folded.split()) for synonym in unit.synonyms]
        if parts or others:
            own.append(all_of(parts) if parts else any_of(others))
            wide.append(any_of([*([all_of(parts)] if parts else []), *others]))
    nots = [any_of([term(form) for form in forms(word)]) for word in without]
    every = excluding(all_of(wide), nots)
    local = (s.term for unit in units for s in unit.synonyms if s.is_local)
    return Search(
        query=text_of(every, tongues=known.tongues),
        strong=text_of(every, weights="AB", tongues=known.tongues),
        own=text_of(excluding(all_of(own), nots), tongues=known.tongues),
        instead="" if meant == typed else " ".join(asked.get(w, w) for w in meant if w),
        also=tuple(dict.fromkeys(local))[:2],
        parts=tuple(asked[w] for w in typed) if len(wide) > 1 else (),
        listings=max(known.exactly.values(), default=0) if len(wide) == 1 else 0,
    )


def _units(typed: list[str], known: _Known) -> list[Unit]:
    """Return the words in runs that stand for one thing, each with its synonyms."""
    found: list[Unit] = []
    covered: set[int] = set()
    for start, length, folded in _runs(typed):
        numbers = set(range(start, start + length))
        if folded not in known.synonyms or numbers & covered:
            continue
        is_found = all(known.is_known.get(n, True) for n in numbers)
        synonyms = [s for s in known.synonyms[folded] if not (s.is_near and is_found)]
        if synonyms:
            found.append(Unit(start, length, tuple(synonyms[:MOST_SYNONYMS])))
            covered |= numbers
    return sorted([*found, *(Unit(n, 1) for n in range(len(typed)) if n not in covered)])


def _meant(typed: list[str], known: _Known, units: list[Unit]) -> list[str]:
    """Return the words with their typing errors mended; what cannot be known is empty."""
    same = {n for unit in units if unit.synonyms for n in unit.numbers}
    found = [
        word if n in same or known.is_known.get(n, True) else _nearest(word, known.misses.get(n))
        for n, word in enumerate(typed)
    ]
    return found if any(found) else typed


def _nearest(word: str, misses: list[Miss] | None) -> str:
    """Return the likeliest word of those one error away: its first letter is rarely wrong."""
    apart = [
        (other[0] == word[0], sorted(other) == sorted(word), counts, other)
        for other, counts in misses or ()
        if is_one_error_apart(word, other)
    ]
    return max(apart)[-1] if apart else ""


def _of_word(word: str, n: int, known: _Known, typed: list[str]) -> Term:
    """Return what finds a word: as it is, in other forms, and what begins like the last one."""
    if is_unspaced(word):
        return term(word)
    is_begun = word == typed[n] and n == len(typed) - 1 and not known.exactly.get(n)
    found = [term(form) for form in forms(word)]
    return any_of([*found, term(word, is_begun=True)] if is_begun else found)


def _spoken() -> list[str]:
    return [code.partition("-")[0] for code, _ in settings.LANGUAGES]
