"""Ways from a festival's board to the page that editors write."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST
from wagtail.models import Page
from wagtail.permissions import policy_registry

from cms.dashboard.permissions import forbidden
from cms.pages.festival import FestivalPage
from cms.pages.starter import start_page
from shop.core.errors import ShopError
from shop.festivals.models import Festival
from shop.people.accounts.requests import SignedIn


@dataclass(frozen=True, slots=True)
class PageLink:
    """A festival's page in the editor; ``is_live`` tells whether its text is published."""

    edit_url: str
    is_live: bool


def page_of(festival: Festival) -> PageLink | None:
    """Return the page of a festival, or None while there is none."""
    page = FestivalPage.objects.filter(festival=festival).only("pk", "live").first()
    return PageLink(_edit_url(page), page.live) if page else None


@require_POST
def begin_page(request: SignedIn, pk: int) -> HttpResponse:
    """Make the page of a festival with the blocks that it will want, and open it to be written."""
    festival = get_object_or_404(Festival, pk=pk)
    if not may_write(request):
        return forbidden(request)
    try:
        page = start_page(festival, by=request.user)
    except ShopError as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:festival", festival.pk)
    return redirect(_edit_url(page))


def may_write(request: SignedIn) -> bool:
    """Tell whether somebody may write festival pages."""
    policy = policy_registry.get_by_type(Page)
    return policy.user_has_any_permission(request.user, {"add", "change"})


def _edit_url(page: FestivalPage) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])
