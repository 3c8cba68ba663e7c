"""The public result of a festival that is over: the parts that the organizer chose to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cms.pages.addresses import address
from cms.pages.festival import FestivalPage
from cms.pages.lists import known
from shop.catalogue.delivery.names import country_name
from shop.core import dates
from shop.core.languages import Wording, order_key
from shop.festivals.models import Festival
from shop.reports.models import PublicResult
from shop.reports.results import LEAST
from shop.storefront.cache.shared_page import shared_page
from shop.storefront.festival.hero import words


@dataclass(frozen=True, slots=True)
class ResultShown:
    """The result in the reader's language; a part that is not shown is empty."""

    title: Wording
    day: str
    numbers: list[tuple[str, str]]
    countries: list[tuple[str, int | None]]
    went_to: list[str]
    top: list[tuple[str, str, int]]
    crumbs: list[tuple[str, str]]


@require_safe
@shared_page()
def result(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the result; where none is shown there is no such page."""
    shown = PublicResult.objects.select_related("festival").filter(
        festival__slug=slug, is_shown=True, festival__state__in=Festival.SHOWN
    )
    row = shown.first()
    if row is None:
        raise Http404
    language = get_language()
    return render(request, "cms/pages/result.html", {"result": _shown(row, language)})


def _shown(row: PublicResult, language: str) -> ResultShown:
    festival, figures = known(row.festival), row.figures
    own: dict[str, Any] = {name: figures[name] for name in row.shows if name in figures}
    labels = {"stores": _("Stores"), "products": _("Products"), "units": _("Units sold")}
    return ResultShown(
        title=words(festival, "title", language),
        day=dates.full_day_in(row.at, festival.zone, language),
        numbers=[(labels[name], _written(own[name])) for name in labels if name in own],
        countries=sorted(
            ((country_name(code, language), count) for code, count in own.get("countries", [])),
            key=lambda row: order_key(row[0], language),
        ),
        went_to=sorted(
            (country_name(code, language) for code in figures["went_to"]),
            key=lambda name: order_key(name, language),
        )
        if "units" in own else [],
        top=[(name, country_name(code, language), units)
             for name, code, units in own.get("top", [])],
        crumbs=_crumbs(row.festival, words(festival, "title", language), language),
    )  # fmt: skip


def _crumbs(festival: Festival, title: Wording, language: str) -> list[tuple[str, str]]:
    page = FestivalPage.objects.filter(festival=festival).live().first()
    way = [(reverse("home"), _("Festival"))]
    return [*way, (address(page.url_path, language), title.text)] if page else way


def _written(count: int | None) -> str:
    return str(count) if count is not None else _("fewer than %(count)d") % {"count": LEAST}
