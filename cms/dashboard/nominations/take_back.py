"""Taking an approved nomination back before its deals begin, with a reason for its store."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cms.dashboard.addresses import trail_of
from cms.dashboard.confirm import Act, perform, reason_form
from cms.dashboard.nominations import queue
from cms.dashboard.permissions import needs
from shop.core import clock
from shop.festivals.models import Deal, Festival, Nomination
from shop.festivals.nominations.decide import take_back
from shop.people.accounts.requests import SignedIn


@require_http_methods(["GET", "HEAD", "POST"])
@needs("review_nomination")
def act(request: SignedIn, pk: int, nomination_id: int) -> HttpResponse:
    """Take an approved nomination back; its effect is shown first."""
    festival = get_object_or_404(Festival, pk=pk)
    found = get_object_or_404(queue.of(festival), pk=nomination_id)
    at = clock.moment_of(request)
    back = reverse("desk:nomination", args=[pk, nomination_id])
    return perform(
        request, _act(request, found, at), back=back,
        trail=[*trail_of(festival), (back, found.product.title)],
        barred=lambda: barred(queue.of(festival).get(pk=nomination_id), at=at),
    )  # fmt: skip


def barred(nomination: Nomination, *, at: datetime) -> str:
    """Say why a nomination cannot be taken back now; nothing where it can."""
    if nomination.state != Nomination.State.APPROVED:
        return f"This nomination is not approved: {nomination.get_state_display().lower()}."
    if nomination.deals.exclude(state__in=Deal.GONE).filter(effective_from__lte=at).exists():
        return "Its deal has begun. Pause the deal, or void a wrong price."
    return ""


def _act(request: SignedIn, found: Nomination, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        take_back(found, answers["reason"], at=at, by=request.user)
        return "Taken back. The store is told by mail, with your reason."

    title, store = found.product.title, found.product.merchant.name
    effects = [
        f"It is about {title} of {store}, in “{found.slot.label}”.",
        "Its deals never begin. What was set aside for them can be bought at the everyday price.",
        "The store can propose it again while enrolment is open.",
    ]
    form = reason_form("The store gets it by mail, word for word.")
    return Act(f"Take {title} back", "Take it back", effects, run, form, is_grave=True)
