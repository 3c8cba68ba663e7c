"""Rows of the kinds that need a person, or that wait for somebody."""

from datetime import timedelta

from django_tasks_db.models import DBTaskResult, get_date_max

from shop.money.money_tasks.gate import open_task
from shop.money.payments.models import GatewayEvent, Operation, Payment
from shop.orders.models import Order
from tests import make
from tests.make import NOON

LONG = NOON - timedelta(minutes=6)


def pending(pay_by=NOON):
    order = make.order({make.variant(): 1}, at=NOON - timedelta(hours=1))
    Order.objects.filter(pk=order.pk).update(pay_by=pay_by)
    return order


def payment(state, *, of=None):
    order = of or pending()
    made = Payment.objects.create(
        order=order, amount=order.total, currency="USD", request={}, made_at=NOON,
        session_ends_at=NOON, state=state,
    )  # fmt: skip
    if state == "review":
        open_task("payment_review", made, "Another amount came.", at=NOON, order=order)
    return made


def event(state="new", *, next_try_at):
    made = GatewayEvent.objects.create(
        gateway_id=f"evt_{GatewayEvent.objects.count()}", kind="x", is_live=False, state=state,
        next_try_at=next_try_at, received_at=LONG,
    )  # fmt: skip
    if state == "dead":
        open_task("message", made, "It could not be applied.", at=NOON)
    return made


def operation(state, *, run_after=LONG, leased_until=None):
    made = Operation.objects.create(
        kind="refund", cause="late", payment=payment("refunding"), amount=1, currency="USD",
        request={}, run_after=run_after, leased_until=leased_until, state=state,
    )  # fmt: skip
    if state in ("blocked", "failed"):
        open_task("refund_stuck", made, "It did not go.", at=NOON)
    return made


def task(
    status="READY",
    *,
    enqueued_at=LONG,
    run_after=None,
    finished_at=None,
    started_at=None,
    priority=0,
):
    made = DBTaskResult.objects.create(
        task_path="x.y", args_kwargs={"args": [], "kwargs": {}}, backend_name="default",
        run_after=run_after or get_date_max(), status=status, finished_at=finished_at,
        started_at=started_at, priority=priority,
    )  # fmt: skip
    DBTaskResult.objects.filter(pk=made.pk).update(enqueued_at=enqueued_at)
    return made
