"""The links of a store: made, stopped, removed, and each as a code for paper."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.core import clock
from shop.core.errors import ShopError
from shop.core.forms.numbers import number_of
from shop.merchant.dashboard.access import MemberRequest, store_members
from shop.merchant.dashboard.paging import page_of
from shop.merchant.dashboard.sharing.views import links_of, shown_products
from shop.merchant.share_kits.codes import as_png, as_svg
from shop.merchant.share_kits.results import results_of
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right
from shop.storefront.share_links import links

SHOWN = 20
KINDS = {"svg": (as_svg, "image/svg+xml"), "png": (as_png, "image/png")}


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.WORDS, change=Right.WORDS)
def index(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """List the links of a store with what they brought, and make another one."""
    if request.method == "POST":
        return _add(request, merchant)
    page = page_of(request, links_of(merchant), size=SHOWN)
    results = results_of(page.rows, at=clock.moment_of(request))
    rows = [(link, results.by_link[link.pk]) for link in page.rows]
    context = {"part": "share", "page": page, "links": rows}
    return render(request, "shop/merchant/dashboard/sharing/links.html", context)


def _add(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Make an own link, to the store or to one of its products."""
    product = None
    if asked := request.POST.get("product", ""):
        product = get_object_or_404(shown_products(merchant), pk=number_of(asked) or 0)
    at = clock.moment_of(request)
    try:
        links.make_link(merchant, product, request.POST.get("name", ""), at=at, by=request.user)
    except ShopError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The link is made."))
    return redirect("workspace-share-links", merchant.slug)


@require_POST
@store_members(Right.WORDS, change=Right.WORDS)
def change(request: MemberRequest, merchant: Merchant, link_id: int) -> HttpResponse:
    """Stop a link, let it go on, or remove it with what it counted."""
    link = get_object_or_404(links_of(merchant), pk=link_id)
    at, by = clock.moment_of(request), request.user
    match request.POST.get("do"):
        case "stop":
            links.stop(link, at=at, by=by)
            messages.success(request, _("Stopped: it still leads there, and counts no more."))
        case "go on":
            links.go_on(link, at=at, by=by)
            messages.success(request, _("The link counts again."))
        case "remove":
            links.remove(link, at=at, by=by)
            messages.success(request, _("Removed: its address leads nowhere any more."))
    return redirect("workspace-share-links", merchant.slug)


@require_safe
@store_members(Right.WORDS)
def code(request: MemberRequest, merchant: Merchant, link_id: str, drawing: str) -> HttpResponse:
    """Give the code of a link as a drawing or as a picture."""
    link = get_object_or_404(links_of(merchant), pk=link_id)
    draw, media_type = KINDS[drawing]
    answer = HttpResponse(draw(links.address_of(link)), content_type=media_type)
    how = "attachment" if "save" in request.GET else "inline"
    answer.headers["Content-Disposition"] = f'{how}; filename="{link.code}.{drawing}"'
    return answer
