"""Stores with an account of their own at the provider, and what is moved to it."""

from __future__ import annotations

from typing import Any

from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.operations import run_operations
from shop.money.payments.proposals import RefundPlan, approve, decided, propose
from shop.money.settlements.methods import confirm_method
from shop.money.settlements.models import PayoutMethod
from shop.money.settlements.remote.models import Transfer
from shop.money.settlements.remote.recipients import begin, form_for, look_at
from shop.orders.after_sale.arrive import arrived
from shop.orders.models import Order
from shop.people.merchants.models import Merchant
from tests import make
from tests.make import NOON
from tests.paying import set_clocks
from tests.shop.money.returns.sold import paid, sent
from tests.shop.money.settlements.earned import DAY
from tests.shop.money.settlements.remote.sent import CONFIRMED, WHERE

CONNECT = PayoutMethod.Way.CONNECT


def account(sandbox: Any, merchant: Merchant) -> PayoutMethod:
    """Return the account of a store at the provider, confirmed by a second person."""
    row = begin(merchant, CONNECT, at=CONFIRMED, by=make.member(merchant))
    form_for(row, WHERE, at=CONFIRMED)
    row.refresh_from_db()
    sandbox.onboard_recipient(row.remote_id, bank=False)
    look_at(row, at=CONFIRMED)
    return confirm_method(row.pk, at=CONFIRMED, by=make.user(), reason="A call")


def store(sandbox: Any, **facts: Any) -> Merchant:
    """Return a store in France that is paid on its own account there."""
    merchant = make.merchant(commission_bp=1_000, country=facts.pop("country", "FR"), **facts)
    account(sandbox, merchant)
    return merchant


def case_66(sandbox: Any, merchant: Merchant) -> Order:
    """Sell 2 units: 30.00 paid, 8.00 given by others, 3.04 commission: the store is owed 34.96."""
    set_clocks(sandbox, NOON)
    kettle = make.variant(25_00, of=make.product(of=merchant))
    festival = make.festival(commission_bp=800)
    make.deal(kettle, during=festival, price=20_00, subsidy=1_00)
    make.promotion(festival, group="merchant", merchant=merchant, value=4_00, title="Thanks")
    make.promotion(festival, group="save", value=6_00, organizer_share=100)
    order = paid(sandbox, {kettle: 2})
    assert (order.total, order.suborders.get().earned) == (30_00, 34_96)
    arrived(sent(order).pk, "carrier", at=NOON + 3 * DAY)
    return order


def refund(order: Order, units: int, *, at: Any) -> None:
    """Send the price of units of an order's only line back to its shopper."""
    plan = RefundPlan("return", "Broken", {str(order.lines.get().pk): (units, None)})
    propose(order.pk, plan, seen=decided(order.pk), at=at, by=make.user())
    for task in MoneyTask.objects.filter(state="open", kind="refund_check"):
        approve(task, reason="Right", at=at, by=make.user())
    run_operations(at=at)


def moves(sandbox: Any) -> list[tuple[int, str | None]]:
    """Return what the provider moved, the oldest first: amounts, and out of which charges."""
    rows = sandbox.world.store.all("transfer")
    return [(row["amount"], row["source_transaction"]) for row in rows]


def held(sandbox: Any, merchant: Merchant) -> int:
    """Return what a store's account there holds."""
    own = PayoutMethod.objects.get(merchant=merchant, way=CONNECT).remote_id
    rows = [row for row in sandbox.world.store.all("transfer") if row["destination"] == own]
    return sum(row["amount"] - row["amount_reversed"] for row in rows)


def transfers() -> list[tuple[str, int, str]]:
    """Return the shop's transfers, the oldest first: kind, amount, state."""
    return list(Transfer.objects.order_by("pk").values_list("kind", "amount", "state"))
