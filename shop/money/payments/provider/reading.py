"""Reads answers of the provider: each is known, or not understood, and nothing is guessed at.

The only place where an answer becomes a value of ours. One that cannot be read is a value too, so
that a round lists it as failed for a person and goes on with the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, get_args

from shop.core.errors import GatewayError

NOT_UNDERSTOOD = "not understood"
# What reading a field can meet that is missing, or of another kind than it was ever said to be.
UNREADABLE = (
    ArithmeticError, AssertionError, AttributeError, LookupError, OSError, TypeError, ValueError,
)  # fmt: skip
WORD, CODE = re.compile(r"[A-Za-z0-9_.-]{1,40}"), re.compile(r"[A-Za-z]{3}")


class NotUnderstood(GatewayError):
    """An answer that the shop cannot read: of what it is, its id as far as it has one, and why.

    The same question may be asked again: the next version of the shop, or a person, may
    understand it. Nothing is known of what was asked, so nothing may be done in its place.
    """

    def __init__(self, what: str, id_: str, why: str) -> None:
        self.what, self.id = what, id_ or what
        said = f"{what} {id_}".strip()
        super().__init__(f"{said}: not understood: {why}", may_retry=True, code=NOT_UNDERSTOOD)


type Answer[T] = T | NotUnderstood
"""What the provider said: known, or not understood."""


def read[Row, T](what: str, row: Row, parse: Callable[[Row], T]) -> Answer[T]:
    """Return what an object of the provider says, or that it is not understood."""
    try:
        return parse(row)
    except UNREADABLE as error:
        return NotUnderstood(what, id_of(row), _why(error))


def read_each[T](
    what: str, rows: Iterable[Answer[Any]], parse: Callable[[Any], T]
) -> Iterator[Answer[T]]:
    """Yield what each object of a list says; a page that could not be read stays what it is."""
    for row in rows:
        yield row if isinstance(row, NotUnderstood) else read(what, row, parse)


def known[T](answer: Answer[T]) -> T:
    """Return what was understood.

    Raises:
        NotUnderstood: it was not.
    """
    if isinstance(answer, NotUnderstood):
        raise answer
    return answer


def first[T](answers: Iterable[Answer[T]], is_it: Callable[[T], bool]) -> T | None:
    """Return the one that is looked for; None where it is surely not there.

    Raises:
        NotUnderstood: it was not found, and one that cannot be read may be it.
    """
    unread: NotUnderstood | None = None
    for answer in answers:
        if isinstance(answer, NotUnderstood):
            unread = unread or answer
        elif is_it(answer):
            return answer
    if unread:
        raise unread
    return None


def read_ones[T](answers: Iterable[Answer[T]]) -> list[T]:
    """Return those that were understood; the others are for whoever lists them as failed."""
    return [answer for answer in answers if not isinstance(answer, NotUnderstood)]


def id_of(row: object) -> str:
    """Return the id of an object of the provider, as far as it has one."""
    found = row.get("id") if isinstance(row, dict) else getattr(row, "id", "")
    return found[:120] if isinstance(found, str) else ""


def text(value: Any) -> str:
    """Return a text that has to be there."""
    if not isinstance(value, str) or not value:
        raise TypeError(f"a text is {_kind(value)}")
    return value


def text_or_none(value: Any) -> str:
    """Return a text that may be null or empty; nothing then."""
    return "" if value in (None, "") else text(value)


def currency_of(value: Any) -> str:
    """Return the code of a currency in our capitals, known to the shop or not."""
    if not CODE.fullmatch(text(value)):
        raise ValueError("a currency has another code than three letters")
    return str(value).upper()


def whole(value: Any) -> int:
    """Return a whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"a number is {_kind(value)}")
    return value


def flag(value: Any) -> bool:
    """Return a truth value."""
    if not isinstance(value, bool):
        raise TypeError(f"a truth value is {_kind(value)}")
    return value


def word(value: Any, words: Collection[str]) -> str:
    """Return a word that the shop knows: an unknown one is never guessed at."""
    if not isinstance(value, str) or value not in words:
        told = value if isinstance(value, str) and WORD.fullmatch(value) else _kind(value)
        raise ValueError(f"no known word: {told}")
    return value


def words_in(annotation: Any) -> frozenset[str]:
    """Return the words that a type of the SDK lists."""
    if isinstance(annotation, str):
        return frozenset({annotation})
    return frozenset().union(*map(words_in, get_args(annotation)))


def moment(value: Any) -> datetime:
    """Return an instant that the provider writes in seconds."""
    return datetime.fromtimestamp(whole(value), UTC)


def _why(error: Exception) -> str:
    """Say what cannot be read in words that quote nothing but names of fields."""
    missing = error.name if isinstance(error, AttributeError) else None
    if isinstance(error, KeyError):
        missing = str(error.args[0])
    if missing and WORD.fullmatch(missing):
        return f"no {missing}"
    return f"{type(error).__name__}: {error}"[:200]


def _kind(value: object) -> str:
    return "missing" if value is None else f"a {type(value).__name__}"
