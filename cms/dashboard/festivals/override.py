"""The findings before a festival is published: the way to clear each, or why it may stay so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from cms.dashboard.enrolment.stores import without_account
from cms.dashboard.festivals.links import PageLink
from cms.dashboard.permissions import needs
from cms.dashboard.screens import words
from cms.pages.festival import FestivalPage
from cms.pages.translations import outdated, untranslated
from shop.core import clock
from shop.core.errors import NotPossible, ShopError
from shop.festivals.models import Festival
from shop.festivals.schedule import findings
from shop.festivals.schedule.findings import Finding, gathered
from shop.festivals.schedule.readiness import Readiness, readiness
from shop.people.accounts.requests import SignedIn

# Where each kind of finding is cleared.
SCREENS = {
    "terms": "desk:festival-terms", "people": "desk:festival-stores",
    "accounts": "desk:festival-stores",
    "consent": "desk:festival-deals",
    "past": "desk:festival-edit", "stores": "desk:festival-stores", "words": "desk:festival-words",
    "enrolment": "desk:festival-edit",
    "zone": "desk:festival-edit", "window": "desk:festival-edit",
    "slot": "desk:festival-nominations", "stock": "desk:festival-nominations",
    "waiting": "desk:festival-nominations", "budget": "desk:festival-benefits",
    "benefit-window": "desk:festival-benefits", "benefit-title": "desk:festival-benefits",
    "target-stores": "desk:festival-stores",
    "target-products": "desk:festival-nominations", "target-countries": "desk:festival-stores",
}  # fmt: skip
# What such a screen has to show of many.
QUERIES = {"people": "?people=none", "accounts": "?account=none"}


@require_POST
@needs("publish_festival")
def override(request: SignedIn, pk: int) -> HttpResponse:
    """Keep the reason why a festival may be published although something is missing."""
    festival = get_object_or_404(Festival, pk=pk)
    at = clock.moment_of(request)
    code, stamp = request.POST.get("finding", ""), request.POST.get("stamp", "")
    ready = readiness_of(festival, at=at)
    found = next((row for row in ready.blockers if (row.code, row.stamp) == (code, stamp)), None)
    try:
        if found is None:
            raise NotPossible("This is not missing any more, or it says something else now.")
        findings.override(festival, found, words(request, "reason"), at=at, by=request.user)
    except ShopError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"It may be published all the same: {found.text}")
    return redirect(reverse("desk:festival", args=[festival.pk]) + "#next")


def readiness_of(festival: Festival, *, at: datetime) -> Readiness:
    """Return the readiness of a festival: its page and the accounts of its stores included."""
    others = [*missing_of_page(festival), *_without_account(festival)]
    return readiness(festival, at=at, others=others)


def _without_account(festival: Festival) -> list[Finding]:
    """Say which stores have no payout account that is confirmed. One statement."""
    rows = without_account(festival.enrolments.all())
    names = rows.order_by("merchant__name").values_list("merchant__name", flat=True)
    found = [f"“{name}” has no confirmed payout account." for name in names]
    many = "{} stores have no confirmed payout account."
    return gathered("accounts", found, many, blocks=False)


def missing_of_page(festival: Festival) -> Iterable[Finding]:
    """Say that a festival has no page, or a draft, or in which languages it is in English."""
    page = FestivalPage.objects.filter(festival=festival).first()
    if page is None:
        return [Finding("It has no page yet.", True, "page")]
    found = [] if page.live else [Finding("Its page is a draft.", True, "page-draft")]
    same = FestivalPage.objects.filter(translation_key=page.translation_key)
    pages = list(same.select_related("locale"))
    missing, copies = untranslated(pages)
    if missing:
        text = f"Its page is shown in English in: {', '.join(missing)}."
        if copies:
            text = f"{text[:-1]} (a copy in English stands in: {', '.join(copies)})."
        found.append(Finding(text, True, "translation"))
    if old := outdated(pages):
        names = dict(settings.LANGUAGES)
        languages = ", ".join(names[row.locale.language_code] for row in old)
        text = f"Its page has changed since it was translated into: {languages}."
        found.append(Finding(text, False, "translation-old"))
    return found


def led(ready: Readiness, festival: Festival, page: PageLink | None) -> list[tuple[Finding, str]]:
    """Return each finding with the address at which it is cleared, empty where there is none."""
    found = []
    for finding in ready.findings:
        cause = "terms" if finding.code.startswith("terms-") else finding.code
        screen = SCREENS.get(cause)
        address = reverse(screen, args=[festival.pk]) if screen else ""
        address += QUERIES.get(cause, "")
        if finding.code == "images":
            query = urlencode({"festival": festival.pk, "image": "none"})
            address = f"{reverse('desk_products:index')}?{query}"
        if finding.code in ("translation", "translation-old", "page-draft") and page:
            address = page.edit_url
        if finding.code == "intro":  # in the shop's own language; "words" leads to the others
            address = reverse("desk:festival-words-in", args=[festival.pk, settings.LANGUAGE_CODE])
        if finding.code == "page":
            address = "#work"
        found.append((finding, address))
    return found
