"""Answers with pages. They are shared: one copy for everyone, with the epoch in its key."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from cms.pages.home import HomePage
from cms.pages.locating import locate
from cms.pages.searching import read_words
from shop.storefront.shared import shared_page


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
    if found is None or not found.is_public():
        raise Http404
    return found.answer(request)
