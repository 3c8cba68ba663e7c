"""What a test does behind the visitor's back: time, the worker, the provider, the post."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command

from shop import clock
from shop.mail import outbox
from shop.mail.outbox import Letter
from shop.storefront import epoch
from tests.browsing.server import Server
from tests.paying import set_clocks
from tests.queue import run_queued_work


class Stage:
    """The shop that runs, with the provider it talks to."""

    def __init__(self, server: Server, sandbox: Any) -> None:
        """Put both into one hand."""
        self.url = server.url
        self.server = server
        self.sandbox = sandbox
        self.at = datetime.now(UTC)

    def set_clock(self, at: datetime) -> None:
        """Let it be this instant for the shop and for the provider; from there, time runs on."""
        self.at = at
        clock.move(at - datetime.now(UTC))
        set_clocks(self.sandbox, at)

    def work(self) -> None:
        """Do what the worker does: run the queued tasks, once the provider has told all it knows.

        Raises:
            AssertionError: the shop did not take a message of the provider.
        """
        assert self.sandbox.wait_until_delivered(), self.sandbox.deliveries()
        run_queued_work()

    def beat(self) -> None:
        """Run one round of the periodic work."""
        call_command("beat", once=True)

    def letters(self, to: str) -> list[Letter]:
        """Return the mail that went to an address, the newest first."""
        return [letter for letter in outbox.newest(100) if letter.to == to]

    def clear(self) -> None:
        """Forget mail and caches of the test before."""
        shutil.rmtree(settings.MAIL_OUTBOX, ignore_errors=True)
        self.sandbox.reset()
        self.server.news()
        cache.clear()
        epoch.forget()
