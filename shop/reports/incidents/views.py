"""Where everybody reads how the shop is: a page, and the same for machines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from shop.core import clock, dates
from shop.core.languages import Wording
from shop.reports.incidents.models import Incident, worded
from shop.reports.incidents.status import BAD, HEADS, KEPT_FOR, shop_state


@dataclass(frozen=True, slots=True)
class MomentTold:
    """A moment in words, for machines too, and what is told of it."""

    at: datetime
    when: str
    text: Wording


@dataclass(frozen=True, slots=True)
class IncidentShown:
    """An incident as the page shows it, with its updates, the newest first."""

    title: Wording
    begin: MomentTold
    end: MomentTold | None
    updates: list[MomentTold]


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Show how the shop is, what disturbs it, and what did in the last 90 days."""
    at, language = clock.now(), get_language() or settings.LANGUAGE_CODE
    found = shop_state(at=at)
    state = found.state(at)
    context = {
        "state": state, "head": HEADS[state], "parts": found.parts, "zone": settings.SHOP_ZONE,
        "looked": _told(found.looked_at, language) if found.looked_at else None,
        "going_on": [_shown(row, language) for row in found.going_on(at)],
        "announced": [_shown(row, language) for row in found.announced(at)],
        "over": [_shown(row, language) for row in found.over],
    }  # fmt: skip
    response = render(request, "shop/reports/incidents/status.html", context)
    # The foot of a page names country and currency, which are cookies.
    patch_vary_headers(response, ["Cookie"])
    whose = {"private": True} if request.COOKIES else {"public": True}
    patch_cache_control(response, max_age=KEPT_FOR, **whose)
    return response


@require_safe
def status_json(request: HttpRequest) -> JsonResponse:
    """Tell machines how the shop is: states alone. A 503 where the database does not answer."""
    at = clock.now()
    try:
        found = shop_state(at=at)
    except (DatabaseError, InterfaceError):
        facts = {"state": BAD, "parts": {"shop": BAD}, "looked_at": None, "incidents": None}
        return JsonResponse(facts, status=503, headers={"Cache-Control": "no-store"})
    answer = JsonResponse({
        "state": found.state(at),
        "parts": {part.name: part.state for part in found.parts},
        "looked_at": found.looked_at.isoformat() if found.looked_at else None,
        "incidents": len(found.going_on(at)),
    })  # fmt: skip
    patch_cache_control(answer, max_age=KEPT_FOR, public=True)
    return answer


def _shown(row: Incident, language: str) -> IncidentShown:
    updates = [_told(one.at, language, worded(one, "text", language)) for one in row.updates.all()]
    return IncidentShown(
        worded(row, "title", language),
        _told(row.since, language, worded(row, "text", language)),
        _told(row.ended_at, language) if row.ended_at else None,
        updates,
    )


def _told(at: datetime, language: str, text: Wording | None = None) -> MomentTold:
    when = dates.moment(at, settings.SHOP_ZONE, language, has_year=True)
    return MomentTold(at, when, text or Wording(""))
