"""The live board of a festival and its health panel."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cms.dashboard.addresses import trail_of
from cms.dashboard.festivals.views import phase
from cms.dashboard.permissions import needs
from cms.dashboard.reports.tables import board_tables, health_table
from cms.dashboard.screens import show
from shop.catalogue.delivery.names import country_name
from shop.core import clock
from shop.core.replica.reads import may_be_late
from shop.festivals.models import Festival
from shop.people.accounts.requests import SignedIn
from shop.reports import checks
from shop.reports.board import Board, board
from shop.reports.charts import columns
from shop.reports.close import closing_of
from shop.reports.health import health_of
from shop.reports.results import PARTS

SHOWN = 8
PER_CENT = 100


@require_safe
@needs("view_festival")
@may_be_late
def live(request: SignedIn, pk: int) -> HttpResponse:
    """Show how a festival goes now; every 15 seconds the page asks for its figures anew."""
    festival = get_object_or_404(Festival, pk=pk)
    at = clock.moment_of(request)
    shown = board(festival, at=at)
    zone = ZoneInfo(festival.zone)
    drawn = columns(shown.hours, name=lambda hour: f"{hour.astimezone(zone):%-H}")
    stores = [(row, _claimed(shown, row.name)) for row in shown.merchants[:SHOWN]]
    context: dict[str, Any] = {
        "festival": festival,
        "board": shown,
        "chart": drawn,
        "where": _where(shown),
        "tables": board_tables(shown, drawn, stores, festival.zone),
        "is_paused": "paused" in request.GET,
    }
    if request.htmx:
        return render(request, "cms/dashboard/parts/figures.html", context)
    if festival.ends_at <= at:
        context["closing"] = closing_of(festival, at=at)
        context["result"] = getattr(festival, "public_result", None)
        context["parts"] = PARTS.items()
        context["may_close"] = request.user.has_perm("shop.publish_festival")
    context |= {"phase": phase(festival, at=at), "tab": "live"}
    title = f"Live board of {festival.title}"
    return show(request, "live.html", title, trail=trail_of(festival), icon="view", **context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("view_festival", to_post="change_festival")
def health(request: SignedIn, pk: int) -> HttpResponse:
    """Show the findings of the last looks at the shop; posting asks the worker to look now."""
    festival = get_object_or_404(Festival, pk=pk)
    if request.method == "POST":
        if "pages" in request.POST:
            checks.ask_pages(festival)
            messages.success(request, "The worker asks the pages now. Reload in some seconds.")
        else:
            checks.ask_now()
            messages.success(request, "The worker looks at everything now. Reload in some seconds.")
        return redirect("desk:festival-health", festival.pk)
    at = clock.moment_of(request)
    may_ask = request.user.has_perm("shop.change_festival")
    context: dict[str, Any] = {
        "festival": festival,
        "is_on": festival.starts_at <= at,
        "is_over": festival.ends_at <= at,
        "readings": health_table(
            festival, health_of(festival, at=at), at=at, may_ask=may_ask, request=request
        ),
        "may_ask": may_ask,
        "tab": "health",
    }
    title = f"Health {_when(festival, at)} {festival.title}"
    return show(request, "health.html", title, trail=trail_of(festival), icon="success", **context)


def _when(festival: Festival, at: datetime) -> str:
    if festival.ends_at <= at:
        return "after"
    return "during" if festival.starts_at <= at else "before"


def _where(shown: Board) -> list[tuple[str, int, int]]:
    """Return the countries that most units go to, with their part of a hundred; the rest as one."""
    units = max(1, sum(row.units for row in shown.countries))
    best = sorted(shown.countries, key=lambda row: -row.units)
    found = [(country_name(row.key, "en"), row.units, row.units * PER_CENT // units)
             for row in best[:SHOWN]]  # fmt: skip
    if rest := sum(row.units for row in best[SHOWN:]):
        found.append(("Other", rest, rest * PER_CENT // units))
    return found


def _claimed(shown: Board, store: str) -> int | None:
    """Return how much of a hundred units that a store set aside is claimed."""
    own = [deal for deal in shown.deals if deal.store == store and deal.allotment]
    aside = sum(deal.allotment or 0 for deal in own)
    return sum(deal.held + deal.sold for deal in own) * PER_CENT // aside if aside else None
