"""Closing a festival, and the part of its result that everybody may read."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from cms.dashboard.permissions import needs
from cms.dashboard.screens import words
from shop.core import clock
from shop.core.errors import ShopError
from shop.festivals.models import Festival
from shop.people.accounts.requests import SignedIn
from shop.reports.close import close_festival
from shop.reports.results import hide_result, publish_result


@require_POST
@needs("publish_festival")
def close(request: SignedIn, pk: int) -> HttpResponse:
    """Close a festival that is over and freeze its figures."""
    festival = get_object_or_404(Festival, pk=pk)
    reason = words(request, "reason")
    try:
        close_festival(festival, at=clock.moment_of(request), by=request.user, reason=reason)
    except ShopError as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:festival-live", festival.pk)
    messages.success(request, f"“{festival.title}” is closed. Its figures are final.")
    return redirect("desk:festival-report", festival.pk)


@require_POST
@needs("publish_festival")
def result(request: SignedIn, pk: int) -> HttpResponse:
    """Show parts of a festival's result to everybody, or take them off again."""
    festival = get_object_or_404(Festival, pk=pk)
    at = clock.moment_of(request)
    try:
        if "hide" in request.POST:
            hide_result(festival, at=at, by=request.user)
            messages.success(request, "The result is not shown any more.")
        else:
            publish_result(festival, request.POST.getlist("part"), at=at, by=request.user)
            messages.success(request, "Everybody can read the result now.")
    except ShopError as refusal:
        messages.error(request, str(refusal))
    return redirect("desk:festival-live", festival.pk)
