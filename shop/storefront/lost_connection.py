"""Knows a lost database from one that says no."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError

# Classes of PostgreSQL's codes: the connection failed, or the server stops, starts or is full.
# A deadlock or a lock that came too late is an answer of a server that is there.
AWAY = ("08", "57P", "53300")


class Away(OperationalError):
    """The database was away a moment ago, and nobody tries again so soon."""


def is_away(error: BaseException | None) -> bool:
    """Tell whether an error means that the database does not answer."""
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    code = getattr(error.__cause__, "sqlstate", None)
    return code is None or code.startswith(AWAY)
