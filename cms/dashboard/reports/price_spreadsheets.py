"""Prices at the desk: the list at any instant, as proof, and the differences between two."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from cms.dashboard.addresses import trail_of
from cms.dashboard.festivals.moments import CompareForm, MomentsForm, PriceListForm
from cms.dashboard.permissions import needs
from cms.dashboard.screens import show
from cms.dashboard.tables import Column, MoneyColumn, Table, WhenColumn, percent, small
from shop.core import clock
from shop.core.currencies import in_whole
from shop.core.forms.numbers import number_of
from shop.core.replica.reads import may_be_late
from shop.core.spreadsheets.tables import KINDS, Cell, sheet
from shop.festivals.local_time import wall_of
from shop.festivals.models import Festival
from shop.festivals.models.prices import FOREVER
from shop.festivals.prices.price_list import PAGE, Changed, Listed, every, price_changes, prices_at
from shop.people.accounts.requests import SignedIn
from shop.storefront.previews.boundaries import boundaries
from shop.storefront.previews.overlay import shown
from shop.storefront.previews.preview import Preview

WHAT = ("Product", "Variant", "SKU", "Store", "Country")
LISTED = (*WHAT, "Regular price", "Price", "Deal", "Lowest of 30 days before", "Percent off",
          "From (UTC)", "Until (UTC)")  # fmt: skip
CHANGED = (*WHAT, "Was", "Becomes", "Change in percent", "Deal", "Lowest of 30 days before",
           "Percent off")  # fmt: skip
MOST_PRINTED = 5_000
SCREENS = {
    CompareForm: ("price_changes.html", "What changes", "Prices that change"),
    PriceListForm: ("price_list.html", "Price list", "Prices"),
}


def _named(row: Listed | Changed) -> SafeString:
    name = ", ".join(filter(None, (row.product, row.options)))
    return small(name, f"{row.store}, {row.country}")


PRODUCT = (Column("Product", _named), Column("SKU", "sku"))
WAS = (
    Column("Deal", "deal"), MoneyColumn("Lowest of 30 days", "prior", ""),
    Column("Off", lambda row: percent(row.percent or None)),
)  # fmt: skip
COLUMNS = {
    CompareForm: (
        *PRODUCT, MoneyColumn("Was", "was", "", empty="not on sale"),
        MoneyColumn("Becomes", "becomes", "", empty="not on sale"),
        Column("Change", lambda row: percent(row.change)), *WAS,
    ),
    PriceListForm: (
        *PRODUCT, MoneyColumn("Regular", "regular", ""), MoneyColumn("Price", "price", ""), *WAS,
        WhenColumn("From (UTC)", lambda row: _utc(row.starts_at)),
        WhenColumn("Until (UTC)", lambda row: _utc(row.ends_at)),
    ),
}  # fmt: skip


@require_safe
@needs("view_festival")
@may_be_late
def changes(request: SignedIn, pk: int) -> HttpResponse:
    """Show every variant whose public price differs between two moments."""
    festival = get_object_or_404(Festival, pk=pk)
    form = CompareForm(
        request.GET or None, festival=festival, known=boundaries(festival), auto_id="compare-%s"
    )
    if not form.is_valid():
        return _page(request, form)
    first, second = form.cleaned_data["first"], form.cleaned_data["second"]
    with _as_planned(festival, form, first, second):
        read = partial(price_changes, first, second)
        if (kind := request.GET.get("format")) in KINDS:
            lines = [_changed(row) for row in every(read)]
            table = (_about(request, festival, first, second), [CHANGED, *lines])
            return sheet(f"price-changes-{festival.slug}", kind, {"Changes": table})
        rows = read(after=number_of(request.GET.get("after", "")) or 0, most=PAGE + 1)
    walls = {"first": wall_of(first, festival.zone), "second": wall_of(second, festival.zone)}
    return _page(request, form, rows, **walls)


@require_safe
@needs("view_festival")
@may_be_late
def price_list(request: SignedIn, pk: int) -> HttpResponse:
    """Show the public prices as they are at a moment."""
    festival = get_object_or_404(Festival, pk=pk)
    form = PriceListForm(
        request.GET or None, festival=festival, known=boundaries(festival), auto_id="listed-%s"
    )
    if not form.is_valid():
        return _page(request, form)
    at, kind = form.cleaned_data["at"], request.GET.get("format")
    about = [*_about(request, festival, at), *form.words()]
    with _as_planned(festival, form, at):
        read = partial(prices_at, at, only=form.only())
        if kind in KINDS:
            table = (about, [LISTED, *(_listed(row) for row in every(read))])
            name = f"prices-{festival.slug}-{at:%Y%m%dT%H%M%SZ}"
            return sheet(name, kind, {"Prices": table})
        most = MOST_PRINTED if kind == "print" else PAGE
        rows = read(after=number_of(request.GET.get("after", "")) or 0, most=most + 1)
    wall = wall_of(at, festival.zone)
    return _page(request, form, rows, most=most, at=at, wall=wall, about=about)


def _as_planned(
    festival: Festival, form: MomentsForm, *moments: datetime
) -> AbstractContextManager[None]:
    """Read a draft as if it were published; a public festival is read as it is, for evidence."""
    waiting = form.cleaned_data["waiting"]
    if festival.state != Festival.State.DRAFT and not waiting:
        return nullcontext()
    preview = Preview(
        at=max(moments), since=min(moments), festival_id=festival.pk, is_waiting=waiting
    )
    return shown(preview)


def _page(
    request: SignedIn, form: MomentsForm, rows: Sequence[Any] = (), **context: Any
) -> HttpResponse:
    """Show some rows; of them one more than the page takes was read, if there is one."""
    apart = ("after", "page", "format")
    asked: dict[str, Any] = {
        name: value for name, value in request.GET.items() if name not in apart
    }
    query, most, page = (
        urlencode(asked),
        context.pop("most", PAGE),
        number_of(request.GET.get("page", "")) or 1,
    )
    template, title, label = SCREENS[type(form)]
    found = list(rows[:most])
    table = Table(label, COLUMNS[type(form)], found, classname="listing desk-prices")
    return show(
        request,
        template,
        title,
        trail=trail_of(form.festival),
        icon="list-ul",
        status=422 if form.errors else 200,
        festival=form.festival,
        form=form,
        rows=found,
        table=table,
        query=query,
        page=page,
        first_page=f"?{query}",
        next=f"?{query}&after={found[-1].id}&page={page + 1}" if len(rows) > most else "",
        currency=settings.SHOP_CURRENCY,
        **context,
    )


def _about(request: SignedIn, festival: Festival, *moments: datetime) -> list[str]:
    """Return the lines above a sheet: its moments, whose shop, who took it and when."""
    zone = ZoneInfo(festival.zone)
    told = [f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S} {festival.zone} = {at:%Y-%m-%d %H:%M:%S} UTC"
            for at in moments]  # fmt: skip
    taken = f"taken {clock.moment_of(request):%Y-%m-%d %H:%M:%S} UTC by {request.user.name}"
    draft = ["as planned, not published"] if festival.state == Festival.State.DRAFT else []
    return [settings.SITE_NAME, festival.title, *told, settings.SHOP_CURRENCY, *draft, taken]


def _what(row: Listed | Changed) -> tuple[str, ...]:
    return (row.product, row.options, row.sku, row.store, row.country)


def _listed(row: Listed) -> tuple[Cell, ...]:
    until = "" if row.ends_at >= FOREVER else f"{row.ends_at:%Y-%m-%d %H:%M:%S.%f}"
    prices = (_amount(row.regular), _amount(row.price), row.deal, _amount(row.prior), row.percent)
    return (*_what(row), *prices, f"{row.starts_at:%Y-%m-%d %H:%M:%S.%f}", until)


def _changed(row: Changed) -> tuple[Cell, ...]:
    return (*_what(row), _amount(row.was), _amount(row.becomes), row.change, row.deal,
            _amount(row.prior), row.percent)  # fmt: skip


def _utc(at: datetime) -> str:
    return "open" if at.year == FOREVER.year else f"{at.astimezone(UTC):%-d %b %Y, %H:%M:%S}"


def _amount(minor: int | None) -> Cell:
    return None if minor is None else in_whole(minor, settings.SHOP_CURRENCY)
