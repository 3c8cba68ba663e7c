"""All that was done to a festival, page by page, or to one thing of it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from cms.dashboard.addresses import trail_of
from cms.dashboard.changelog.text import lines
from cms.dashboard.permissions import needs
from cms.dashboard.screens import show
from shop.catalogue.models import Product
from shop.core.forms.numbers import ids_of
from shop.core.stored_names import stored_name
from shop.festivals.models import ChangeLog, Deal, Festival, Promotion
from shop.merchant.applications.models import Application
from shop.merchant.content_reports.models import ContentReport
from shop.people.accounts.requests import SignedIn
from shop.people.merchants.models import Merchant
from shop.storefront.certifications.models import Certification

PAGE = 100
FIRST = 20  # lines on the screen of one thing


@require_safe
@needs("view_festival")
def history(request: SignedIn, pk: int) -> HttpResponse:
    """Show the changes of a festival, the newest first; ``of`` and ``id`` ask for one thing."""
    festival = get_object_or_404(Festival, pk=pk)
    asked = {name: request.GET.get(name, "") for name in ("of", "id")}
    rows = festival.changes.all()
    if asked["of"] in ABOUT:
        rows = rows.filter(ABOUT[asked["of"]](*ids_of([asked["id"]], most=1) or [0]))
    if after := ids_of([request.GET.get("after", "")], most=1):
        rows = rows.filter(pk__lt=after[0])
    page = lines(rows.order_by("-pk")[: PAGE + 1])
    query = f"of={asked['of']}&id={asked['id']}&" if asked["of"] in ABOUT else ""
    return show(
        request, "history.html", "What was done", trail=trail_of(festival), icon="history",
        changes=page[:PAGE], query=query,
        next=page[PAGE - 1].change.pk if len(page) > PAGE else None,
    )  # fmt: skip


def first_lines(row: Deal | Promotion, festival: Festival) -> dict[str, Any]:
    """Return the newest lines about a deal or a benefit, and where all are, if there are more."""
    name = stored_name(row)
    rows = ChangeLog.objects.filter(ABOUT[name](row.pk)).order_by("-pk")
    found = lines(rows[: FIRST + 1], about=row)
    here = f"{reverse('desk:festival-history', args=[festival.pk])}?of={name}&id={row.pk}"
    return {"changes": found[:FIRST], "history": here if len(found) > FIRST else ""}


def lines_about(
    row: Product | Merchant | Application | ContentReport | Certification,
) -> dict[str, Any]:
    """Return the newest lines about a product or a store. One statement."""
    rows = ChangeLog.objects.filter(subject=stored_name(row), subject_id=row.pk)
    return {"changes": lines(rows.order_by("-pk")[:FIRST], about=row), "history": ""}


def _about_deal(pk: int) -> Q:
    """Mean a deal and the nomination that it came from."""
    nomination = Deal.objects.filter(pk=pk).values("nomination")
    return Q(subject="deal", subject_id=pk) | Q(subject="nomination", subject_id__in=nomination)


def _about_benefit(pk: int) -> Q:
    return Q(subject="promotion", subject_id=pk)


ABOUT = {"deal": _about_deal, "promotion": _about_benefit}
