"""Money that waits for a person, in tables: refunds, payments that differ, messages given up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.template.defaultfilters import timesince_filter
from django.urls import reverse
from django.utils.safestring import SafeString

from cms.admin.permissions import may
from cms.admin.tables import (
    QUIET,
    SMALL,
    Column,
    Table,
    WhenColumn,
    element,
    joined,
    link,
    posted,
)
from shop import clock
from shop.accounts.requests import SignedIn
from shop.currencies import written
from shop.orders.models import Order
from shop.payments.models import GatewayEvent, Operation, Payment

CAUSES: dict[str, str] = {
    Operation.Cause.LATE: "The money came when the goods were gone",
    Operation.Cause.SURPLUS: "The order was paid already",
    Operation.Cause.RETURNED: "What was bought is not delivered",
}


def operation_table(rows: Iterable[Operation], request: SignedIn) -> Table:
    """Return the refunds that did not go."""

    def ways(row: Operation) -> SafeString:
        again = link("Try again", reverse("desk:money-again", args=[row.pk]), class_=SMALL)
        settle = reverse("desk:money-settle", args=[row.pk])
        return joined(" ", (again, link("Settled elsewhere", settle, class_=QUIET)))

    columns = [
        Column("Order", lambda row: _order(row.payment.order)), Column("Amount", _amount),
        Column("Why it goes back", _cause), Column("What stopped it", _stopped),
        _since("Waits for", "made_at", request),
    ]  # fmt: skip
    return _table("Refunds that did not go", "refund", [*columns, *_doing(ways, request)], rows)


def review_table(rows: Iterable[Payment], request: SignedIn) -> Table:
    """Return the payments of another amount than was asked."""

    def way(row: Payment) -> SafeString:
        look = element("button", "Look again", class_=SMALL)
        return posted(request, reverse("desk:money-look", args=[row.pk]), look)

    columns = [
        Column("Order", lambda row: _order(row.order)), Column("Was asked", _amount),
        Column("At the provider", lambda row: row.intent_id or row.session_id),
        _since("Waits for", "made_at", request),
    ]  # fmt: skip
    return _table("Payments that differ", "payment", [*columns, *_doing(way, request)], rows)


def message_table(rows: Iterable[GatewayEvent], request: SignedIn) -> Table:
    """Return the messages of the provider that could not be applied."""

    def ways(row: GatewayEvent) -> SafeString:
        again, close = (
            reverse("desk:money-message", args=[row.pk, name]) for name in ("again", "close")
        )
        shut = link("Close", close, class_=QUIET)
        return joined(" ", (link("Apply again", again, class_=SMALL), shut))

    columns = [
        Column("Message", "kind"), Column("About", "object_id", empty=""),
        Column("What stopped it", "error", empty=""),
        _since("Received", "received_at", request, " ago"),
    ]  # fmt: skip
    return _table("Messages given up", "message", [*columns, *_doing(ways, request)], rows)


def _table(label: str, kind: str, columns: Sequence[Column], rows: Iterable[Any]) -> Table:
    return Table(label, columns, list(rows), none=f"No {kind} waits for a person.")


def _doing(way: Callable[[Any], SafeString], request: SignedIn) -> list[Column]:
    """Return the column of the possible actions, for those who may take them."""
    return [Column("Do", way)] if may(request.user, "publish_festival") else []


def _since(label: str, field: str, request: SignedIn, ending: str = "") -> Column:
    """Return a column of how long something waits, by the moment of the request."""
    at = clock.moment_of(request)
    return WhenColumn(label, lambda row: f"{timesince_filter(getattr(row, field), at)}{ending}")


def _order(order: Order) -> SafeString:
    return link(order.number, reverse("desk_orders:inspect", args=[order.pk]))


def _amount(row: Operation | Payment) -> str:
    return written(row.amount, row.currency, "en")


def _cause(row: Operation) -> str:
    return (row.refund.get_cause_display() if row.refund else CAUSES[row.cause]).capitalize()


def _stopped(row: Operation) -> str:
    if row.state == Operation.State.FAILED:
        return "The shopper’s bank sent it back."
    return row.error or "The provider refused it."
