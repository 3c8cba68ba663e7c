"""What a test does behind the visitor's back: time, the worker, the provider, the post."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection

from shop.core import clock
from shop.core.mail import outbox
from shop.core.mail.outbox import Letter
from shop.storefront.cache import catalogue_version
from tests.browsing.server import Server
from tests.make import NOON
from tests.patience import PATIENCE, wait_until
from tests.paying import set_clocks
from tests.queue import run_queued_work

# The server keeps for a second what it knows of the shop, and goes on from test to test. So each
# test has a moment of its own, early in the afternoon.
moments = cycle(NOON + timedelta(minutes=minutes) for minutes in range(0, 120, 2))

UNDER_WAY = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"""


class Stage:
    """The shop that runs, with the provider it talks to."""

    def __init__(self, server: Server, sandbox: Any) -> None:
        """Put both into one hand."""
        self.url = server.url
        self.server = server
        self.sandbox = sandbox
        self._forget()
        self.set_clock(next(moments))

    def set_clock(self, at: datetime) -> None:
        """Let it be this instant for the shop and for the provider; from there, time runs on."""
        clock.move(at - datetime.now(UTC))
        set_clocks(self.sandbox, at)

    def work(self) -> None:
        """Do what the worker does: run the queued tasks, once the provider has told all it knows.

        Raises:
            AssertionError: the shop did not take a message of the provider.
        """
        self._hear_everything()
        run_queued_work()

    def beat(self) -> None:
        """Run one round of the periodic work."""
        call_command("beat", once=True)

    def letters(self, to: str) -> list[Letter]:
        """Return the mail that went to an address, the newest first."""
        return [letter for letter in outbox.newest(100) if letter.to == to]

    def leave(self) -> None:
        """Let the clock be right again, and all that is under way come to its end.

        Only then can the tables be emptied.
        """
        clock.move(timedelta())
        self._hear_everything()
        wait_until(_is_at_rest, "The server does not come to rest.")

    def _hear_everything(self) -> None:
        assert self.sandbox.wait_until_delivered(PATIENCE), self.sandbox.deliveries()

    def _forget(self) -> None:
        """Throw away what the test before left behind."""
        shutil.rmtree(settings.MAIL_OUTBOX, ignore_errors=True)
        self.sandbox.reset()
        self.server.news()
        for name in settings.CACHES:
            caches[name].clear()
        catalogue_version.forget()


def _is_at_rest() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(UNDER_WAY)
        return cursor.fetchone() == (0,)
