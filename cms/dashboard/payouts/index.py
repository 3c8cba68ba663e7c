"""Settlements and payouts of all stores, as lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cms.dashboard.books.index import verdict
from cms.dashboard.listing import ChoiceFilter, ListFilters, ListView, WordsFilter
from cms.dashboard.tables import QUIET, Column, WhenColumn, link, small, status
from shop.core.currencies import written
from shop.money.settlements.models import Payout, PayoutBatch, PayoutMethod, Settlement
from shop.money.settlements.payouts import by_hand

STATES = [
    ("draft", "To approve"), ("final", "Final, not sent"), ("paying", "With the bank"),
    ("paid", "Paid"), ("carried", "Carried over"), ("void", "Dropped"), ("all", "All"),
]  # fmt: skip
PAYOUTS = [
    ("queued", "To send"), ("exported", "With the bank"), ("sending", "Being sent"),
    ("sent", "With the provider"), ("blocked", "Stuck"), ("done", "Paid"), ("failed", "Not paid"),
    ("returned", "Came back"), ("void", "Dropped"), ("all", "All"),
]  # fmt: skip
METHODS = [
    ("onboarding", "Form of the provider"), ("new", "To confirm"), ("ready", "Confirmed"),
    ("restricted", "Something came back"),
    ("closed", "Closed"), ("all", "All"),
]  # fmt: skip


def _of_state(rows: QuerySet[Any], _name: str, state: str) -> QuerySet[Any]:
    return rows if state == "all" else rows.filter(state=state)


class SettlementFilters(ListFilters):
    q = WordsFilter("Store", "merchant__name", "merchant__slug")
    state = ChoiceFilter("State", STATES, required=True, method=_of_state)


class SettlementsView(ListView):
    """What stores are paid, store by store."""

    needed = "view_settlement"
    filterset_class = SettlementFilters
    usual: Mapping[str, str] = {"state": "draft"}
    queryset = Settlement.objects.select_related("merchant")
    default_ordering = ("-pk",)
    page_title = "Settlements"
    header_icon = "tasks"
    table_label = "Settlements"
    none = "Nothing waits to be approved. Drafts are made on Mondays, and on the 1st."

    @property
    def about(self) -> SafeString:
        """Say what stands here, lead to the payouts, and tell whether the money is there."""
        return format_html(
            'What stores have earned up to a day. Totals of drafts are computed every five '
            'minutes; the page of a draft shows that of now. <a href="{}">Approve several</a> · '
            '<a href="{}">Payouts</a> · '
            '<a href="{}">Files for the bank</a> · <a href="{}">Accounts of stores</a> · '
            '<a href="{}">Countries</a>. {}',
            reverse("desk:settlements-approve"), reverse("desk:payouts"), reverse("desk:batches"),
            reverse("desk:accounts"), reverse("desk:payout-countries"), verdict(),
        )  # fmt: skip

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list."""
        return [
            Column("Settlement", _named), Column("Store", lambda row: row.merchant.name),
            WhenColumn("Up to (UTC)", "cut_off"), Column("Total", _total),
            Column("State", lambda row: status(dict(STATES)[row.state])),
        ]  # fmt: skip


class PayoutFilters(ListFilters):
    q = WordsFilter("Store or reference", "settlement__merchant__name", "reference",
                    "bank_reference")  # fmt: skip
    state = ChoiceFilter("State", PAYOUTS, required=True, method=_of_state)


class PayoutsView(ListView):
    """The tries to move the money of settlements."""

    needed = "view_settlement"
    filterset_class = PayoutFilters
    usual: Mapping[str, str] = {"state": "queued"}
    queryset = Payout.objects.select_related("settlement__merchant", "method", "batch")
    default_ordering = ("-pk",)
    page_title = "Payouts"
    header_icon = "upload"
    table_label = "Payouts"
    none = "Nothing waits to be sent."

    @property
    def about(self) -> SafeString:
        """Lead to where a file is made of them."""
        return format_html(
            '<a href="{}">Make a file for the bank</a> of those that wait; the provider sends its '
            "own by itself. "
            '<a href="{}">Settlements</a>. {}',
            reverse("desk:batch-add"), reverse("desk:settlements"), verdict(),
        )  # fmt: skip

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list."""
        return [
            Column("Reference", _payout), Column("Store", _store), Column("Amount", _amount),
            Column("To", lambda row: small(row.method.masked, row.method.get_way_display())),
            Column("File", lambda row: row.batch.number if row.batch else ""),
            WhenColumn("Expected (UTC)", "expected_on"),
            Column("State", lambda row: status(dict(PAYOUTS)[row.state])),
        ]  # fmt: skip


class BatchesView(ListView):
    """The files for the bank."""

    needed = "view_settlement"
    queryset = PayoutBatch.objects.select_related("made_by", "exported_by")
    default_ordering = ("-pk",)
    page_title = "Files for the bank"
    header_icon = "download"
    table_label = "Files"
    none = "No file was made yet."
    trail = [("/organize/settlements/", "Settlements")]

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list."""
        return [
            Column("File", lambda row: link(row.number, reverse("desk:batch", args=[row.pk]))),
            WhenColumn("Made (UTC)", "made_at"), Column("By", lambda row: _who(row.made_by)),
            Column("Checked by", lambda row: _who(row.exported_by)),
            Column("State", lambda row: status(row.get_state_display())),
        ]  # fmt: skip


class AccountFilters(ListFilters):
    q = WordsFilter("Store", "merchant__name", "merchant__slug")
    state = ChoiceFilter("State", METHODS, required=True, method=_of_state)


class AccountsView(ListView):
    """Where stores are paid: the last digits alone."""

    needed = "view_settlement"
    filterset_class = AccountFilters
    usual: Mapping[str, str] = {"state": "new"}
    queryset = PayoutMethod.objects.select_related("merchant", "added_by")
    default_ordering = ("-pk",)
    page_title = "Accounts of stores"
    header_icon = "lock"
    table_label = "Accounts"
    none = "No account waits to be confirmed."
    trail = [("/organize/settlements/", "Settlements")]

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list."""
        return [
            Column("Store", lambda row: row.merchant.name),
            Column("Account", lambda row: small(row.masked, _how(row))),
            WhenColumn("Typed (UTC)", "added_at"), Column("By", lambda row: _who(row.added_by)),
            Column("State", lambda row: status(dict(METHODS)[row.state])),
            Column("Papers", lambda row: link("Look", reverse("desk:account", args=[row.pk]),
                                        class_=QUIET, aria_label=f"Look at {row.merchant.name}")),
        ]  # fmt: skip


def payouts_waiting() -> dict[str, int]:
    """Return how many drafts, accounts and payouts wait for an organizer. Three statements."""
    return {
        "drafts": Settlement.objects.filter(state=Settlement.State.DRAFT).count(),
        "accounts": PayoutMethod.objects.filter(state=PayoutMethod.State.NEW).count(),
        "payouts": by_hand(Payout.objects).count(),
    }


def _named(row: Settlement) -> SafeString:
    return link(row.number, reverse("desk:settlement", args=[row.pk]))


def _total(row: Settlement) -> str:
    return written(row.total, row.currency, "en")


def _payout(row: Payout) -> SafeString:
    where = link(row.reference, reverse("desk:payout", args=[row.pk]))
    return small(where, row.bank_reference)


def _store(row: Payout) -> SafeString:
    return small(row.settlement.merchant.name, row.settlement.number)


def _amount(row: Payout) -> str:
    return written(row.amount, row.settlement.currency, "en")


def _how(row: PayoutMethod) -> str:
    return row.get_way_display() if row.is_remote else row.get_rail_display()


def _who(user: Any) -> str:
    return (user.name or user.email) if user else ""
