"""The papers of all sellers, to be looked at and taken away; fiscal numbers to be brought in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe

from cms.dashboard.addresses import screen_of_store
from cms.dashboard.listing import ChoiceFilter, ListFilters, ListView, WordsFilter
from cms.dashboard.permissions import needs
from cms.dashboard.screens import show
from cms.dashboard.spreadsheets import bring_in
from cms.dashboard.tables import Column, WhenColumn, link, small, status
from shop.core import clock
from shop.core.currencies import written
from shop.core.spreadsheets.tables import streamed
from shop.orders.documents.devices import devices
from shop.orders.documents.fiscal import COLUMNS, bring_numbers
from shop.orders.documents.lists import HEADS, cells_of, name_of, pdf_answer
from shop.orders.documents.models import Document
from shop.orders.models import Order, id_of_number
from shop.people.accounts.requests import SignedIn

LIST, TRAIL = "desk:papers", "Papers"
FISCAL = [("missing", "Not there yet"), ("there", "There")]


def _of_words(rows: QuerySet[Document], _name: str, words: str) -> QuerySet[Document]:
    """Keep the papers with a number, or of an order by its number."""
    orders = Order.objects.numbered(words).values("pk")
    is_order = id_of_number(words) is not None
    return rows.filter(Q(suborder__order__in=orders) if is_order else Q(number__iexact=words))


def _of_device(rows: QuerySet[Document], _name: str, which: str) -> QuerySet[Document]:
    """Keep the papers of countries with devices that have a fiscal number, or have none yet."""
    rows = rows.filter(merchant__country__in=devices())
    return rows.filter(fiscal_number="") if which == "missing" else rows.exclude(fiscal_number="")


class PaperFilters(ListFilters):
    q = WordsFilter("Number, of paper or order", method=_of_words)
    kind = ChoiceFilter("Kind", Document.Kind.choices, every="All")
    fiscal = ChoiceFilter("Fiscal number", FISCAL, every="Any", method=_of_device)


class PapersView(ListView):
    """All papers, the newest first."""

    needed = "view_settlement"
    filterset_class = PaperFilters
    queryset = Document.objects.select_related(
        "merchant", "suborder__order", "settlement__merchant"
    ).defer("frozen", "settlement__lines")
    default_ordering = ("-pk",)
    page_title = TRAIL
    header_icon = "doc-full"
    table_label = TRAIL
    none = "No order was paid yet: papers are made by themselves."

    def get(self, request: SignedIn, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the list, or give what is asked for as a sheet."""
        if request.GET.get("export") == "csv":
            rows = self.filter_queryset(Document.objects.all())
            return streamed(f"papers-{self.at:%Y-%m-%d}", (HEADS, cells_of(rows)))
        return super().get(request, *args, **kwargs)

    @property
    def about(self) -> SafeString:
        """Say what stands here, and lead to the sheet and to fiscal numbers."""
        return format_html(
            "Invoices and credit notes, of commission too, numbered without gaps for each seller "
            'and year; nothing changes. <a href="?{}&amp;export=csv">Take them away as CSV</a>. '
            '<a href="{}">Bring fiscal numbers in</a>. <a href="{}">Rules of tax</a>.',
            self.filters.query, reverse("desk:fiscal-numbers"), reverse("desk:tax-rules"),
        )  # fmt: skip

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list."""
        return [
            Column("Paper", _paper), Column("Seller", _seller), Column("Order", _order),
            WhenColumn("Issued", "issued_at"), Column("Total", _total),
            Column("Fiscal number", _fiscal),
        ]  # fmt: skip


@require_safe
@needs("change_order")
def paper(request: SignedIn, pk: int) -> HttpResponse:
    """Return a paper as PDF: it names the shopper, whom few may see."""
    return pdf_answer(get_object_or_404(Document, pk=pk))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_order")
def fiscal_numbers(request: SignedIn) -> HttpResponse:
    """Bring the numbers of the tax offices' devices in from a sheet."""
    at = clock.moment_of(request)
    brought, told = bring_in(
        request, COLUMNS, lambda rows: bring_numbers(rows, at=at, by=request.user)
    )
    if brought is not None:
        said = f"Brought in: {brought.added:,} added, {brought.same:,} as they were."
        messages.success(request, said)
        return redirect(LIST)
    return show(
        request, "fiscal_numbers.html", "Fiscal numbers", trail=[(reverse(LIST), TRAIL)],
        icon="upload", countries=devices().items(), **told,
    )  # fmt: skip


def _paper(row: Document) -> SafeString:
    return small(link(name_of(row.kind, row.number), reverse("desk:paper", args=[row.pk])))


def _seller(row: Document) -> SafeString | str:
    if row.merchant is None:
        return "The operator"
    return link(row.merchant.name, screen_of_store(row.merchant))


def _order(row: Document) -> SafeString | str:
    if row.suborder is None:
        own = row.settlement
        return link(own.number, reverse("desk:settlement", args=[own.pk]))
    url = reverse("desk_orders:inspect", args=[row.suborder.order_id])
    return link(row.suborder.order.number, url)


def _total(row: Document) -> str:
    sign = "−" if row.kind in Document.CREDITS else ""
    return f"{sign}{written(row.total, row.currency, 'en')}"


def _fiscal(row: Document) -> SafeString | str:
    needs_one = row.merchant is not None and row.merchant.country in devices()
    return row.fiscal_number or (status("not yet") if needs_one else "")
