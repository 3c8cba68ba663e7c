"""Understands what somebody typed: words, their other forms, synonyms, and typing errors.

One statement looks the words up. A word that no listing holds is taken for a typing error if
there is one that differs by a letter; if there is none and the others are known, it is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection

from shop.listings.words import forms, is_one_error_apart, is_unspaced, near_misses, words
from shop.storefront.queries import Term, all_of, any_of, excluding, phrase, term, text_of

MOST_WORDS = 10
MOST_SYNONYMS = 24
LONGEST_TERM = 4  # words of a synonym
FORGIVEN_FROM = 4  # letters; of shorter words too many differ by one
SMALL_WORDS = """
a an and by for from in of on or the to with au aux avec d da das de del des do dos du e em en et
l la le les os para pour un una une um uma na ya wa za kwa
"""
ASIDE = frozenset(SMALL_WORDS.split())
QUOTED = re.compile(r'["“”«»]([^"“”«»]+)["“”«»]')

STATEMENT = """
WITH asked AS (
  SELECT * FROM jsonb_to_recordset(%(words)s::jsonb)
    AS w (n int, word text, forms jsonb, start text, misses jsonb)),
met AS (
  SELECT a.*, coalesce((
    SELECT max(k.listings) FROM shop_searchword k
    WHERE k.word = ANY(ARRAY(SELECT jsonb_array_elements_text(a.forms)))), 0) AS exactly
  FROM asked a),
begun AS (
  SELECT m.*, m.exactly > 0 OR (m.start <> '' AND EXISTS (
    SELECT 1 FROM shop_searchword k
    WHERE k.word >= m.start AND k.word < m.start || chr(1114111))) AS is_known
  FROM met m)
SELECT
  (SELECT json_agg(json_build_array(n, exactly, is_known))::text FROM begun),
  (SELECT json_agg(json_build_array(b.n, k.word, k.listings))::text
   FROM begun b JOIN shop_searchword k
     ON k.near_misses && ARRAY(SELECT jsonb_array_elements_text(b.misses))
   WHERE NOT b.is_known AND b.misses <> '[]'),
  (SELECT json_agg(json_build_array(a.folded, s.folded, s.term, s.language, s.is_near))::text
   FROM (SELECT DISTINCT folded, "group" FROM shop_synonym
         WHERE folded = ANY(%(terms)s)) AS a
   JOIN shop_synonym s ON s."group" = a."group" AND s.folded <> a.folded)
"""


@dataclass(frozen=True, slots=True)
class Search:
    """A search as the database takes it.

    ``query`` finds everything, ``strong`` what has the words in its title, store or tags, ``own``
    what has them as they were typed. ``instead`` are the words that were looked for in place of
    the typed ones, ``also`` the synonyms to be named, ``listings`` how many hold the word when it
    is but one.
    """

    query: str
    strong: str
    own: str
    instead: str = ""
    also: tuple[str, ...] = ()
    listings: int = 0


@dataclass(frozen=True, slots=True)
class _Known:
    """What the statement tells: words by their number, near misses, synonyms by folded term."""

    exactly: dict[int, int] = field(default_factory=dict)
    is_known: dict[int, bool] = field(default_factory=dict)
    misses: dict[int, list[tuple[str, int]]] = field(default_factory=dict)
    synonyms: dict[str, list[tuple[str, str, str, bool]]] = field(default_factory=dict)


def understand(text: str, *, is_exact: bool = False) -> Search | None:
    """Return what a text asks for, or None if there is no word in it. One statement.

    Args:
        is_exact: neither synonyms nor typing errors are considered.
    """
    quoted = [phrase(words(part)) for part in QUOTED.findall(text) if words(part)]
    rest = QUOTED.sub(" ", text)
    chunks = rest.split()
    without = [word for chunk in chunks if chunk[0] in "-−" for word in words(chunk)]
    asked = _content([w for chunk in chunks if chunk[0] not in "-−" for w in words(chunk)])
    if not asked and not quoted:
        asked, without = _content(without), []
    if not asked and not quoted:
        return None
    known = _look_up(asked, is_exact=is_exact)
    return _search(asked, known, quoted=quoted, without=without, is_exact=is_exact)


def _content(found: list[str]) -> list[str]:
    """Return the words that say something, each once; if none does, all of them."""
    telling = [w for w in found if w not in ASIDE and (len(w) > 1 or is_unspaced(w) or w.isdigit())]
    return list(dict.fromkeys(telling or found))[:MOST_WORDS]


def _look_up(asked: Sequence[str], *, is_exact: bool) -> _Known:
    rows = [
        {
            "n": n,
            "word": word,
            "forms": forms(word),
            "start": word if n == len(asked) - 1 and not is_exact else "",
            "misses": near_misses(word) if _is_forgiven(word) and not is_exact else [],
        }
        for n, word in enumerate(asked)
        if not is_unspaced(word)
    ]
    terms = [] if is_exact else sorted({term for _, _, term in _runs(asked)})
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, {"words": json.dumps(rows), "terms": terms})
        facts, misses, synonyms = (json.loads(text or "[]") for text in cursor.fetchone())
    known = _Known()
    for n, exactly, is_known in facts:
        known.exactly[n], known.is_known[n] = exactly, is_known
    for n, word, listings in misses:
        known.misses.setdefault(n, []).append((word, listings))
    for folded, *synonym in synonyms:
        known.synonyms.setdefault(folded, []).append(tuple(synonym))
    return known


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
    asked: list[str], known: _Known, *, quoted: list[Term], without: list[str], is_exact: bool
) -> Search:
    units = _units(asked, known)
    corrected = _corrected(asked, known, units)
    own, wide, also = list(quoted), list(quoted), []
    for start, length, synonyms in units:
        numbers = range(start, start + length)
        parts = [_of_word(corrected[n], n, known, asked) for n in numbers if corrected[n]]
        if not parts and not synonyms:
            continue
        mine = [all_of(parts)] if parts else []
        own += mine or [any_of([_of_term(folded) for folded, *_ in synonyms])]
        wide.append(any_of(mine + [_of_term(folded) for folded, *_ in synonyms]))
        also += [name for _, name, language, _ in synonyms if language not in _spoken()]
    shown = " ".join(word for word in corrected if word)
    nots = [any_of([term(form) for form in forms(word)]) for word in without]
    every = excluding(all_of(wide), nots)
    return Search(
        query=text_of(every),
        strong=text_of(every, weights="AB"),
        own=text_of(excluding(all_of(own), nots)),
        instead="" if corrected == asked else shown,
        also=tuple(dict.fromkeys(also))[:2],
        listings=max(known.exactly.values(), default=0) if len(wide) == 1 else 0,
    )


def _units(
    asked: list[str], known: _Known
) -> list[tuple[int, int, list[tuple[str, str, str, bool]]]]:
    """Return the words in runs that stand for one thing, each with its synonyms."""
    taken: dict[int, tuple[int, list]] = {}
    covered: set[int] = set()
    for start, length, folded in _runs(asked):
        numbers = set(range(start, start + length))
        if folded not in known.synonyms or numbers & covered:
            continue
        is_found = all(known.is_known.get(n, True) for n in numbers)
        synonyms = [s for s in known.synonyms[folded] if not (s[3] and is_found)]
        if synonyms:
            taken[start] = (length, synonyms[:MOST_SYNONYMS])
            covered |= numbers
    singles = {n: (1, []) for n in range(len(asked)) if n not in covered}
    return [(start, *facts) for start, facts in sorted((taken | singles).items())]


def _corrected(asked: list[str], known: _Known, units: list) -> list[str]:
    """Return the words with their typing errors mended; what cannot be known is empty."""
    meant = {
        n for start, length, synonyms in units if synonyms for n in range(start, start + length)
    }
    found = [
        word if n in meant or known.is_known.get(n, True) else _nearest(word, known.misses.get(n))
        for n, word in enumerate(asked)
    ]
    return found if any(found) else asked


def _nearest(word: str, misses: list[tuple[str, int]] | None) -> str:
    """Return the word most often used of those one error away; its first letter is rarely wrong."""
    apart = [(other[0] == word[0], n, other) for other, n in misses or () if
             is_one_error_apart(word, other)]  # fmt: skip
    return max(apart)[2] if apart else ""


def _of_word(word: str, n: int, known: _Known, asked: Sequence[str]) -> Term:
    """Return what finds a word: as it is, in other forms, and what begins like the last one."""
    if is_unspaced(word):
        return term(word)
    is_begun = word == asked[n] and n == len(asked) - 1 and not known.exactly.get(n)
    found = [term(form) for form in forms(word)]
    return any_of([*found, term(word, is_begun=True)] if is_begun else found)


def _of_term(folded: str) -> Term:
    return phrase(folded.split())


def _spoken() -> set[str]:
    return {code.partition("-")[0] for code, _ in settings.LANGUAGES}
