"""Papers that go with parcels: slips, labels and customs declarations, as PDF to be printed."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shop.core.forms.numbers import number_of
from shop.merchant.dashboard.access import (
    MemberRequest,
    members_only,
    refuse_without,
    sold_by,
    store_members,
    suborders_of,
    today_of,
    work_on,
)
from shop.merchant.dashboard.paging import by_day
from shop.orders.documents.pdf import as_answer
from shop.orders.documents.sending.facts import crosses_a_border, declaration, labels, slips
from shop.orders.documents.sending.pdf import TEMPLATES, set_parcel_papers
from shop.orders.documents.sending.pictures import pictures_of
from shop.orders.models import Suborder
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right

MOST = 50
"""Parcels in one file: as many as somebody packs in a morning."""
FOR_MANY = ("slip", "label-a6", "label-a4")


@require_GET
@members_only
def of_one(request: MemberRequest, suborder_id: int, printed: str) -> HttpResponse:
    """Return a paper of one parcel."""
    rows = suborders_of(request).exclude(service="").prefetch_related("lines")
    part = get_object_or_404(rows, pk=suborder_id, order__contact__blanked_at=None)
    work_on(request, part.merchant, Right.ORDERS)
    if printed not in TEMPLATES or part.stopped_at:
        raise Http404
    packed = _contents(part, request.GET.get("parcel", ""))
    if printed in FOR_MANY:
        return _answer(printed, [part], part.order.number, packed)
    refuse_without(request, Right.AMOUNTS)  # it names what was paid
    if not crosses_a_border(part):
        raise Http404
    sheet = declaration(part, packed, at=today_of(request))
    return as_answer(set_parcel_papers(printed, [sheet]), f"{part.order.number}-{printed}.pdf")


@require_GET
@store_members(Right.ORDERS)
def of_all(request: MemberRequest, merchant: Merchant, printed: str) -> HttpResponse:
    """Return slips or labels of the parcels to send, those due first; at most ``MOST``."""
    if printed not in FOR_MANY:
        raise Http404
    rows = sold_by(merchant).to_send().filter(stopped_at=None).select_related("merchant")
    rows = rows.prefetch_related("lines").order_by(by_day("ship_by"), "pk")
    parts = list(rows[:MOST])
    if not parts:
        messages.info(request, _("No orders to send. Well done."))
        return redirect("workspace-orders", merchant.slug)
    return _answer(printed, parts, f"{merchant.slug}-{today_of(request):%Y-%m-%d}")


def _contents(part: Suborder, typed: str) -> dict[int, int] | None:
    """Return what is in a parcel of an order that left in several, by line id; None: not asked."""
    if not typed:
        return None
    row = get_object_or_404(part.shipments, pk=number_of(typed))
    return dict(row.lines.values_list("line", "quantity"))


def _answer(
    kind: str, parts: list[Suborder], name: str, packed: Mapping[int, int] | None = None
) -> HttpResponse:
    if kind == "slip":
        pictures = pictures_of(line for part in parts for line in part.lines.all())
        sheets = slips(parts, packed, pictures.of_lines)
        content = set_parcel_papers(kind, sheets, pictures.drawings)
    else:
        content = set_parcel_papers(kind, labels(parts))
    return as_answer(content, f"{name}-{kind}.pdf")
