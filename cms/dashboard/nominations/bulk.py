"""The progress of a bulk approval: the approved nominations, and the refused ones with reasons."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cms.dashboard.addresses import trail_of
from cms.dashboard.permissions import needs
from cms.dashboard.screens import show
from shop.core import clock
from shop.festivals.models import BulkApproval, BulkRow, Festival
from shop.people.accounts.requests import SignedIn
from shop.storefront.listings import bulk

SHOWN = 200  # refusals on the page


@require_http_methods(["GET", "HEAD", "POST"])
@needs("view_nomination", to_post="review_nomination")
def bulk_approval(request: SignedIn, pk: int, bulk_id: int) -> HttpResponse:
    """Show a bulk approval; until it ends the page asks for itself anew. Posting stops it."""
    festival = get_object_or_404(Festival, pk=pk)
    found = get_object_or_404(BulkApproval.objects.select_related("by"), festival=pk, pk=bulk_id)
    at = clock.moment_of(request)
    if request.method == "POST":
        if bulk.stop(found, at=at):
            messages.success(request, "Stopped. What is approved stays; the rest waits as before.")
        return redirect(request.path)
    context = _facts(found, festival, at=at)
    context["can_review"] = request.user.has_perm("shop.review_nomination")
    if request.htmx:
        return render(request, "cms/dashboard/parts/bulk_progress.html", context)
    way = (reverse("desk:festival-nominations", args=[pk]), "Nominations")
    return show(
        request, "bulk.html", "Bulk approval", trail=[*trail_of(festival), way], icon="tag",
        **context,
    )  # fmt: skip


def _facts(found: BulkApproval, festival: Festival, *, at: datetime) -> dict[str, Any]:
    """Return the context of the page. Two statements."""
    counts = Counter(dict(_counts(found)))
    done = counts[BulkRow.State.APPROVED] + counts[BulkRow.State.REFUSED]
    refused = found.rows.filter(state=BulkRow.State.REFUSED)
    refused = refused.select_related("nomination__product__merchant", "nomination__slot")
    return {
        "festival": festival,
        "bulk": found,
        "done": done,
        "all": counts.total(),
        "approved": counts[BulkRow.State.APPROVED],
        "refused_count": counts[BulkRow.State.REFUSED],
        "refused": refused[:SHOWN],
        "more": max(0, counts[BulkRow.State.REFUSED] - SHOWN),
        "is_silent": not found.ended_at and found.worked_at < at - bulk.QUIET,
    }


def _counts(found: BulkApproval) -> QuerySet[BulkRow, tuple[str, int]]:
    rows = BulkRow.objects.filter(approval=found).order_by()
    return rows.values_list("state").annotate(n=Count("pk"))
