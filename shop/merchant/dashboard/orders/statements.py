"""The sales of a store in a festival: its own statement, as a page and as sheets."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from shop.core.forms.numbers import number_of
from shop.core.spreadsheets.tables import sheet as sheet_of
from shop.core.spreadsheets.tables import streamed
from shop.festivals.local_time import wall_of
from shop.festivals.models import Festival
from shop.merchant.dashboard.access import MemberRequest, store_members
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right
from shop.reports import statement_pages
from shop.reports.statements import DELIVERY, GOODS, OUTSIDE
from shop.reports.tables import lines_table

SHOWN = 100
PARTS = {
    GOODS: _("Goods"), DELIVERY: _("Delivery"), OUTSIDE: _("Goods outside the festival"),
}  # fmt: skip


@require_GET
@store_members(Right.PAYOUTS)
def show(request: MemberRequest, merchant: Merchant, festival_id: int) -> HttpResponse:
    """Show the store's lines of a festival that it was asked to or joined, by pages."""
    festival = _own(merchant, festival_id)
    number = _number(request)
    found = statement_pages.page(festival, merchant, start=(number - 1) * SHOWN, size=SHOWN)
    if number > 1 and not found.statement.lines:
        return redirect("workspace-statement", merchant.slug, festival.pk)
    closed = festival.closed_at
    context = {
        "part": "festivals",
        "festival": festival,
        "page": found,
        "parts": [(PARTS[what], part) for what, part in found.statement.parts.items()],
        "previous": f"?page={number - 1}" if number > 1 else "",
        "next": f"?page={number + 1}" if found.has_next else "",
        "closed_on": date_format(wall_of(closed, festival.zone)) if closed else "",
    }
    return render(request, "shop/merchant/dashboard/statement.html", context)


@require_GET
@store_members(Right.PAYOUTS)
def sheet(
    request: MemberRequest, merchant: Merchant, festival_id: int, kind: str
) -> HttpResponseBase:
    """Return the statement as CSV, sent while it is read, or as XLSX."""
    festival = _own(merchant, festival_id)
    table = lines_table(statement_pages.lines_of(festival, merchant), settings.SHOP_CURRENCY)
    name = f"statement-{merchant.slug}-{festival.slug}"
    return streamed(name, table) if kind == "csv" else sheet_of(name, kind, {"Statement": table})


def _number(request: MemberRequest) -> int:
    return number_of(request.GET.get("page", ""), digits=5) or 1


def _own(merchant: Merchant, festival_id: int) -> Festival:
    """Return a festival that the store was asked to or joined."""
    festivals = Festival.objects.filter(enrolments__merchant=merchant)
    return get_object_or_404(festivals, pk=festival_id)
