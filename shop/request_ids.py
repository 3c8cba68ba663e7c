"""The id of a request, which follows its work: through lines of logs, tasks and the provider.

A proxy gives it, or else the shop does. Whoever reads one line of a log finds all others by it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

FORM = re.compile(r"[A-Za-z0-9._-]{8,64}")
"""What is taken from a proxy: nothing that could end a line of a log or a header."""
_current: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """Return the id of the request whose work this is; empty where there was none."""
    return _current.get()


def fitting_id(given: str) -> str:
    """Return the id that a proxy gave, or a new one where it gave none that fits."""
    return given if FORM.fullmatch(given) else uuid.uuid4().hex


def begin(found: str) -> None:
    """Let all further work of this thread be that of a request, until the next one begins."""
    _current.set(found)


@contextmanager
def following(found: str) -> Iterator[None]:
    """Do the work of a block for a request; for none where the id is empty."""
    token = _current.set(found)
    try:
        yield
    finally:
        _current.reset(token)
