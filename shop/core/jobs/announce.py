"""Tells those who watch that a piece of the periodic work begins, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.dispatch import Signal

piece_began = Signal()
"""``name``: that of the piece."""

piece_ended = Signal()
"""``name``, and ``error``: the kind of what it failed by, empty where it did not."""


@contextmanager
def told(name: str) -> Iterator[None]:
    """Tell of a piece of work around the block. Whoever listens cannot stop it by an error."""
    piece_began.send_robust(told, name=name)
    error = ""
    try:
        yield
    except BaseException as failed:
        error = type(failed).__name__
        raise
    finally:
        piece_ended.send_robust(told, name=name, error=error)
