"""Meanings and synonyms from a sheet, with the columns that their lists give away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cms.dashboard.permissions import needs
from cms.dashboard.screens import show
from cms.dashboard.search import meanings, synonyms
from cms.dashboard.spreadsheets import MOST_ROWS, bring_in
from shop.core import clock
from shop.people.accounts.requests import SignedIn
from shop.storefront.search_words.bulk import Brought, bring_meanings, bring_synonyms


@require_http_methods(["GET", "HEAD", "POST"])
@needs("add_meaning")
def of_meanings(request: SignedIn) -> HttpResponse:
    """Bring meanings in."""
    return _bring(request, bring_meanings, "meaning", meanings.HEADINGS)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("add_synonym")
def of_synonyms(request: SignedIn) -> HttpResponse:
    """Bring synonyms in."""
    return _bring(request, bring_synonyms, "synonym", synonyms.HEADINGS)


def _bring(
    request: SignedIn, bring: Callable[..., Brought[Any]], name: str, headings: Mapping[str, str]
) -> HttpResponse:
    list_of, at = f"desk_{name}s:index", clock.moment_of(request)
    brought, told = bring_in(request, headings, lambda rows: bring(rows, at=at, by=request.user))
    if brought is not None:
        messages.success(request, _told(brought))
        return redirect(list_of)
    trail = [(reverse(list_of), f"{name.capitalize()}s")]
    return show(
        request, "word_sheet.html", f"Bring in {name}s", trail=trail, icon="upload", name=name,
        most=f"{MOST_ROWS:,}", **told,
    )  # fmt: skip


def _told(brought: Brought[Any]) -> str:
    counts = f"{brought.added:,} added, {brought.changed:,} changed"
    return f"Brought in: {counts}, {brought.same:,} as they were. The search knows them."
