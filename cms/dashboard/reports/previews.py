"""The screen from which a festival is looked at before it opens, and proved afterwards."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST

from cms.dashboard.addresses import trail_of
from cms.dashboard.festivals.moments import CompareForm, PreviewForm, PriceListForm, ShareForm
from cms.dashboard.permissions import needs
from cms.dashboard.screens import show
from cms.dashboard.tables import (
    BREAK,
    SMALL,
    Column,
    Table,
    WhenColumn,
    element,
    joined,
    link,
    moment,
    posted,
    status,
)
from cms.pages.addresses import address
from cms.pages.festival import FestivalPage
from shop.core import clock
from shop.festivals.local_time import wall_of
from shop.festivals.models import Festival
from shop.people.accounts.requests import SignedIn
from shop.storefront.models import PreviewLink, ProbeResult
from shop.storefront.previews import access
from shop.storefront.previews.boundaries import boundaries
from shop.storefront.previews.preview import Preview, Stock, Who
from shop.storefront.probe import latest_probe

MOST = 40  # shared previews on the screen, the newest first


@require_http_methods(["GET", "HEAD", "POST"])
@needs("view_festival")
def previews(request: SignedIn, pk: int) -> HttpResponse:
    """Offer the moments of a festival; a post shows the shop at one of them."""
    festival = get_object_or_404(Festival, pk=pk)
    known = boundaries(festival)
    if request.method == "POST":
        form = PreviewForm(request.POST, festival=festival, known=known, prefix="preview")
        return (
            _open(request, festival, form)
            if form.is_valid()
            else _screen(request, festival, preview=form)
        )
    return _screen(request, festival)


@require_POST
@needs("publish_festival")
def share(request: SignedIn, pk: int) -> HttpResponse:
    """Make a shared preview and show its address."""
    festival = get_object_or_404(Festival, pk=pk)
    known = boundaries(festival)
    form = ShareForm(request.POST, festival=festival, known=known, prefix="share")
    if not form.is_valid():
        return _screen(request, festival, share=form)
    data = form.cleaned_data
    link = PreviewLink(
        festival=festival,
        shared_with=data["shared_with"],
        at=data["at"],
        stock=data["stock"],
        is_waiting=data["waiting"],
    )
    at = clock.moment_of(request)
    access.share(link, hours=data["hours"], at=at, by=request.user)
    messages.success(
        request, f"A preview for {link.shared_with} is shared. Copy its address below."
    )
    return redirect(reverse("desk:festival-previews", args=[festival.pk]) + "#shared")


@require_POST
@needs("publish_festival")
def revoke(request: SignedIn, pk: int, link_id: int) -> HttpResponse:
    """End a shared preview now."""
    link = get_object_or_404(PreviewLink.objects.filter(festival=pk), pk=link_id)
    if access.revoke(link, at=clock.moment_of(request), by=request.user):
        messages.success(request, f"The preview for {link.shared_with} can be opened no more.")
    return redirect(reverse("desk:festival-previews", args=[pk]) + "#shared")


def _open(request: SignedIn, festival: Festival, form: PreviewForm) -> HttpResponse:
    data = form.cleaned_data
    preview = Preview(
        at=data["at"],
        festival_id=festival.pk,
        is_waiting=data["waiting"],
        who=Who(data["who"]),
        stock=Stock(data["stock"]),
    )
    response = redirect(_page_of(festival))
    access.open_for_staff(response, preview, request.user, at=clock.moment_of(request))
    return response


def _page_of(festival: Festival) -> str:
    """Return where a festival is seen: its page, or the home page while there is none."""
    page = FestivalPage.objects.live().filter(festival=festival).only("url_path").first()
    return address(page.url_path, settings.LANGUAGE_CODE) if page else reverse("home")


def _screen(request: SignedIn, festival: Festival, **typed: Any) -> HttpResponse:
    at = clock.moment_of(request)
    may_share = request.user.has_perm("shop.publish_festival")
    known = boundaries(festival)
    start = {"at": festival.starts_at.isoformat(), "first": known[0].at.isoformat(),
             "second": festival.starts_at.isoformat()}  # fmt: skip
    kinds = {"preview": PreviewForm, "share": ShareForm, "compare": CompareForm,
             "listed": PriceListForm}  # fmt: skip
    asks = {"compare": "", "listed": ""}  # their addresses are read and kept by people
    forms = {
        name: typed.get(name)
        or kind(
            festival=festival, known=known, initial=start, prefix=asks.get(name, name) or None,
            auto_id=f"{name}-%s",
        )
        for name, kind in kinds.items()
    }  # fmt: skip
    return show(
        request,
        "previews.html",
        "Prices and preview",
        trail=trail_of(festival),
        icon="view",
        status=422 if typed else 200,
        festival=festival,
        forms=forms,
        links=_links(festival, request, may_share=may_share),
        may_share=may_share,
        probe=Table("Pages that were looked at", PROBED, latest_probe(festival, at=at)),
        at=at,
        now=wall_of(at, festival.zone),
    )


def _links(festival: Festival, request: SignedIn, *, may_share: bool) -> Table:
    """Return the previews that were shared, with their addresses for those who share them."""
    at, zone = clock.moment_of(request), festival.zone

    def is_open(row: PreviewLink) -> bool:
        return row.revoked_at is None and at < row.expires_at

    def shows(row: PreviewLink) -> SafeString:
        wall = moment(wall_of(row.at, zone), "j M Y, H:i:s")
        return joined(BREAK, (wall, row.is_waiting and "with what waits"))

    def url(row: PreviewLink) -> SafeString | str:
        if not (may_share and is_open(row)):
            return ""
        there = settings.SITE_URL + reverse("preview-link", args=[access.key_of(row)])
        label = f"Address of the preview for {row.shared_with}"
        return element("input", type="text", readonly=True, value=there, aria_label=label)

    def state(row: PreviewLink) -> SafeString | str:
        if not is_open(row):
            return "revoked" if row.revoked_at else "over"
        if not may_share:
            return "open"
        label = f"Revoke the preview for {row.shared_with}"
        press = element("button", "Revoke", class_=f"{SMALL} no", aria_label=label)
        return posted(request, reverse("desk:preview-revoke", args=[festival.pk, row.pk]), press)

    columns = (
        Column("For whom", "shared_with"), WhenColumn("Shows", shows),
        WhenColumn("Until", lambda row: wall_of(row.expires_at, zone), "j M Y, H:i"),
        Column("Address", url), Column("Made by", "made_by.name"), Column("State", state),
    )  # fmt: skip
    rows = festival.preview_links.select_related("made_by").order_by("-pk")[:MOST]
    return Table("Shared previews", columns, list(rows), none="None is shared.")


def _outcome(row: ProbeResult) -> SafeString:
    word = "no answer" if row.outcome == "silent" else row.outcome
    return status(word, {"right": "primary", "wrong": "critical"}.get(row.outcome, ""))


PROBED = (
    Column("Page", lambda row: link(row.address, row.address)), Column("Should say", "expected"),
    Column("Says", "found", empty=""), Column("Result", _outcome),
)  # fmt: skip
