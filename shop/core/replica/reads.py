"""Has a copy of the database answer what may be late, while it follows; else the first one does.

Within such a read every statement, whoever wrote it, goes to the copy. That refuses to write, so
nothing can be stored there by mistake; and whatever it refuses or fails at is read again from the
first one. A transaction that is open already reads where it writes.

``DATABASE_REPLICA_URL`` names the copy; without it nothing here does anything.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import wraps
from typing import Any, TypeGuard

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse

log = logging.getLogger(__name__)

COPY = "replica"
LATEST = 30
"""Seconds by which a copy may be behind. The beat writes every twenty, also while nobody buys."""
LOOKED_EVERY = 2
"""Seconds for which a process believes what it saw."""
PAUSE = 10
"""Seconds in which a process does not ask a copy that failed."""
BEHIND = """SELECT CASE WHEN pg_is_in_recovery()
  THEN coalesce(extract(epoch FROM now() - pg_last_xact_replay_timestamp()), 1e9)
  ELSE 0 END"""


class _Late(Exception):
    """The copy does not know yet what it is to know."""


class _Standing:
    """What this process knows of the copy."""

    looked_at = float("-inf")
    is_near = False


def read_late[Found](read: Callable[[], Found], *, knows: str = "", value: Any = None) -> Found:
    """Return what a read finds in the copy; where that is away, too late or refuses, in the first.

    Args:
        read: has no effect, so that it can be done twice.
        knows: a statement that has to give ``value`` in the copy, which is too late otherwise.
    """
    if not _may_be_asked():
        return read()
    try:
        with _instead():
            if not _is_near() or (knows and _asked(knows) != value):
                raise _Late
            return read()
    except (_Late, Http404):
        pass  # the first one knows, or has it
    except (DatabaseError, InterfaceError) as error:
        _note(error)
    return read()


def may_be_late[Answer: HttpResponseBase](view: Callable[..., Answer]) -> Callable[..., Answer]:
    """Let a page or a sheet be read from the copy. Whoever signed in was looked up before."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **facts: Any) -> Answer:
        if request.method not in ("GET", "HEAD") or not _may_be_asked():
            return view(request, *args, **facts)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            bool(request.user.is_authenticated)  # a session may be younger than the copy
        return read_late(lambda: _whole(view(request, *args, **facts)))

    return answer


def late_pieces(begin: Callable[[], Iterator[bytes]]) -> Iterator[bytes]:
    """Send what is read piece by piece. Begun anew in the first one where no piece has left yet."""
    yield from _going_on(*read_late(lambda: _begun(begin())))


def _whole[Answer: HttpResponseBase](answer: Answer) -> Answer:
    """Have a page written while the copy is asked, or a sheet begun."""
    if _is_streamed(answer):
        parts: Any = answer.streaming_content
        answer.streaming_content = _going_on(*_begun(iter(parts)))
    elif isinstance(answer, SimpleTemplateResponse) and not answer.is_rendered:
        answer.render()
    return answer


def _is_streamed(answer: HttpResponseBase) -> TypeGuard[StreamingHttpResponse]:
    return answer.streaming


type Begun = tuple[bytes | None, Iterator[bytes], bool]


def _begun(parts: Iterator[bytes]) -> Begun:
    """Return the first piece, the others, and whether the copy is asked for them."""
    return next(parts, None), parts, connections["default"].alias == COPY


def _going_on(first: bytes | None, parts: Iterator[bytes], is_late: bool) -> Iterator[bytes]:
    """Yield all pieces, each read from where the first one came: what was sent stands."""
    piece = first
    while piece is not None:
        yield piece
        with _instead() if is_late else nullcontext():
            piece = next(parts, None)


def _may_be_asked() -> bool:
    return (
        COPY in connections.settings
        and connections["default"].alias != COPY
        and not connection.in_atomic_block
    )


@contextmanager
def _instead() -> Iterator[None]:
    """Have all statements of this thread go to the copy."""
    first = connections["default"]
    connections["default"] = connections[COPY]
    try:
        yield
    finally:
        connections["default"] = first


def _is_near() -> bool:
    """Tell whether the copy follows closely; asked now and then."""
    now = time.monotonic()
    if now - _Standing.looked_at >= LOOKED_EVERY:
        _Standing.looked_at = now
        _Standing.is_near = float(_asked(BEHIND)) <= LATEST
        if not _Standing.is_near:
            log.warning("the replica is more than %s s behind", LATEST)
    return _Standing.is_near


def _asked(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return row[0] if row else None


def _note(error: Exception) -> None:
    log.error("the replica did not answer: %s", type(error).__name__)
    if isinstance(error, (OperationalError, InterfaceError)):
        _Standing.looked_at = time.monotonic() + PAUSE - LOOKED_EVERY
        _Standing.is_near = False
