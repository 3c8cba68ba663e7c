"""Everything that a payment may touch, at one glance: here and at the provider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Sum
from django_tasks_db.models import DBTaskResult

from shop.catalogue.stock.models import Pool
from shop.money.ledger.models import LedgerEntry
from shop.money.payments.models import Operation, Payment
from shop.orders.models import Order
from tests.shop.money.payments.books import charged, refunded, sessions


@dataclass
class Standing:
    """How orders, payments, stock, books and the queue stand, and what the provider holds."""

    orders: list[str]
    payments: list[str]
    held: list[int]
    sold: list[int]
    booked: dict[str, int]
    moved: list[tuple[str, str, int]]
    queued: list[str]
    sessions: list[str]
    charged: list[int]
    refunded: list[int]


def standing(till: Any) -> Standing:
    """Return how everything stands now."""
    return Standing(
        orders=_all(Order, "state"),
        payments=_all(Payment, "state"),
        held=_all(Pool, "held"),
        sold=_all(Pool, "sold"),
        booked={
            row["account"]: row["sum"]
            for row in LedgerEntry.objects.values("account").annotate(sum=Sum("amount"))
        },
        moved=list(Operation.objects.order_by("pk").values_list("cause", "state", "amount")),
        queued=sorted(
            path.rpartition(".")[2]
            for path in DBTaskResult.objects.values_list("task_path", flat=True)
            if not path.endswith("say_alive")  # whether the worker lives is no matter of money
        ),
        sessions=[session["status"] for session in sessions(till)],
        charged=charged(till),
        refunded=refunded(till),
    )


# One kettle of 20.00 that was sold once, whatever was sent how often.
SOLD_ONCE = Standing(
    orders=["paid"],
    payments=["paid"],
    held=[0],
    sold=[1],
    booked={"provider": 20_00, "payable": -20_00},
    moved=[],
    queued=["make_papers", "send_receipt", "tell_merchants"],
    sessions=["complete"],
    charged=[20_00],
    refunded=[],
)


def _all(model: Any, field: str) -> list[Any]:
    return list(model.objects.order_by("pk").values_list(field, flat=True))
