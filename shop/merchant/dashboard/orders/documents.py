"""The invoices and credit notes of a store: as a list, as a sheet, and each as PDF."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from shop.core.replica.reads import may_be_late
from shop.core.spreadsheets.tables import streamed
from shop.merchant.dashboard.access import (
    MemberRequest,
    members_only,
    store_members,
    suborders_of,
    work_on,
)
from shop.merchant.dashboard.paging import page_of
from shop.orders.documents.lists import HEADS, cells_of, name_of, pdf_answer
from shop.orders.documents.models import Document
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right

SHOWN = 50


@require_GET
@store_members(Right.PAYOUTS)
def papers(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """List the papers of a store, the newest first."""
    page = page_of(request, _own(merchant), size=SHOWN)
    rows = [(row, name_of(row.kind, row.number)) for row in page.rows]
    context = {"part": "papers", "page": page, "rows": rows}
    return render(request, "shop/merchant/dashboard/papers.html", context)


@require_GET
@store_members(Right.PAYOUTS)
@may_be_late
def sheet(request: MemberRequest, merchant: Merchant) -> StreamingHttpResponse:
    """Return the papers of a store as a table, with the tax inside each."""
    return streamed(f"papers-{merchant.slug}", (HEADS, cells_of(_own(merchant))))


@require_GET
@members_only
def paper(request: MemberRequest, suborder_id: int, document_id: int) -> HttpResponse:
    """Return a paper of an order as PDF, to the store that sold it or for which it was sold."""
    part = get_object_or_404(suborders_of(request), pk=suborder_id)
    work_on(request, part.merchant, Right.AMOUNTS)
    return pdf_answer(get_object_or_404(Document, pk=document_id, suborder=part))


def _own(merchant: Merchant) -> QuerySet[Document]:
    """Return the papers of which a store is the seller."""
    return Document.objects.filter(merchant=merchant).select_related("suborder__order")
