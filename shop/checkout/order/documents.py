"""The invoices and credit notes of an order, for its owner."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from shop.checkout.order.access import own_order_page
from shop.orders.documents.lists import PaperRow, papers_of, pdf_answer
from shop.orders.documents.models import Document
from shop.orders.models import Order


@dataclass(frozen=True, slots=True)
class PaperLink:
    """A link to a paper of an order."""

    name: str
    url: str


def links_to(order: Order) -> dict[int, tuple[PaperLink, ...]]:
    """Return the links to the papers of an order, by its parts. One statement."""
    found: dict[int, tuple[PaperLink, ...]] = defaultdict(tuple)
    for row in papers_of(order.pk):
        found[row.suborder_id] += (link_to(order, row),)
    return found


def link_to(order: Order, row: PaperRow) -> PaperLink:
    """Return the link to a paper of an order."""
    return PaperLink(row.name, reverse("order-paper", args=[order.number, order.token, row.pk]))


@require_safe
@own_order_page
def paper(request: HttpRequest, order: Order, document_id: int) -> HttpResponse:
    """Return a paper of the order as PDF; those of others are not there."""
    return pdf_answer(get_object_or_404(Document, pk=document_id, suborder__order=order))
