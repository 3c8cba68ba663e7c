"""What shoppers looked for in vain: words to give the search, or to set aside."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from cms.admin.permissions import needs
from cms.admin.screens import button, page_number, show, words
from cms.admin.search.meanings import LANGUAGES
from shop import clock
from shop.languages import locale_of
from shop.spreadsheets import sheet
from shop.storefront.search_words import not_found

PAGE = 50
MOST = 5_000  # rows of a sheet
FOUND = [("", "Nothing or near"), ("nothing", "Nothing"), ("near", "Only what comes near")]
PERIODS = [("7", "7 days"), ("30", "30 days"), ("90", "90 days")]
ORDERS = {"asked": ("-asked", "-latest"), "newest": ("-latest", "-asked")}
ASIDE = "Set aside. It is shown again once shoppers ask for it anew."


@require_safe
@needs("add_meaning")
def list_not_found(request: HttpRequest) -> HttpResponse:
    """List what was looked for in vain, the most asked first; or give it away as a sheet."""
    asked = {name: request.GET.get(name, "")[:10] for name in ("language", "found")}
    asked["days"] = _one_of(request.GET.get("days", ""), dict(PERIODS), "30")
    asked["order"] = _one_of(request.GET.get("order", ""), ORDERS, "asked")
    rows = _sought(asked, request)
    if request.GET.get("export") == "csv":
        return _as_sheet(rows[:MOST])
    number, query = page_number(request), f"?{urlencode(asked)}"
    found = list(rows[(number - 1) * PAGE : number * PAGE + 1])
    context = {
        "rows": [_shown(row) for row in found[:PAGE]],
        "languages": [("", "All"), *LANGUAGES],
        "kinds": FOUND,
        "periods": PERIODS,
        "orders": [("asked", "The most asked"), ("newest", "The latest")],
        "asked": asked,
        "query": query,
        "least": not_found.ASKED,
        "days": not_found.KEPT_FOR.days,
        "page": number,
        "back": f"{query}&page={number - 1}" if number > 1 else "",
        "next": f"{query}&page={number + 1}" if len(found) > PAGE else "",
        "buttons": [button("Download CSV", f"{query}&export=csv", "download")] if found else [],
    }
    return show(request, "not_found.html", "Not found", icon="search", **context)


@require_POST
@needs("add_meaning")
def set_aside(request: HttpRequest) -> HttpResponse:
    """Take words off the list until they are asked again."""
    said, language = words(request, "words"), words(request, "language")
    at = clock.moment_of(request)
    if not_found.set_aside(said, language, at=at, by=request.user):
        messages.success(request, ASIDE)
    else:
        messages.info(request, "It is not on the list any more.")
    return redirect(f"{reverse('desk:not-found')}?{request.GET.urlencode()}")


def _one_of(value: str, known: Any, usual: str) -> str:
    return value if value in known else usual


def _sought(asked: dict[str, str], request: HttpRequest) -> QuerySet:
    since = clock.moment_of(request) - timedelta(days=int(asked["days"]))
    rows = not_found.vain_searches(since=since).order_by(*ORDERS[asked["order"]], "words")
    if asked["language"] in dict(LANGUAGES):
        rows = rows.filter(language=asked["language"])
    if asked["found"] in ("nothing", "near"):
        rows = rows.filter(is_near=asked["found"] == "near")
    return rows


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with where its words are given to the search."""
    said, language = row["words"], row["language"]
    term = urlencode({"term": said, "language": language.partition("-")[0]})
    phrase = urlencode({"phrase": said, "language": language})
    return row | {
        "called": dict(LANGUAGES).get(language, language),
        "way": locale_of(language).text_direction,
        "meaning": f"{reverse('desk_meanings:add')}?{phrase}",
        "synonym": f"{reverse('desk_synonyms:add')}?{term}",
    }


def _as_sheet(rows: QuerySet) -> HttpResponse:
    head = ("Words", "Language", "Found", "Times", "Last (UTC)")
    lines = [
        (row["words"], row["language"], "near" if row["is_near"] else "nothing", row["asked"],
         row["latest"])
        for row in rows
    ]  # fmt: skip
    return sheet("not-found", "csv", {"Not found": (head, lines)})
