"""Looks up the words of a search in one statement.

How many listings hold them, the words that they are mistyped for, their synonyms, what phrases
mean, and which may be written in one or in two.

A search reads the words of its own language and those that carry no language. Where one of its
words is known in another language alone, it reads the words of all of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.conf import settings

from shop.core.statements.prepared import ask
from shop.storefront.listings.words import (
    TONGUES,
    all_forms,
    errors_between,
    forms,
    in_tongue,
    is_unspaced,
    near_misses,
    own_forms,
    tongue_of,
    without_tongue,
)
from shop.storefront.search.compounds import compounds, named_otherwise, pieces_of, whole_names
from shop.storefront.search.meaning import MANY, FoundMeaning
from shop.storefront.search.real_words import is_real

LONGEST_TERM = 4  # words of a synonym
FORGIVEN_FROM = 4  # letters; of shorter words too many differ by one
FORGIVEN_TWICE_FROM = 6
BEGUN_FROM, BEGUN_SIGNS = 4, 2  # letters, or signs, that may be the beginning of a name
MOST_ALIKE = 20  # words that are looked at as perhaps meant by one with two errors

# One look into the index for each start; joined plainly, the whole vocabulary would be read.
# A real word is the beginning of names alone: "hose" is not that of "hosen" in some text.
BEGINS = """
  SELECT 1 FROM shop_searchword w
  WHERE w.word >= b.start AND w.word < b.start || chr(1114111)"""
STATEMENT = """
WITH asked AS (
  SELECT * FROM jsonb_to_recordset(%(words)s::jsonb)
    AS w (n int, word text, forms jsonb, starts jsonb, elsewhere jsonb, begun jsonb, misses jsonb,
      is_real boolean)),
met AS (
  SELECT a.*, coalesce((
    SELECT max(k.listings) FROM shop_searchword k
    WHERE k.word = ANY(ARRAY(SELECT jsonb_array_elements_text(a.forms)))), 0) AS exactly,
    coalesce((
      SELECT max(k.titles) FROM shop_searchword k
      WHERE k.word = ANY(ARRAY(SELECT jsonb_array_elements_text(a.forms)))), 0) AS titles,
    coalesce((
      SELECT max(k.listings) FROM shop_searchword k
      WHERE k.word = ANY(ARRAY(SELECT jsonb_array_elements_text(a.elsewhere)))), 0) AS others,
    coalesce((
      SELECT max(k.titles) FROM shop_searchword k
      WHERE k.word = ANY(ARRAY(SELECT jsonb_array_elements_text(a.elsewhere)))), 0) AS other_titles
  FROM asked a),
found AS (
  SELECT m.*, m.exactly > 0 OR ({starts}) AS is_own, m.others > 0 OR ({begun}) AS is_other
  FROM met m),
known AS (SELECT *, is_own OR is_other AS is_known FROM found),
missed AS (
  SELECT b.n, k.word, k.titles, k.listings FROM known b CROSS JOIN LATERAL (
    SELECT w.word, w.titles, w.listings FROM shop_searchword w
    WHERE w.near_misses && ARRAY(SELECT jsonb_array_elements_text(b.misses))
    UNION
    (SELECT w.word, w.titles, w.listings FROM shop_searchword w
     WHERE length(b.word) >= {twice} AND w.word %% b.word
     ORDER BY similarity(w.word, b.word) DESC, w.word LIMIT {most})) AS k
  WHERE NOT b.is_known AND b.misses <> '[]')
SELECT
  (SELECT json_agg(json_build_array(
     n, exactly, others, titles, other_titles, is_own, is_other))::text
   FROM known),
  (SELECT json_agg(json_build_array(n, word, titles, listings))::text FROM missed),
  (SELECT json_agg(json_build_array(
     a.folded, s.folded, s.term, s.language, s.is_near OR a.is_near, EXISTS (
       SELECT 1 FROM shop_searchword k WHERE k.word = s.folded COLLATE "C"
         AND s.language <> ALL(%(spoken)s))))::text
   FROM (SELECT DISTINCT folded, "group", is_near FROM shop_synonym
         WHERE folded = ANY(%(terms)s)
           OR folded IN (SELECT regexp_replace(word, '^~[a-z]+:', '') FROM missed)
           OR (starts_with(folded, %(begun)s) AND %(begun)s <> '' AND NOT EXISTS (
             SELECT 1 FROM met m
             WHERE m.word = %(begun)s AND m.exactly > 0 AND (m.titles > 0 OR m.is_real)))) AS a
   JOIN shop_synonym s ON s."group" = a."group" AND s.folded <> a.folded),
  (SELECT json_agg(json_build_array(m.folded, m.language, m.kind, m.targets, (
     SELECT sum(k.titles) FROM unnest(m.targets) AS t (target), shop_searchword k
     WHERE t.target LIKE 'tag:%%' AND k.word = substr(t.target, 5) COLLATE "C")))::text
   FROM shop_meaning m WHERE m.folded = ANY(%(phrases)s)),
  (SELECT json_agg(json_build_array(k.word, k.listings))::text
   FROM shop_searchword k WHERE k.word = ANY(%(pieces)s))
"""
BEGINNING = """CASE WHEN m.is_real
    THEN EXISTS (SELECT 1 FROM {of} AS b (start), LATERAL ({begins} AND w.titles > 0 LIMIT 1) AS k)
    ELSE EXISTS (SELECT 1 FROM {of} AS b (start), LATERAL ({begins} LIMIT 1) AS k) END"""
STATEMENT = (
    STATEMENT.replace("{starts}", BEGINNING.replace("{of}", "jsonb_array_elements_text(m.starts)"))
    .replace("{begun}", BEGINNING.replace("{of}", "jsonb_array_elements_text(m.begun)"))
    .replace("{begins}", BEGINS)
    .replace("{twice}", str(FORGIVEN_TWICE_FROM))
    .replace("{most}", str(MOST_ALIKE))
)


# A word with the numbers of titles and listings that hold it.
type Miss = tuple[str, tuple[int, int]]


class KnownSynonym(NamedTuple):
    """A term of a group; ``is_local`` if listings hold it, in none of the shop's languages."""

    folded: str
    term: str
    language: str
    is_near: bool
    is_local: bool


@dataclass(frozen=True, slots=True)
class KnownWords:
    """The answer of the statement: on words, on their near misses, on synonyms and phrases.

    ``tongue`` is the mark of the search's language, ``tongues`` are those of all that are read.
    """

    exactly: dict[str, int] = field(default_factory=dict)
    titles: dict[str, int] = field(default_factory=dict)
    is_known: dict[str, bool] = field(default_factory=dict)
    misses: dict[str, list[Miss]] = field(default_factory=dict)
    synonyms: dict[str, list[KnownSynonym]] = field(default_factory=dict)
    meanings: tuple[FoundMeaning, ...] = ()
    tongues: tuple[str, ...] = ()
    tongue: str = ""


def look_up(
    asked: Sequence[str], language: str, phrases: Sequence[str], *, is_exact: bool
) -> KnownWords:
    """Look up words and phrases: how common, how spelled, of which meaning. One statement.

    Args:
        language: of the search.
        is_exact: neither synonyms nor typing errors are considered, nor what is meant.
    """
    tongue = tongue_of(language)
    last = "" if is_exact else asked[-1] if asked else ""
    pieces = [] if is_exact else pieces_of(asked)
    rows = [
        {"n": n, "word": word, "is_real": is_real(word, language)}
        | _kept(word, tongue, is_last=word == last, is_exact=is_exact)
        for n, word in enumerate(asked)
        if not is_unspaced(word)
    ]
    names = {*(term for _, _, term in runs(asked, tongue)), *whole_names(asked)}
    terms = [] if is_exact else sorted(names)
    values = {
        "words": json.dumps(rows),
        "terms": terms,
        "begun": _begun(last),
        "spoken": _spoken(),
        "phrases": phrases,
        "pieces": _in_tongues(pieces, ("", tongue)),
    }
    (texts,) = ask(STATEMENT, values)
    facts, misses, synonyms, meanings, there = (json.loads(text or "[]") for text in texts)
    # One word that is known elsewhere alone, and the whole search is of another language.
    is_foreign = any(is_other and not is_own for *_numbers, is_own, is_other in facts)
    known = KnownWords(
        tongues=TONGUES if is_foreign else (tongue,),
        tongue=tongue,
        meanings=tuple(
            FoundMeaning(row[0], row[1], row[2], tuple(row[3]), row[4] or MANY) for row in meanings
        ),
    )
    for n, exactly, others, titles, other_titles, is_own, is_other in facts:
        known.titles[asked[n]] = max(titles, other_titles) if is_foreign else titles
        known.exactly[asked[n]] = max(exactly, others) if is_foreign else exactly
        known.is_known[asked[n]] = is_own or is_other
    for n, word, *counts in misses:
        known.misses.setdefault(asked[n], []).append((without_tongue(word), tuple(counts)))
    for folded, *synonym in synonyms:
        known.synonyms.setdefault(folded, []).append(KnownSynonym(*synonym))
    listings = {without_tongue(word): count for word, count in there}
    if last not in known.synonyms:
        known.synonyms.update(_finished(last, known.synonyms))
    named = dict(named_otherwise(asked, known.synonyms))
    whole = {
        word
        for word, misses in known.misses.items()
        if _is_mistyped(word, misses) and not is_real(word, language)
    }
    for folded, other in [*named.items(), *compounds(asked, listings, known.is_known, whole)]:
        as_written = KnownSynonym(other, other, "", False, False)
        same = [as_written, *(known.synonyms[other] if named.get(folded) == other else [])]
        known.synonyms.setdefault(folded, []).extend(same)
    return known


def _is_mistyped(word: str, misses: Iterable[Miss]) -> bool:
    """Return whether a word of names is one error away: then "notbook" is no "not book"."""
    return any(titles and errors_between(word, other) == 1 for other, (titles, _) in misses)


def _kept(word: str, tongue: str, *, is_last: bool, is_exact: bool) -> dict[str, list[str]]:
    """Return a word as the vocabulary keeps it: in the language of the search, and elsewhere."""
    here, there = ("", tongue), [other for other in TONGUES if other != tongue]
    misses = near_misses(word) if _is_forgiven(word) and not is_exact else []
    return {
        "forms": [*_in_tongues(forms(word), here), *_own(word, tongue)],
        "starts": _in_tongues([word], here) if is_last else [],
        "elsewhere": [
            *_in_tongues(forms(word), there),
            *(form for other in there for form in _own(word, other)),
        ],
        "begun": _in_tongues([word], there) if is_last else [],
        "misses": _in_tongues(misses, here),
    }


def _own(word: str, tongue: str) -> list[str]:
    return _in_tongues(own_forms(word, tongue), (tongue,))


def _begun(last: str) -> str:
    """Return the last word if it may be the beginning of a name, or nothing."""
    return last if len(last) >= (BEGUN_SIGNS if is_unspaced(last or " ") else BEGUN_FROM) else ""


def _finished(
    begun: str, synonyms: dict[str, list[KnownSynonym]]
) -> Iterator[tuple[str, list[KnownSynonym]]]:
    """Yield a word with the names that begin with it, and what means the same."""
    if not _begun(begun):
        return
    names = [name for name in synonyms if name.startswith(begun)]
    found = {
        one.folded: one
        for name in names
        for one in (KnownSynonym(name, name, "", False, False), *synonyms[name])
    }
    if found:
        yield begun, list(found.values())


def _in_tongues(found: Sequence[str], tongues: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(in_tongue(word, tongue) for tongue in tongues for word in found))


def _is_forgiven(word: str) -> bool:
    return len(word) >= FORGIVEN_FROM and not any(letter.isdigit() for letter in word)


def runs(asked: Sequence[str], tongue: str) -> Iterator[tuple[int, int, str]]:
    """Yield neighbouring words, longest runs first, in each form that a synonym may have."""
    for length in range(min(LONGEST_TERM, len(asked)), 0, -1):
        for start in range(len(asked) - length + 1):
            first, *others = asked[start : start + length]
            for said in _first_forms(first) if others else all_forms(first, tongue):
                for last in all_forms(others[-1], tongue) if others else [""]:
                    yield start, length, " ".join(filter(None, [said, *others[:-1], last]))


def _first_forms(word: str) -> list[str]:
    """Return the forms of the first of several words; of the many Arabic ones the plain one."""
    found = forms(word)
    return found if word.isascii() else found[:2]


def _spoken() -> list[str]:
    return [code.partition("-")[0] for code, _ in settings.LANGUAGES]
