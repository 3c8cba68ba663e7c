"""Publishing a festival: its effect is told before, and missing parts stand in its way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cms.dashboard.addresses import trail_of
from cms.dashboard.confirm import Act, perform
from cms.dashboard.festivals.links import page_of
from cms.dashboard.festivals.override import readiness_of
from cms.dashboard.permissions import needs
from shop.core import clock, dates
from shop.core.errors import NotPossible
from shop.festivals.local_time import typed, wall_of
from shop.festivals.models import Festival
from shop.festivals.schedule.findings import Finding
from shop.festivals.schedule.publish import publish_festival
from shop.festivals.schedule.readiness import Readiness
from shop.people.accounts.requests import SignedIn


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
def publish(request: SignedIn, pk: int) -> HttpResponse:
    """Publish a draft, if nothing stands in its way that has no reason to."""
    festival = get_object_or_404(Festival, pk=pk)
    at, back = clock.moment_of(request), reverse("desk:festival", args=[pk])
    ready = readiness_of(festival, at=at)
    if request.method != "POST" and not _barred(pk):
        try:
            _refuse(festival, ready)
        except NotPossible as refusal:
            messages.error(request, str(refusal))
            return redirect(back)
    act = _act(request, festival, ready, at)
    return perform(request, act, back=back, trail=trail_of(festival), barred=lambda: _barred(pk))


def _barred(pk: int) -> str:
    """Say that somebody was faster, or pressed twice; else nothing."""
    found = Festival.objects.filter(pk=pk, state=Festival.State.PUBLISHED).first()
    return f"“{found.title}” is published already." if found else ""


def _act(request: SignedIn, festival: Festival, ready: Readiness, at: datetime) -> Act:
    def run(_answers: dict[str, Any]) -> str:
        _refuse(festival, ready)
        missing = [row.text for row in _open(ready)]
        publish_festival(festival, at=at, by=request.user, missing=missing)
        return f"“{festival.title}” is published. Its deals count from their slots on."

    return Act(f"Publish {festival.title}", "Publish it", _effects(festival, ready), run)


def _effects(festival: Festival, ready: Readiness) -> list[str]:
    stores, page = ready.enrolments.get("accepted", 0), page_of(festival)
    starts = typed(wall_of(festival.starts_at, festival.zone))
    zone = dates.zone_name(festival.starts_at, festival.zone, "en")
    deals, verb = (
        f"{ready.deals} deal{pluralize(ready.deals)}",
        pluralize(ready.deals, "counts,count"),
    )
    found = [
        "Shoppers see from now on that it comes"
        + (", and its page." if page and page.is_live else ". It has no published page yet."),
        f"It starts at {starts} in {zone}; nobody has to press anything then.",
        f"{deals} of {stores} store{pluralize(stores)} {verb} from their slots on.",
    ]
    if waiting := ready.nominations.get("submitted", 0):
        word = "nomination waits" if waiting == 1 else "nominations wait"
        found.append(f"{waiting} {word} for a decision and can be approved later as well.")
    found += [f"{row.text} It stays so: {row.override}" for row in ready.findings if row.override]
    found += [row.text for row in _open(ready)]
    return [*found, "It never is a draft again. It can be called off, with a reason."]


def _open(ready: Readiness) -> list[Finding]:
    """Return the findings that keep nobody from publishing; waiting work is said already."""
    return [row for row in ready.findings if not row.is_blocker and row.code != "waiting"]


def _refuse(festival: Festival, ready: Readiness) -> None:
    if festival.state != Festival.State.DRAFT:
        raise NotPossible("Only a draft can be published.")
    if ready.blockers:
        missing = " ".join(finding.text for finding in ready.blockers)
        raise NotPossible(f"{missing} Clear this, or say of each why it may stay so.")
