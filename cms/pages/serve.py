"""Answers with pages. They are shared: one copy for everyone, with the version in its key."""

from __future__ import annotations

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from wagtail.contrib.redirects.models import Redirect

from cms.pages.addresses import address
from cms.pages.home import HomePage
from cms.pages.locate import locate
from cms.pages.search import read_words
from shop.storefront.cache.shared_page import shared_page


@require_safe
@shared_page()
def home(request: HttpRequest) -> HttpResponse:
    """Show the home page; before anybody has made one, the drawn one."""
    found = locate("", get_language())
    return (found or HomePage(title="Home")).answer(request)


@require_safe
@shared_page(takes=read_words)
def page(request: HttpRequest, path: str) -> HttpResponse:
    """Show the published page of an address."""
    found = locate(path, get_language())
    if found is not None and found.is_public():
        return found.answer(request)
    moved = _moved(path)
    if moved is None:
        raise Http404
    return moved


def _moved(path: str) -> HttpResponse | None:
    """Return the way to where a page has moved, in the visitor's language. One statement."""
    moved = Redirect.objects.filter(old_path=f"/{path.rstrip('/')}").select_related("redirect_page")
    target = moved.first()
    if target is None:
        return None
    page = target.redirect_page
    place = address(page.url_path, get_language()) if page else target.redirect_link
    if not place:
        return None
    kind = HttpResponsePermanentRedirect if target.is_permanent else HttpResponseRedirect
    return kind(place)
