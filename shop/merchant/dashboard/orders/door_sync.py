"""What a telephone at a door needs of the shop: its list kept, and what it did without a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from shop.core import clock, dates
from shop.core.errors import NotPossible
from shop.merchant.dashboard.access import MemberRequest, store_members
from shop.merchant.dashboard.products.sessions import pools_of
from shop.orders.tickets.door_entries import Sent, made_at, take_entry
from shop.orders.tickets.models import DoorEntry
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right

MOST = 200
"""Entries in one message; a telephone sends the rest afterwards."""
LONGEST = timedelta(days=7)
"""Before now nothing happened that is still sent."""


@require_POST
@store_members(Right.ORDERS, change=Right.SEND)
def send(request: MemberRequest, merchant: Merchant, pool_id: int) -> HttpResponse:
    """Take what a telephone did at a door without a line, each thing once; say what became of it.

    What is sent is JSON: {"list": as signed in the page, "entries": [{"key": a UUID, "ticket":
    its number, "in": true or false, "ago": seconds, "undoes": the key of an entry not answered
    yet}]}. So is the answer: {"entries": {key: words where it was not done, else ""}}.
    """
    pool = get_object_or_404(pools_of(merchant), pk=pool_id)
    at = clock.moment_of(request)
    try:
        sent = json.loads(request.body)
        made = made_at(sent["list"], pool.pk)
        entries = list(_entries(sent["entries"]))
    except NotPossible as refusal:
        return JsonResponse({"refused": str(refusal)}, status=409)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return JsonResponse({"refused": _("This was not understood.")}, status=400)
    return JsonResponse(
        {
            "entries": {
                str(one.key): _said(take_entry(pool.pk, one, made=made, by=request.user, at=at))
                for one in entries
            }
        }
    )


def _entries(rows: list[dict[str, Any]]) -> Iterator[Sent]:
    """Yield what was sent.

    Raises:
        ValueError, KeyError, TypeError, AttributeError, OverflowError: it is something else.
    """
    if len(rows) > MOST:
        raise ValueError(len(rows))
    for row in rows:
        seconds, ticket = float(row["ago"]), row["ticket"]
        if not isinstance(ticket, int) or not 0 < ticket < 2**63:
            raise ValueError(ticket)
        ago = timedelta(seconds=min(max(seconds, 0.0), LONGEST.total_seconds()))
        undoes = UUID(row["undoes"]) if row.get("undoes") else None
        yield Sent(UUID(row["key"]), ticket, row["in"] is True, ago, undoes)


def _said(entry: DoorEntry | None) -> str:
    """Return what did not go as the telephone thought, with what to do; empty where all did."""
    if entry is None:
        return _("This ticket is not one of this date.")
    ticket = entry.ticket
    match entry.outcome:
        case DoorEntry.Outcome.DONE:
            return ""
        case DoorEntry.Outcome.IN_ALREADY if ticket.used_at:
            return _("%(name)s was in already, since %(time)s. Let in by %(by)s.") % {
                "name": ticket.line.order.contact.name, "time": _clock(ticket.used_at, entry),
                "by": ticket.used_by.name if ticket.used_by else _("somebody else"),
            }  # fmt: skip
        case DoorEntry.Outcome.OTHER_DAY:
            return _("The tickets of %(name)s are for another day.") % _name(entry)
        case _ if entry.is_in:
            return _("The tickets of %(name)s were given back.") % _name(entry)
        case _:
            return _("It was too late to undo that of %(name)s.") % _name(entry)


def _name(entry: DoorEntry) -> dict[str, str]:
    return {"name": entry.ticket.line.order.contact.name}


def _clock(moment: datetime, entry: DoorEntry) -> str:
    zone = entry.ticket.line.variant.session_zone or "UTC"
    return dates.hour(moment, zone)


@require_safe
@cache_control(no_cache=True)
def door_worker(request: HttpRequest) -> HttpResponse:
    """Return the script that keeps the page of a door on a telephone. No statement.

    It stands at the root, since a script below /static/ may not look after pages elsewhere.
    """
    return HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")


@cache
def _worker() -> bytes:
    return (settings.BASE_DIR / "static" / "js" / "door-worker.js").read_bytes()
