"""The occasion of a piece of work: a repeat of the same has the same occasion.

A worker that dies after a mail was handed over does it again, and whoever gets it twice can tell
by its number that it is one. The occasion is that of the task, for as long as it is at work.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_occasion: ContextVar[str] = ContextVar("occasion", default="")


def occasion() -> str:
    """Return the occasion of the present work; empty where nothing would be repeated."""
    return _occasion.get()


@contextmanager
def on_account_of(what: str) -> Iterator[None]:
    """Do the work of a block under an occasion; an empty one changes nothing."""
    if not what:
        yield
        return
    token = _occasion.set(what)
    try:
        yield
    finally:
        _occasion.reset(token)
