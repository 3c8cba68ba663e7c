"""The short address itself: counts, and leads on to the page in the reader's language."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.translation import get_language_from_request
from django.views.decorators.http import require_safe

from shop.core import clock
from shop.storefront.share_links import cookie
from shop.storefront.share_links.count import count_visit
from shop.storefront.share_links.links import target_of
from shop.storefront.share_links.models import ShareLink


@require_safe
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """Lead to the page of a link, in the language that the browser asks for.

    Pages are the same bytes for everyone and come from a cache: what is counted is counted here.
    Where it leads follows from the link's row alone, never from the request.
    """
    rows = ShareLink.objects.select_related("merchant", "product")
    link = rows.filter(code=code.lower()).first()
    there = target_of(link, get_language_from_request(request)) if link else ""
    if link is None or not there:
        raise Http404
    at = clock.moment_of(request)
    response = HttpResponseRedirect(there)
    if count_visit(link, request, at=at):
        cookie.note(request, response, link.code, at=at)
    response.headers["X-Robots-Tag"] = "noindex"
    add_never_cache_headers(response)
    patch_vary_headers(response, ["Accept-Language"])
    return response
