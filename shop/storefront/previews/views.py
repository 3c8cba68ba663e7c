"""Ways into a preview, through it, and out of it."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shop.core import clock
from shop.core.errors import NotPossible
from shop.festivals.local_time import instant
from shop.festivals.models import Festival
from shop.people.accounts.models import User
from shop.storefront.middleware import tokenless
from shop.storefront.previews import access
from shop.storefront.previews.preview import Preview, Stock, Who, preview_of


@never_cache
@require_safe
def follow(request: HttpRequest, key: str) -> HttpResponse:
    """Open a shared preview; of one that is valid no more, the shop as it is."""
    at, pk = clock.now(), access.read_key(key)
    if pk is None:
        raise Http404
    link = access.valid_link(pk, at=at)
    response = HttpResponseRedirect(reverse("home"), status=303)
    response.headers["X-Robots-Tag"] = "noindex"
    if link is None:
        access.leave(response)
    else:
        access.open_link(response, link, at=at)
    return response


@never_cache
@tokenless
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Change the instant or the scenario of a preview: for staff, in the festival they opened."""
    preview = preview_of(request)
    response = _back(request)
    if preview is None or preview.user_id is None:
        return response  # it is over, or was shared as it is
    festival = get_object_or_404(Festival, pk=preview.festival_id)
    chosen = Preview(
        at=_instant(request, festival),
        festival_id=festival.pk,
        is_waiting="waiting" in request.POST,
        who=_one_of(Who, request.POST.get("who", "")),
        stock=_one_of(Stock, request.POST.get("stock", "")),
    )
    access.keep_for_staff(
        response,
        chosen,
        cast("User", request.user),
        until=cast("datetime", preview.until),
        at=clock.now(),
    )
    return response


@never_cache
@tokenless
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Show the shop as it is again."""
    response = _back(request)
    access.leave(response)
    return response


def _instant(request: HttpRequest, festival: Festival) -> datetime:
    """Return the instant that was typed as a wall time, else the boundary that was chosen."""
    try:
        if wall := request.POST.get("wall", ""):
            typed = datetime.fromisoformat(wall).replace(tzinfo=None)
            which = {"first": False, "second": True}.get(request.POST.get("which", ""))
            return instant(typed, festival.zone, is_second=which)
        found = datetime.fromisoformat(request.POST.get("at", ""))
        if found.tzinfo is None:
            raise ValueError("without a zone")
    except (ValueError, OverflowError) as error:
        raise NotPossible("Choose a moment from the list, or type a date and a time.") from error
    return found


def _one_of[Kind: (Who, Stock)](kind: type[Kind], value: str) -> Kind:
    return kind(value) if value in set(kind) else kind("")


def _back(request: HttpRequest) -> HttpResponse:
    back = request.POST.get("next", "")
    hosts = {request.get_host()}
    if not url_has_allowed_host_and_scheme(back, hosts, require_https=request.is_secure()):
        back = reverse("home")
    return HttpResponseRedirect(back, status=303)
