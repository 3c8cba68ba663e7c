"""The closing of a month, on a page and as spreadsheets for the accountant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from cms.dashboard.permissions import needs
from cms.dashboard.screens import show
from cms.dashboard.tables import HeadColumn, NumberColumn, Table, small
from shop.core.currencies import in_whole, written
from shop.core.spreadsheets.tables import sheet, streamed
from shop.money.ledger.journal import HEAD as JOURNAL
from shop.money.ledger.journal import journal
from shop.money.ledger.models import ClosedMonth
from shop.money.ledger.months import AccountMonth, closing
from shop.people.accounts.requests import SignedIn

TRAIL = [("/organize/books/", "Books")]
HEADS = ("month", "currency", "account", "what", "amount")


@require_safe
@needs("view_settlement")
def show_month(request: SignedIn, year: str, month: str) -> HttpResponse:
    """Show what stood on each account, what moved it, and what stands there."""
    begins = _month(year, month)
    rows = closing(begins)
    tables = [
        (currency, _table(currency, list(own)))
        for currency, own in groupby(rows, key=lambda row: row.currency)
    ]
    title = f"{begins:%B %Y}"
    closed = ClosedMonth.objects.filter(month=begins).first()
    return show(request, "month.html", title, trail=TRAIL, icon="calendar", tables=tables,
                name=f"{begins:%Y-%m}", closed=closed)  # fmt: skip


@require_safe
@needs("view_settlement")
def month_sheet(request: SignedIn, year: str, month: str, kind: str) -> HttpResponse:
    """Return a month as a sheet: a line for each opening, kind of event and closing."""
    begins = _month(year, month)
    name = f"books-{begins:%Y-%m}"
    return sheet(name, kind, {"Books": (HEADS, _lines(begins, closing(begins)))})


@require_safe
@needs("view_settlement")
def journal_sheet(request: SignedIn, year: str, month: str) -> StreamingHttpResponse:
    """Return every entry of a month as a line of a CSV that accounting software imports."""
    begins = _month(year, month)
    return streamed(f"journal-{begins:%Y-%m}", (JOURNAL, journal(begins)))


def _month(year: str, month: str) -> date:
    try:
        return date(int(year), int(month), 1)
    except ValueError as none:
        raise Http404 from none


def _lines(begins: date, rows: list[AccountMonth]) -> Iterator[tuple[str, str, str, str, Decimal]]:
    for row in rows:
        for what, amount in _steps(row):
            whole = in_whole(amount, row.currency)
            yield f"{begins:%Y-%m}", row.currency, row.account, what, whole


def _steps(row: AccountMonth) -> Iterator[tuple[str, int]]:
    yield "opening", row.opening
    yield from row.moved.items()
    yield "closing", row.closing


def _table(currency: str, rows: list[AccountMonth]) -> Table:
    def said(amount: int) -> str:
        return written(amount, currency, "en")

    def moved(row: AccountMonth) -> object:
        by_kind = (f"{kind.replace('_', ' ')} {said(n)}" for kind, n in row.moved.items())
        return small(said(sum(row.moved.values())), *by_kind)

    columns = [
        HeadColumn("Account", lambda row: row.account.replace("_", " ")),
        NumberColumn("Opening", lambda row: said(row.opening)),
        NumberColumn("Moved, by kind of event", moved),
        NumberColumn("Closing", lambda row: said(row.closing)),
    ]
    table = Table(f"Accounts in {currency}", columns, rows)
    sums = (
        sum(row.opening for row in rows), sum(sum(row.moved.values()) for row in rows),
        sum(row.closing for row in rows),
    )  # fmt: skip
    table.foot = ["All accounts", *map(said, sums)]
    return table
