"""What stores owe, since when, and the settlements by which it came."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from cms.dashboard.permissions import needs
from cms.dashboard.screens import show
from cms.dashboard.tables import (
    Column,
    NumberColumn,
    Table,
    WhenColumn,
    joined,
    link,
    moment,
    status,
)
from shop.core import clock
from shop.core.currencies import in_whole, written
from shop.core.spreadsheets.tables import sheet
from shop.money.settlements.receivables import Receivable, explained, owing
from shop.people.accounts.requests import SignedIn
from shop.reports.reconciliation.rules import RECEIVABLE_FOR

TRAIL = [("/organize/books/", "Books")]
HEADS = ("store", "amount", "currency", "since", "settlements")
SHOWN = 200


@require_safe
@needs("view_settlement")
def show_receivables(request: SignedIn) -> HttpResponse:
    """List the stores that owe, whoever owes most first; or give them as a sheet."""
    at = clock.moment_of(request)
    found = list(owing())
    if request.GET.get("export") == "csv":
        name = f"receivables-{at:%Y-%m-%d}"
        return sheet(name, "csv", {"Stores": (HEADS, map(_cells, explained(found)))})
    rows = explained(found[:SHOWN])

    def since(row: Receivable) -> SafeString:
        is_old = at - row.since > RECEIVABLE_FOR
        days = (at - row.since) // timedelta(days=1)
        age = status(f"{days} days", "critical" if is_old else "")
        return joined(" ", (moment(row.since, "j M Y"), age))

    columns = [
        Column("Store", _store), NumberColumn("Owes", _amount), WhenColumn("Since", since),
        Column("Came by", _settlements),
    ]  # fmt: skip
    table = Table("Stores that owe", columns, rows, none="No store owes anything.")
    context: dict[str, Any] = {"table": table, "count": len(found), "shown": SHOWN}
    return show(request, "receivables.html", "What stores owe", trail=TRAIL, icon="list-ul",
                **context)  # fmt: skip


def _store(row: Receivable) -> SafeString:
    return link(row.merchant.name, reverse("desk:store-page", args=[row.merchant.pk]))


def _amount(row: Receivable) -> str:
    return written(row.amount, row.currency, "en")


def _settlements(row: Receivable) -> SafeString:
    return joined(", ", (
        link(one.number, reverse("desk:settlement", args=[one.pk])) for one in row.settlements
    ))  # fmt: skip


def _cells(row: Receivable) -> list[str]:
    numbers = ", ".join(one.number for one in row.settlements)
    amount = str(in_whole(row.amount, row.currency))
    return [row.merchant.name, amount, row.currency, f"{row.since:%Y-%m-%d}", numbers]
