"""The books at a glance: whether all is covered, how the last nights went, and the months."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe

from cms.dashboard.confirm import Act, perform
from cms.dashboard.permissions import View, needs, proved_again
from cms.dashboard.promotions.forms import amount
from cms.dashboard.promotions.sponsors import BankForm
from cms.dashboard.screens import show
from cms.dashboard.tables import Column, HeadColumn, NumberColumn, Table, WhenColumn, link, status
from shop.core import clock
from shop.core.currencies import written
from shop.money.ledger.at_the_bank import (
    note_paid_in,
    note_taken_out,
    note_tax_paid,
    note_tax_returned,
)
from shop.money.ledger.cover import Cover, covers
from shop.money.ledger.models import LedgerEntry
from shop.money.ledger.months import months
from shop.people.accounts.requests import SignedIn
from shop.reports.reconciliation.models import NightlyReconciliation
from shop.reports.reconciliation.nightly import latest_nights, words_of

TRAIL = "Books"
NIGHTS, MONTHS = 14, 24
TOO_OLD = timedelta(hours=26)
NAMES = {
    LedgerEntry.Account.PROVIDER: "Balance at the provider",
    LedgerEntry.Account.STORAGE: "Its account for payouts",
    LedgerEntry.Account.BANK: "Your own accounts",
    LedgerEntry.Account.PAYABLE: "To stores",
    LedgerEntry.Account.RESERVE: "To stores, kept as reserve",
    LedgerEntry.Account.REFUNDS_DUE: "To shoppers, refunds",
    LedgerEntry.Account.TRANSIT: "On its way to stores",
    LedgerEntry.Account.TAX: "To tax offices",
    LedgerEntry.Account.FUNDS: "Sponsors’ money that is held",
}


@require_safe
@needs("view_settlement")
def books(request: SignedIn) -> HttpResponse:
    """Show what is held and owed by currency, the last nights, and the months."""
    at = clock.moment_of(request)
    nights = latest_nights(NIGHTS)
    context: dict[str, Any] = {
        "covers": [(row.currency, _cover_table(row), _verdict(row)) for row in covers()],
        "nights": _night_table(nights),
        "is_late": _is_late(nights, at),
        "may_book": request.user.has_perm("shop.publish_festival"),
        "months": [(f"{month:%B %Y}", f"{month:%Y-%m}") for month in months(at=at)[:MONTHS]],
    }
    return show(request, "books.html", TRAIL, icon="list-ul", **context)


def _booking(title: str, note: Callable[..., None], said: str, *effects: str) -> View:
    """Return the view by which somebody writes down what the operator's own bank did."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @needs("publish_festival")
    @proved_again
    def view(request: SignedIn) -> HttpResponse:
        def run(answers: dict[str, Any]) -> str:
            note(**answers, at=clock.moment_of(request), by=request.user)
            return f"{amount(answers['amount'])} {said}"

        back = reverse("desk:books")
        act = Act(title, "Book it", list(effects), run, BankForm)
        return perform(request, act, back=back, trail=[(back, TRAIL)])

    return view


money_in = _booking(
    "You have paid in", note_paid_in, "is in the books as paid in.",
    "Do this when the money is on your account, not before.",
    "It pays for the discounts that you give: they are owed to stores.",
    "Money that you move to the provider is found by itself, and changes nothing.",
)  # fmt: skip
money_out = _booking(
    "You have taken out", note_taken_out, "is in the books as taken out.",
    "It is no longer counted as held: look at the cover first.",
    "What was booked as paid in by mistake is taken back this way, too.",
)  # fmt: skip
tax_paid = _booking(
    "Tax was paid to the office", note_tax_paid, "is in the books as tax that was paid.",
    "Send it from your bank first: this only writes it down.",
)  # fmt: skip
tax_returned = _booking(
    "Tax came back", note_tax_returned, "of tax is owed again, by the books.",
    "The office paid it back, or it was written down as paid and was not.",
    "The reference is that of the money that came, or of the entry with a word of yours.",
)  # fmt: skip


def verdict() -> SafeString:
    """Say of each currency whether it is covered, and lead to the figures. One statement."""
    said = " ".join(_verdict(row) for row in covers()) or "Nothing is booked yet."
    return format_html('{} <a href="{}">Books</a>', said, reverse("desk:books"))


def _verdict(row: Cover) -> str:
    held, owed = (written(sum(part.values()), row.currency, "en") for part in (row.held, row.owed))
    said = f"Held {held}, owed {owed}"
    if not row.missing:
        return f"{said}: covered."
    return f"{said}: {written(row.missing, row.currency, 'en')} has to be paid in."


def _cover_table(row: Cover) -> Table:
    rows = [("Held", *pair) for pair in row.held.items()]
    rows += [("Owed", *pair) for pair in row.owed.items()]
    table = Table(f"Cover in {row.currency}", [
        HeadColumn("Account", lambda one: NAMES[one[1]]),
        NumberColumn("Held", lambda one: _said(one, "Held", row.currency), empty=""),
        NumberColumn("Owed", lambda one: _said(one, "Owed", row.currency), empty=""),
    ], rows)  # fmt: skip
    sums = (written(sum(part.values()), row.currency, "en") for part in (row.held, row.owed))
    table.foot = ["Together", *sums]
    return table


def _said(row: tuple[str, str, int], side: str, currency: str) -> str:
    return written(row[2], currency, "en") if row[0] == side else ""


def _night_table(nights: list[NightlyReconciliation]) -> Table:
    columns = [
        HeadColumn("Night", lambda night: f"{night.day:%-d %b %Y}"),
        WhenColumn("Begun", "started_at"), WhenColumn("Done", "finished_at"),
        Column("Looked at, and found", words_of), Column("State", _state),
    ]  # fmt: skip
    return Table("Nights", columns, nights, none="No night has been yet.")


def _state(night: NightlyReconciliation) -> SafeString:
    if night.step != NightlyReconciliation.Step.DONE:
        return status(night.get_step_display(), "primary")
    if night.counts.get("news"):
        return link("Look at what it found", reverse("desk:money"))
    return status("Done")


def _is_late(nights: list[NightlyReconciliation], at: datetime) -> bool:
    done = [night.finished_at for night in nights if night.finished_at]
    return bool(nights) and at - max(done, default=nights[-1].started_at) > TOO_OLD
