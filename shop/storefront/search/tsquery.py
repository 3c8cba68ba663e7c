"""Builds queries of PostgreSQL's text search from words; nothing a person typed is parsed by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shop.storefront.listings.words import in_tongue, is_unspaced, pairs


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A word, or several terms joined by an operator.

    ``is_named`` asks for it where listings are called: in a title, a store's name or a tag.
    """

    word: str = ""
    is_begun: bool = False
    is_titled: bool = False
    is_named: bool = False
    is_fact: bool = False
    operator: str = ""
    parts: tuple[QueryTerm, ...] = ()


def term(word: str, *, is_begun: bool = False) -> QueryTerm:
    """Return the query for a word, or for words that begin like it.

    Of three signs or more without spaces, each neighbouring pair has to be there, or all the
    signs in one title.
    """
    if not is_unspaced(word):
        return QueryTerm(word, is_begun=is_begun)
    neighbours = all_of([QueryTerm(pair) for pair in pairs(word)])
    if len(word) < 3:
        return neighbours
    return any_of([neighbours, all_of([QueryTerm(sign, is_titled=True) for sign in word])])


def phrase(found: Sequence[str]) -> QueryTerm:
    """Return words that follow one another."""
    if any(is_unspaced(word) for word in found):
        return all_of([term(word) for word in found])
    return _joined("<->", [QueryTerm(word) for word in found])


def all_of(terms: Sequence[QueryTerm]) -> QueryTerm:
    """Return the query for listings that hold all of the terms."""
    return _joined("&", terms)


def any_of(terms: Sequence[QueryTerm]) -> QueryTerm:
    """Return the query for listings that hold one of the terms."""
    return _joined("|", terms)


def mark(text: str) -> QueryTerm:
    """Return the query for listings with a mark: see ``listings.search_index.marks``."""
    return fact(text)


def fact(text: str, *, is_begun: bool = False) -> QueryTerm:
    """Return the query for listings with a fact beside their words, or one that begins like it.

    Facts have no places in a text, and so no weights.
    """
    return QueryTerm(text, is_begun=is_begun, is_fact=True)


def excluding(wanted: QueryTerm, unwanted: Sequence[QueryTerm]) -> QueryTerm:
    """Return the query for listings that hold a term and none of the others."""
    return all_of([wanted, *(QueryTerm(operator="!", parts=(one,)) for one in unwanted)])


def text_of(query: QueryTerm, weights: str = "", tongues: Sequence[str] = ()) -> str:
    """Return a query as the database reads it.

    Args:
        weights: those that a word has to have; what is excluded is so whatever its weight.
        tongues: marks of the languages whose words are read beside those without a mark.
    """
    if query.operator == "!":
        return f"!({text_of(query.parts[0], tongues=tongues)})"
    if query.operator:
        parts = (text_of(part, weights, tongues) for part in query.parts)
        return "(" + f" {query.operator} ".join(parts) + ")"
    if query.is_fact:
        return _leaf(query.word, "*" if query.is_begun else "")
    needed = "A" if query.is_titled else weights
    if query.is_named and weights != "A":
        needed = "AB"
    flags = ("*" if query.is_begun else "") + needed
    forms = dict.fromkeys([query.word, *(in_tongue(query.word, tongue) for tongue in tongues)])
    found = [_leaf(form, flags) for form in forms]
    return found[0] if len(found) == 1 else f"({' | '.join(found)})"


def _leaf(word: str, flags: str) -> str:
    quoted = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}':{flags}" if flags else f"'{quoted}'"


def _joined(operator: str, terms: Sequence[QueryTerm]) -> QueryTerm:
    different = tuple(dict.fromkeys(terms))
    return different[0] if len(different) == 1 else QueryTerm(operator=operator, parts=different)
