"""The occasion of a piece of work: a repeat of the same has the same occasion.

A worker that dies after a mail was handed over does it again, and whoever gets it twice can tell
by its number that it is one. The occasion is that of the task, for as long as it is at work.

The id of a request follows its work as well: through lines of logs and tasks. A proxy gives it, or
else the shop does. Whoever reads one line of a log finds all others by it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

FORM = re.compile(r"[A-Za-z0-9._-]{8,64}")
"""What is taken from a proxy: nothing that could end a line of a log or a header."""
_request: ContextVar[str] = ContextVar("request_id", default="")
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


def request_id() -> str:
    """Return the id of the request whose work this is; empty where there was none."""
    return _request.get()


def fitting_id(given: str) -> str:
    """Return the id that a proxy gave, or a new one where it gave none that fits."""
    return given if FORM.fullmatch(given) else uuid.uuid4().hex


def begin_request(found: str) -> None:
    """Let all further work of this thread be that of a request, until the next one begins."""
    _request.set(found)


@contextmanager
def following(found: str) -> Iterator[None]:
    """Do the work of a block for a request; for none where the id is empty."""
    token = _request.set(found)
    try:
        yield
    finally:
        _request.reset(token)
