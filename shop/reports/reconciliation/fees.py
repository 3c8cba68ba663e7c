"""The fees of charges, written down at their payments and booked once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from shop.core.locks import lock
from shop.money.ledger.posting.sales import ChargeFee, post_charge_fees
from shop.money.payments.models import Payment
from shop.money.payments.provider.gateway import BalanceLine
from shop.orders.models import Order

FIELDS = ("balance_txn", "fee", "net", "available_on")


@transaction.atomic
def take_fees(lines: Mapping[int, BalanceLine], *, at: datetime) -> dict[int, Payment]:
    """Write down what the provider kept of charges, and book it; return the payments as they are.

    Under the locks of their orders, as everybody who writes a payment. Four statements.

    Args:
        lines: of the balance, by the ids of their payments; one that has a line already keeps it.
    """
    lock(Order.objects.filter(payments__in=lines.keys()))
    rows = Payment.objects.select_related("order").in_bulk(lines.keys())
    new = [row for row in rows.values() if row.balance_txn is None]
    for row in new:
        line = lines[row.pk]
        row.balance_txn, row.fee, row.net = line.id, line.fee, line.net
        row.available_on = line.available_on
    Payment.objects.bulk_update(new, FIELDS)
    fees = (ChargeFee(row.order, row.fee or 0, lines[row.pk].currency, lines[row.pk].id,
                      lines[row.pk].made_at)
            for row in new)  # fmt: skip
    post_charge_fees(fees, at=at)
    return rows
