"""What a store sold in a festival: its own statement, as a page and as sheets."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from shop.festivals.models import Festival
from shop.festivals.walltime import wall_of
from shop.merchants.models import Merchant
from shop.reporting.statements import DELIVERY, GOODS, OUTSIDE, statement
from shop.reporting.tables import statement_table
from shop.spreadsheets import sheet as sheet_of
from shop.workspace.own import store_members_only

PARTS = {
    GOODS: _("Goods"), DELIVERY: _("Delivery"), OUTSIDE: _("Goods outside the festival"),
}  # fmt: skip


@require_GET
@store_members_only
def show(request: HttpRequest, merchant: Merchant, festival_id: int) -> HttpResponse:
    """Show the store's lines of a festival that it was asked to or joined."""
    festival = _own(request, merchant, festival_id)
    found = statement(festival, merchant)
    closed = festival.closed_at
    context = {
        "part": "festivals",
        "festival": festival,
        "statement": found,
        "parts": [(PARTS[what], part) for what, part in found.parts.items()],
        "closed_on": date_format(wall_of(closed, festival.zone)) if closed else "",
    }
    return render(request, "shop/workspace/statement.html", context)


@require_GET
@store_members_only
def sheet(request: HttpRequest, merchant: Merchant, festival_id: int, kind: str) -> HttpResponse:
    """Give the same as CSV or XLSX."""
    festival = _own(request, merchant, festival_id)
    table = statement_table(statement(festival, merchant), settings.SHOP_CURRENCY)
    return sheet_of(f"statement-{merchant.slug}-{festival.slug}", kind, {"Statement": table})


def _own(request: HttpRequest, merchant: Merchant, festival_id: int) -> Festival:
    """Return a festival of the store; money is for members who may see it."""
    festivals = Festival.objects.filter(enrolments__merchant=merchant)
    festival = get_object_or_404(festivals, pk=festival_id)
    if not request.sees_money:
        raise PermissionDenied
    return festival
