"""Lets Django keep a connection without asking the server before every request whether it stands.

A server that went away has closed its side, which can be seen without a word to anybody. One that
vanished with its machine says nothing, whoever asks: then what limits the line ends it.
"""

from __future__ import annotations

from select import POLLIN, poll

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose health is seen on its line, and asked only where something is on it."""

    def is_usable(self) -> bool:
        """Tell whether the connection still stands. No statement while its line is silent."""
        return self._is_silent() or super().is_usable()

    def _is_silent(self) -> bool:
        line = self.connection
        if line is None or line.closed:
            return False
        if line.info.transaction_status != TransactionStatus.IDLE:
            return False
        watched = poll()
        watched.register(line.fileno(), POLLIN)  # hang-ups and errors are told in any case
        return not watched.poll(0)
