"""What befalls the balance beside the shop, and the nights that look at it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings

from shop.festivals.models import Fund
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.models import Operation, Payment
from shop.money.payments.operations import run_operations
from shop.money.payments.proposals import RefundPlan, decided, propose
from shop.orders.models import Refund
from shop.reports.reconciliation.nightly import run_night
from tests import make
from tests.make import NOON
from tests.paying import begin, deliver, set_clocks
from tests.sandbox import make as at_stripe

DAY = timedelta(days=1)
NIGHT = NOON + DAY
MOST_TURNS = 500  # far more than any night takes


def night(till: Any, *, at: Any = NIGHT) -> list[tuple[str, int | None]]:
    """Let a night pass, however many rounds it takes; return the tasks that it opened."""
    set_clocks(till, at)
    before = set(MoneyTask.objects.values_list("pk", flat=True))
    assert any(run_night(at=at) for _turn in range(MOST_TURNS)), "the night has no end"
    opened = MoneyTask.objects.exclude(pk__in=before).order_by("kind", "amount")
    return [(task.kind, task.amount) for task in opened]


def line_of(till: Any, source: str | None) -> str:
    """Return the id of the first line of the balance that something caused."""
    lines = till.world.store.all("balance_transaction")
    return next(line["id"] for line in lines if line["source"] == source)


def refunded(payment: Payment, amount: int, *, at: Any = NOON) -> Operation:
    """Send an amount of the only line of an order back, at the provider too."""
    line = payment.order.lines.get()
    plan = RefundPlan(cause="wrong_price", reason="Scratched", lines={str(line.pk): (0, amount)})
    seen = decided(payment.order_id)
    assert isinstance(propose(line.order_id, plan, seen=seen, at=at, by=make.user()), Refund)
    run_operations(at=at)
    return Operation.objects.latest("pk")


def with_discounts(till: Any, *, at: Any = NOON) -> Payment:
    """Sell two kettles for 30.00 of which the store is owed 34.96: others gave discounts."""
    set_clocks(till, at)
    kettle = make.variant(25_00)
    festival = make.festival(commission_bp=800)
    fund = Fund.objects.create(festival=festival, sponsor="Chamber", amount=500_00)
    make.deal(kettle, during=festival, price=20_00, subsidy=1_00, fund=fund, allotment=5)
    make.promotion(festival, group="merchant", merchant=kettle.product.merchant, value=4_00)
    make.promotion(festival, group="save", value=6_00, organizer_share=100)
    payment = begin(make.cart({kettle: 2}, at=at), at=at)
    till.pay(payment.session_id)
    deliver(till)
    payment.refresh_from_db()
    return payment


def stripe_client() -> Any:
    """Return the SDK as somebody else uses it with the same account."""
    return at_stripe.client(settings.STRIPE_BASE_URL, settings.STRIPE_SECRET_KEY)


def strange_charge(till: Any, amount: int) -> str:
    """Let a charge of the account be paid of which the shop knows nothing; return its id."""
    ends = till.world.now() + at_stripe.HALF_AN_HOUR
    session = at_stripe.session(stripe_client(), at_stripe.line(amount), expires_at=ends)
    intent = till.pay(session.id)["payment_intent"]
    return till.world.store.get("payment_intent", intent)["latest_charge"]


def strange_transfer(till: Any, amount: int) -> None:
    """Let somebody move money to a store's account in the dashboard."""
    till.fund(2 * amount, "usd")
    till.dashboard_transfer(at_stripe.account(stripe_client(), till), amount)
