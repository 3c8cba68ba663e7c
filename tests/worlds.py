"""What many tests of a module only look at is made once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from shop.core import clock


@contextmanager
def world[Made](blocker: Any, make: Callable[[], Made], *, at: datetime) -> Iterator[Made]:
    """Make something at a moment, in a transaction that is never committed.

    Meant for fixtures of a module, which give ``django_db_blocker``. What a test changes is
    forgotten after it, since its own transaction is a part of this one. Tests that commit, or
    look at it from another connection, have to make their own.
    """
    with blocker.unblock(), transaction.atomic():
        clock.move(at - datetime.now(UTC))
        try:
            made = make()
        finally:
            clock.move(timedelta())
        with blocker.block():
            yield made
        transaction.set_rollback(True)
