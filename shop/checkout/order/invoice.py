"""The invoice of a paid order, to look at and to print."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.conf import settings
from django.db.models import Prefetch, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shop.catalogue.delivery.names import address_lines
from shop.checkout.order.access import own_order_page
from shop.checkout.order.documents import PaperLink, link_to
from shop.checkout.order.refunds import MoneyBack, money_back
from shop.checkout.order.summary import paid_with
from shop.core.languages import percent
from shop.money.payments.models import Payment
from shop.orders.cart.formats import amount, full_day_at, language, less
from shop.orders.documents.lists import PaperRow, papers_column
from shop.orders.models import Order, OrderLine, Suborder
from shop.orders.sums import tax_rows


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One line of an invoice: item, store, quantity, and amounts as they are written.

    ``lang`` marks what was read in another language than the invoice has.
    """

    item: str
    lang: str
    store: str
    quantity: int
    price: str
    discount: str
    vat: str
    amount: str


@dataclass(frozen=True, slots=True)
class Invoice:
    """All that the invoice says beside the order's number."""

    billed_to: tuple[str, ...]
    sold_through: tuple[str, ...]
    date: str
    method: str
    rows: tuple[InvoiceRow, ...]
    taxes: tuple[tuple[str, str], ...]
    total: str
    back: MoneyBack | None
    papers: tuple[PaperLink, ...]


@require_safe
@own_order_page
def invoice(request: HttpRequest, order: Order) -> HttpResponse:
    """Show the invoice to the order's owner; an order that is not paid has none."""
    if order.paid_at is None:
        raise Http404
    context = {"order": order, "invoice": show_invoice(order)}
    return render(request, "shop/checkout/invoice.html", context)


def show_invoice(order: Order) -> Invoice:
    """Return the invoice of an order, as its page shows it. Four statements."""
    priced = OrderLine.objects.annotate(less=Sum("discounts__amount", default=0))
    lines = Prefetch("lines", priced.order_by("position"))
    rows = order.suborders.select_related("merchant").annotate(paper_rows=papers_column())
    parts = list(rows.prefetch_related(lines))
    payment = order.payments.filter(state=Payment.State.PAID).first()
    return Invoice(
        billed_to=address_lines(order.contact, language()),
        sold_through=(settings.OPERATOR_NAME, settings.OPERATOR_ADDRESS),
        date=full_day_at(cast("datetime", order.paid_at)),
        method=paid_with(payment.method) if payment else "",
        rows=tuple(row for part in parts for row in _rows(part, order)),
        taxes=tuple(tax_rows(order, {part: list(part.lines.all()) for part in parts})),
        total=amount(order.total, order.currency),
        back=money_back(order),
        papers=tuple(link_to(order, PaperRow(**row)) for part in parts for row in part.paper_rows),
    )


def _rows(part: Suborder, order: Order) -> Iterator[InvoiceRow]:
    store, currency = part.merchant.name, order.currency
    for line in part.lines.all():
        yield InvoiceRow(
            item=line.read,
            lang=line.mark(order, language()),
            store=store,
            quantity=line.quantity,
            price=amount(line.price, currency),
            discount=less(given, currency) if (given := line.less + line.reduced) else "",
            vat=_rate(part.vat_bp),
            amount=amount(line.paid, currency),
        )
    if part.service:
        price, paid = amount(part.delivery_price, currency), amount(part.delivery_paid, currency)
        taken = part.delivery_price - part.delivery_paid
        less_of = less(taken, currency) if taken else ""
        yield InvoiceRow(_("Delivery"), "", store, 1, price, less_of, "", paid)


def _rate(vat_bp: int) -> str:
    return percent(vat_bp / 100, language()) if vat_bp else ""
