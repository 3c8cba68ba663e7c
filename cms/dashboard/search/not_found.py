"""The searches of shoppers in vain: words to give the search, or to set aside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from wagtail.admin.paginator import WagtailPaginator

from cms.dashboard.listing import ChoiceFilter, ListFilters, ListView, all_of
from cms.dashboard.permissions import needs
from cms.dashboard.screens import button, words
from cms.dashboard.search.meanings import LANGUAGES
from cms.dashboard.tables import (
    QUIET,
    Column,
    WhenColumn,
    element,
    hidden,
    joined,
    link,
    posted,
    status,
)
from shop.core import clock
from shop.core.languages import locale_of
from shop.core.spreadsheets.tables import sheet
from shop.people.accounts.requests import SignedIn
from shop.storefront.search_words import not_found

MOST = 5_000  # rows of a sheet
FOUND = [("nothing", "Nothing"), ("near", "Only what comes near")]
PERIODS = [("7", "7 days"), ("30", "30 days"), ("90", "90 days")]
FIRST = [("asked", "The most asked"), ("newest", "The latest")]
ORDERS = {"asked": ("-asked", "-latest"), "newest": ("-latest", "-asked")}
ASIDE = "Set aside. It is shown again once shoppers ask for it anew."
type Row = dict[str, Any]


class NotFoundFilters(ListFilters):
    language = ChoiceFilter("Language", LANGUAGES, every="All")
    found = ChoiceFilter(
        "Found", FOUND, every="Nothing or near",
        method=lambda rows, _name, found: rows.filter(is_near=found == "near"),
    )  # fmt: skip
    days = ChoiceFilter("Of the last", PERIODS, required=True, method=all_of)
    order = ChoiceFilter(
        "First", FIRST, required=True,
        method=lambda rows, _name, order: rows.order_by(*ORDERS[order], "words"),
    )  # fmt: skip


def _words(row: Row) -> SafeString:
    way = locale_of(row["language"]).text_direction
    return element("bdi", row["words"], lang=row["language"], dir=way)


def _called(row: Row) -> str:
    code: str = row["language"]
    return dict(LANGUAGES).get(code, code)


def _found(row: Row) -> SafeString | str:
    return "near" if row["is_near"] else status("nothing", "critical")


class NotFoundView(ListView):
    """The searches in vain, the most asked first; the sheet holds the same."""

    needed = "add_meaning"
    filterset_class = NotFoundFilters
    paginator_class = WagtailPaginator
    usual: Mapping[str, str] = {"days": "30", "order": "asked"}
    page_title = "Not found"
    header_icon = "search"
    about = (
        "What shoppers searched for and did not find, or only something near it. Nobody sees who: "
        f"words are shown from the {not_found.ASKED}nd time on, repeats within ten minutes count "
        "once, and what looks like an address or a long number is never kept. After "
        f"{not_found.KEPT_FOR.days} days it is gone."
    )
    none = none_fits = "Nothing fits. Choose a longer time, or take a filter away."

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list, with the possible actions."""
        return [
            Column("Words", _words), Column("Language", _called), Column("Found", _found),
            Column("Times", "asked"), WhenColumn("Last", "latest", "j M, H:i T"),
            Column(hidden("What to do"), self.ways_of),
        ]  # fmt: skip

    def ways_of(self, row: Row) -> SafeString:
        """Return where the words are given to the search, and how they are set aside."""
        meaning, synonym = (
            link(f"Add a {name}", row[name], class_=QUIET,
                 aria_label=f"Add a {name} of {row['words']}")
            for name in ("meaning", "synonym")
        )  # fmt: skip
        told = (
            element("input", type="hidden", name=name, value=row[name])
            for name in ("words", "language")
        )
        label = f"Set {row['words']} aside"
        press = element("button", "Set aside", class_=f"{QUIET} w-mt-2", aria_label=label)
        url = f"{reverse('desk:not-found-aside')}?{self.filters.query}"
        return joined(" ", (meaning, synonym, posted(self.request, url, *told, press)))

    def get_base_queryset(self) -> QuerySet[Any]:
        """Return the searches in vain of the days that are asked for."""
        days = timedelta(days=int(self.filters.asked["days"]))
        return not_found.zero_result_searches(since=self.at - days)

    def rows_of(self, found: Iterable[Row]) -> list[Row]:
        """Return the rows with where their words are given to the search."""
        return [row | addresses_of(row) for row in found]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the context of the screen, with the button for the sheet of its rows."""
        context = super().get_context_data(**kwargs)
        sheet_of = button("Download CSV", f"?{self.filters.query}&export=csv", "download")
        return context | {"header_buttons": [sheet_of] if context["rows"] else []}

    def get(self, request: SignedIn) -> HttpResponse:
        """Show the list, or give it away as a sheet."""
        if request.GET.get("export") == "csv":
            return _as_sheet(self.get_queryset()[:MOST])
        return super().get(request)


@require_POST
@needs("add_meaning")
def set_aside(request: SignedIn) -> HttpResponse:
    """Take words off the list until they are asked again."""
    said, language = words(request, "words"), words(request, "language")
    at = clock.moment_of(request)
    if not_found.set_aside(said, language, at=at, by=request.user):
        messages.success(request, ASIDE)
    else:
        messages.info(request, "It is not on the list any more.")
    return redirect(f"{reverse('desk:not-found')}?{request.GET.urlencode()}")


def addresses_of(row: Row) -> dict[str, str]:
    """Return where words that were not found are given to the search."""
    said, language = row["words"], row["language"]
    term = urlencode({"term": said, "language": language.partition("-")[0]})
    phrase = urlencode({"phrase": said, "language": language})
    return {
        "meaning": f"{reverse('desk_meanings:add')}?{phrase}",
        "synonym": f"{reverse('desk_synonyms:add')}?{term}",
    }


def _as_sheet(rows: QuerySet[Any]) -> HttpResponse:
    head = ("Words", "Language", "Found", "Times", "Last (UTC)")
    lines = [
        (row["words"], row["language"], "near" if row["is_near"] else "nothing", row["asked"],
         row["latest"])
        for row in rows
    ]  # fmt: skip
    return sheet("not-found", "csv", {"Not found": (head, lines)})
