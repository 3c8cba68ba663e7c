"""The only reader of the clock. Everything else is handed its moment as ``at``."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from django.conf import settings
from django.http import HttpRequest

from shop.core.http import Request


def now() -> datetime:
    """Return the present moment in UTC."""
    moment = datetime.now(UTC)
    if settings.CLOCK_OFFSET_FILE:
        moment += _offset()
    return moment


def moment_of(request: HttpRequest) -> datetime:
    """Return the one moment at which everything in this request is judged."""
    moment = getattr(request, "moment", None)
    if moment is None:
        moment = cast("Request", request).moment = now()
    return moment


def move(by: timedelta) -> None:
    """Set how far the clock of all test processes runs ahead of the real one.

    Raises:
        RuntimeError: this is not a test run; the shop's clock cannot be moved.
    """
    if not settings.CLOCK_OFFSET_FILE:
        raise RuntimeError("The clock can be moved in tests only.")
    # Put in place whole: a server of a browser test reads it at any instant.
    target = Path(settings.CLOCK_OFFSET_FILE)
    written = target.with_suffix(f".{os.getpid()}")
    written.write_text(repr(by.total_seconds()))
    written.replace(target)


def _offset() -> timedelta:
    # A file, because the web server of a browser test is another process than the test.
    try:
        return timedelta(seconds=float(Path(settings.CLOCK_OFFSET_FILE).read_text()))
    except FileNotFoundError:
        return timedelta()
