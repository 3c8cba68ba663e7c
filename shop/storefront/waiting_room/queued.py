"""Puts the costly steps of the checkout behind a queue while the shop is overloaded.

So many requests may be in work at once in a process (``limits.queue_at_once``; 0: no queue, and
no cost). Whoever finds no room, or comes while others wait, gets a number and a page that asks
again by itself; what was posted is kept and done when its turn comes. Whoever was let in walks
through all steps. Beyond the queue's length the answer is an honest 503.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, cast

from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from shop.core import clock
from shop.core.http import Request
from shop.core.networks import network_key
from shop.festivals.limits import Limits
from shop.storefront.cache.catalogue_version import current_version
from shop.storefront.waiting_room import places
from shop.storefront.waiting_room.gate import Gate
from shop.storefront.waiting_room.tickets import PASS, QueueTicket, give, is_known, ticket_of

View = Callable[..., HttpResponse]

NEAR = 10  # places from the front whose pages ask every second
SLOWEST = 15  # seconds after which every page asks again
RETRY_AFTER = 60

gate = Gate()
_seen: tuple[datetime, bool] | None = None
_seen_lock = threading.Lock()


def queued(view: View) -> View:
    """Let a view be asked through the queue. It stands outermost, above the allowed methods."""

    @wraps(view)
    def answer(request: Request, *args: object, **kwargs: object) -> HttpResponse:
        at = clock.moment_of(request)
        limits = current_version(at=at).limits
        if not limits.queue_at_once or not is_known(request):
            return view(request, *args, **kwargs)
        before = ticket_of(request, at=at)
        turned = _turn_of(request, before, limits, at)
        if isinstance(turned, HttpResponse):
            return turned
        try:
            _put_back(request, turned)
            response = view(request, *args, **kwargs)
        finally:
            gate.leave()
        if turned != before:
            give(response, request, turned)
        return response

    return answer


def _turn_of(
    request: Request, ticket: QueueTicket | None, limits: Limits, at: datetime
) -> QueueTicket | HttpResponse:
    """Let somebody in and return the ticket that passes, or else the page that says to wait."""
    most = limits.queue_at_once
    if ticket and ticket.may_pass(at):
        return ticket if gate.enter(most) else _hold(request, ticket, at)
    if ticket is None and not _somebody_waits(at) and gate.enter(most):
        return QueueTicket(0, at, at + PASS)
    kept = _posted(request)
    place = None if kept is None else _place(request, ticket, kept, limits.queue_length, at)
    if place is None:
        return _come_back(request)
    ticket, ahead = place
    # As many are called as there is room for, in the order in which they came.
    if ahead < gate.free(most) and gate.enter(most):
        places.let_in(ticket, at=at)
        return QueueTicket(ticket.number, ticket.came_at, at + PASS)
    _note(at, is_waiting=True)
    return _wait(request, ticket, ahead)


def _place(
    request: Request,
    ticket: QueueTicket | None,
    kept: dict[str, Any],
    length: int,
    at: datetime,
) -> tuple[QueueTicket, int] | None:
    if ticket is None:
        return places.join(kept, network_key=network_key(request), most=length, at=at)
    return ticket, places.ask(ticket, kept, at=at)


def _hold(request: Request, ticket: QueueTicket, at: datetime) -> HttpResponse:
    """Let somebody who may pass wait a moment for room."""
    kept = _posted(request)
    if kept is None:
        return _come_back(request)
    if kept and not ticket.number:
        ticket = places.keep(ticket, kept, at=at)
    elif kept:
        places.ask(ticket, kept, at=at)
    return _wait(request, ticket, 0)


def forget() -> None:
    """Drop this process's knowledge of the queue."""
    global _seen  # noqa: PLW0603
    _seen = None


def _somebody_waits(at: datetime) -> bool:
    """Tell whether people wait, as this process saw within the last second."""
    with _seen_lock:
        if _seen is None or abs(at - _seen[0]) >= places.LOOK:
            _note(at, is_waiting=places.waiting(at=at) > 0)
        return cast("tuple[datetime, bool]", _seen)[1]


def _note(at: datetime, *, is_waiting: bool) -> None:
    global _seen  # noqa: PLW0603 (one value for the process, replaced as a whole)
    _seen = (at, is_waiting)


def _posted(request: Request) -> dict[str, Any] | None:
    """Return the posted fields to keep, by address; None where they are too much."""
    if request.method != "POST":
        return {}
    fields = _fields(request)
    is_small = sum(len(name) + len(value) for name, value in fields) <= places.MOST_KEPT
    return {request.get_full_path(): fields} if is_small and not request.FILES else None


def _fields(request: Request) -> list[tuple[str, str]]:
    return [
        (name, value.replace("\0", ""))
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]


def _put_back(request: Request, ticket: QueueTicket | None) -> None:
    """Turn a page's repeated request into the post of its owner. It was vouched for then."""
    if ticket is None or not ticket.number or request.method != "GET":
        return
    kept = places.take_kept(ticket, request.get_full_path())
    if kept is None:
        return
    posted = QueryDict(mutable=True)
    for name, value in kept:
        posted.appendlist(name, value)
    posted._mutable = False
    request.method = request.META["REQUEST_METHOD"] = "POST"
    cast("Any", request).POST = posted


def _wait(request: Request, ticket: QueueTicket, ahead: int) -> HttpResponse:
    seconds = 1 if ahead < NEAR else min(SLOWEST, 2 + ahead // 20)
    if request.htmx:
        response = HttpResponse()
        response.headers["HX-Redirect"] = request.get_full_path()
    else:
        context = {"number": ahead + 1, "seconds": seconds, "address": request.get_full_path(),
                   "is_kept": request.method == "POST"}  # fmt: skip
        response = render(request, "shop/storefront/waiting_room/wait.html", context, status=202)
        response.headers["Retry-After"] = str(seconds)
    response.headers["Cache-Control"] = "no-store"
    give(response, request, ticket)
    return response


def _come_back(request: Request) -> HttpResponse:
    context = {"fields": _fields(request) if request.method == "POST" else []}
    response = render(request, "shop/storefront/waiting_room/full.html", context, status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    response.headers["Cache-Control"] = "no-store"
    if request.htmx:  # a 503 is shown, and this one is a whole page
        response.headers["HX-Retarget"] = response.headers["HX-Reselect"] = "main"
        response.headers["HX-Reswap"] = "outerHTML"
    return response
