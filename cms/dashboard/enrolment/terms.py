"""The terms of a festival at the organizers' desk: the text in force, and every version."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from cms.dashboard.addresses import trail_of
from cms.dashboard.permissions import needs
from cms.dashboard.screens import show
from shop.core import clock
from shop.core.errors import ShopError
from shop.festivals.enrolment.terms import publish_terms
from shop.festivals.models import Festival
from shop.people.accounts.requests import SignedIn

MOST_LETTERS = 50_000


def _typed(request: SignedIn, name: str) -> str:
    return request.POST.get(name, "").replace("\r\n", "\n").replace("\0", "")[:MOST_LETTERS]


@require_http_methods(["GET", "HEAD", "POST"])
@needs("view_festival", to_post="change_festival")
def terms(request: SignedIn, pk: int) -> HttpResponse:
    """Show the terms in all their versions; publish a new one."""
    festival = get_object_or_404(Festival, pk=pk)
    typed, problem = None, ""
    if request.method == "POST":
        typed = {code: _typed(request, f"text_{code}") for code, _name in settings.LANGUAGES}
        others = {code: text for code, text in typed.items() if code != settings.LANGUAGE_CODE}
        try:
            made = publish_terms(
                festival, typed[settings.LANGUAGE_CODE], translations=others,
                at=clock.moment_of(request), by=request.user,
            )  # fmt: skip
        except ShopError as refusal:
            problem = str(refusal)
        else:
            messages.success(
                request, f"Version {made.version} is in force. Stores that joined keep theirs."
            )
            return redirect("desk:festival-terms", pk)
    versions = list(festival.terms.select_related("by"))
    counts = dict(
        festival.enrolments.filter(agreed_at__isnull=False)
        .order_by()
        .values_list("terms_version")
        .annotate(n=Count("pk"))
    )
    current = next((row for row in versions if row.version == festival.terms_version), None)
    kept = {settings.LANGUAGE_CODE: current.text} | current.texts if current else {}
    shown = kept if typed is None else typed
    context = {
        "festival": festival,
        "versions": [(row, counts.get(row.version, 0)) for row in versions],
        "texts": [(code, name, shown.get(code, "")) for code, name in settings.LANGUAGES],
        "problem": problem,
        "may_write": request.user.has_perm("shop.change_festival"),
    }
    return show(
        request, "terms.html", "Terms", trail=trail_of(festival), icon="doc-full",
        status=422 if problem else 200, **context,
    )  # fmt: skip
