"""The report of a festival and the statements of its stores, as pages and as sheets."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from cms.dashboard.addresses import trail_of
from cms.dashboard.festivals.views import phase
from cms.dashboard.listing import FestivalListView
from cms.dashboard.permissions import needs
from cms.dashboard.reports.tables import StatementTable, report_table
from cms.dashboard.screens import button, show
from cms.dashboard.tables import Column, MoneyColumn, NumberColumn, joined, link
from cms.templatetags.desk import count, in_currency
from shop.core import clock
from shop.core.replica.reads import may_be_late
from shop.core.spreadsheets.tables import sheet
from shop.festivals.models import Festival
from shop.people.accounts.requests import SignedIn
from shop.people.merchants.models import Merchant
from shop.reports import charts
from shop.reports.report import Figures, report
from shop.reports.statements import statement
from shop.reports.tables import (
    EVIDENCE,
    Shape,
    shapes_of,
    sheet_of,
    sheets_of,
    statement_table,
)

SHOWN = 100
DAYS = 31


@require_safe
@needs("view_festival")
@may_be_late
def show_report(request: SignedIn, pk: int) -> HttpResponse:
    """Show the report: live figures, or the frozen ones of a closed festival."""
    festival = get_object_or_404(Festival, pk=pk)
    at = clock.moment_of(request)
    found = report(festival, at=at)
    currency = found["currency"]
    context: dict[str, Any] = {
        "festival": festival,
        "phase": phase(festival, at=at),
        "figures": found,
        "as_of": parse_datetime(found["as_of"]),
        "tables": [
            _shown(name, shape, found[name], currency) for name, shape in shapes_of(found).items()
        ],
        "evidence": [
            (name, len(rows), report_table(shape, rows[:SHOWN], currency))
            for name, shape in EVIDENCE.items()
            for rows in [found["evidence"][name]]
        ],
        "most": SHOWN,
        "tab": "report",
    }
    book = button("All as XLSX", "report.xlsx", "download")
    return show(request, "report.html", f"Report of {festival.title}", trail=trail_of(festival),
                icon="doc-full", buttons=[book], **context)  # fmt: skip


@require_safe
@needs("view_festival")
@may_be_late
def report_book(request: SignedIn, pk: int) -> HttpResponse:
    """Give all tables of the report as one workbook."""
    festival = get_object_or_404(Festival, pk=pk)
    found = report(festival, at=clock.moment_of(request))
    return sheet(f"report-{festival.slug}", "xlsx", sheets_of(found))


@require_safe
@needs("view_festival")
@may_be_late
def report_sheet(request: SignedIn, pk: int, part: str) -> HttpResponse:
    """Give one table of the report as CSV."""
    festival = get_object_or_404(Festival, pk=pk)
    table = sheet_of(report(festival, at=clock.moment_of(request)), part)
    if table is None:
        raise Http404
    return sheet(f"{part}-{festival.slug}", "csv", {part: table})


class StatementsView(FestivalListView):
    """The stores that sold in a festival, each with its statement."""

    needed = "view_festival"
    template_name = "cms/dashboard/statements.html"
    header_icon = "list-ul"
    table_label = "Statements"
    paginate_by: int | None = None
    none = "No store has sold anything in this festival yet."

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list, with the sheets to take away."""
        return [
            Column("Store", lambda row: link(row["name"], self.address_of(row))),
            Column("Country", "country"), NumberColumn("Units", "units"),
            MoneyColumn("Paid", "paid"), Column("Take it away", self.sheets_of),
        ]  # fmt: skip

    def get_page_title(self) -> str:
        """Return whose statements these are."""
        return f"Statements of {self.festival.title}"

    def get_queryset(self) -> list[Figures]:
        """Return the stores with their sales, as the report has them."""
        return report(self.festival, at=self.at)["merchants"]

    def address_of(self, row: Figures, *kind: str) -> str:
        """Return where the statement of a store is read, or its sheet."""
        screen = "desk:festival-statement-file" if kind else "desk:festival-statement"
        return reverse(screen, args=[self.festival.pk, row["key"], *kind])

    def sheets_of(self, row: Figures) -> SafeString:
        """Return the ways to the sheets of a store."""
        return joined(", ", (
            link(kind.upper(), self.address_of(row, kind),
                 aria_label=f"{row['name']} as {kind.upper()}")
            for kind in ("csv", "xlsx")
        ))  # fmt: skip


@require_safe
@needs("view_festival")
@may_be_late
def show_statement(request: SignedIn, pk: int, merchant_id: int) -> HttpResponse:
    """Show the sales of one store in a festival, line by line, fit to be printed."""
    festival, merchant = _store(pk, merchant_id)
    found = statement(festival, merchant)
    context: dict[str, Any] = {
        "festival": festival,
        "merchant": merchant,
        "statement": found,
        "table": StatementTable(found),
        "tab": "statements",
    }
    title = f"{merchant.name}: statement"
    return show(request, "statement.html", title, trail=trail_of(festival), icon="list-ul",
                **context)  # fmt: skip


@require_safe
@needs("view_festival")
@may_be_late
def statement_file(request: SignedIn, pk: int, merchant_id: int, kind: str) -> HttpResponse:
    """Give a store's statement as CSV or XLSX."""
    festival, merchant = _store(pk, merchant_id)
    table = statement_table(statement(festival, merchant), settings.SHOP_CURRENCY)
    return sheet(f"statement-{merchant.slug}-{festival.slug}", kind, {"Statement": table})


def _store(pk: int, merchant_id: int) -> tuple[Festival, Merchant]:
    festival = get_object_or_404(Festival, pk=pk)
    return festival, get_object_or_404(Merchant.objects.filter(enrolments__festival=festival),
                                       pk=merchant_id)  # fmt: skip


def _shown(name: str, shape: Shape, rows: list[Figures], currency: str) -> dict[str, object]:
    kind = next(kind for _label, key, kind in shape.columns if key == shape.drawn)
    values = [(row["name"], row[shape.drawn]) for row in rows]
    drawn = values[-DAYS:] if name == "days" else charts.largest(values)
    write = partial(in_currency, currency=currency) if kind == "money" else count
    table = report_table(shape, rows[:SHOWN], currency)
    return {
        "name": name,
        "count": len(rows),
        "table": table,
        "chart": charts.rows(drawn, write=write),
        "said": f"{table.label} as bars; the table says the same",
    }
