"""The journal of a month: each entry as a line with debit or credit, for accounting software."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from shop.core.currencies import in_whole
from shop.money.ledger.closing import month_after, start_of
from shop.money.ledger.models import LedgerEntry
from shop.orders.models import Order

HEAD = (
    "entry", "booked (UTC)", "happened (UTC)", "event", "account", "debit", "credit", "currency",
    "store", "order", "sponsor",
)  # fmt: skip
FIELDS = (
    "transaction__reference", "transaction__at", "transaction__happened_at", "transaction__kind",
    "account", "amount", "currency", "merchant__slug", "transaction__order_id",
    "transaction__order__placed_at", "fund__sponsor",
)  # fmt: skip
CHUNK = 2_000
type Line = tuple[
    str, datetime, datetime, str, str, Decimal | None, Decimal | None, str, str, str, str
]


def journal(month: date) -> Iterator[Line]:
    """Yield the entries of a month in the order in which they were booked. One statement.

    Lines with the same ``entry`` belong together: their debits equal their credits in each
    currency. Nobody who bought is named.
    """
    rows = LedgerEntry.objects.filter(
        transaction__at__gte=start_of(month), transaction__at__lt=start_of(month_after(month))
    )
    rows = rows.order_by("transaction__at", "transaction_id", "pk")
    for row in rows.values_list(*FIELDS).iterator(chunk_size=CHUNK):
        (
            reference,
            at,
            happened_at,
            kind,
            account,
            amount,
            currency,
            store,
            order,
            placed_at,
            sponsor,
        ) = row
        whole = in_whole(abs(amount), currency)
        number = Order(pk=order, placed_at=placed_at).number if order else ""
        yield (
            reference, at, happened_at or at, kind, account,
            whole if amount > 0 else None, whole if amount < 0 else None, currency,
            store or "", number, sponsor or "",
        )  # fmt: skip
