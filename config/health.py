"""Tells a monitor whether the shop is well: the database answers, and nothing waits too long."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, JsonResponse
from django.tasks import TaskResultStatus
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_tasks_db.models import DBTaskResult, get_date_max

from shop import clock
from shop.orders.models import Order
from shop.payments.models import GatewayEvent, Operation, Payment

PATIENCE = timedelta(minutes=5)


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 when all is well, else 503 with what is wrong; it names nobody."""
    try:
        problems = waiting_too_long(at=clock.moment_of(request))
    except (DatabaseError, InterfaceError):
        problems = {"the database does not answer": None}
    status = 503 if problems else 200
    return JsonResponse({"is_well": not problems, "problems": problems}, status=status)


def waiting_too_long(*, at: datetime) -> dict[str, int]:
    """Return how much has waited for more than five minutes, by what it is."""
    late = at - PATIENCE
    waiting: dict[str, QuerySet] = {
        "orders past their time to pay": _overdue_orders(late),
        "messages of the payment provider": GatewayEvent.objects.filter(
            state=GatewayEvent.State.NEW, next_try_at__lte=late
        ),
        "movements of money": Operation.objects.filter(
            Q(leased_until=None) | Q(leased_until__lte=late),
            state__in=(Operation.State.QUEUED, Operation.State.SENDING),
            run_after__lte=late,
        ),
        "tasks": DBTaskResult.objects.filter(
            Q(run_after=get_date_max()) | Q(run_after__lte=late),
            status=TaskResultStatus.READY,
            enqueued_at__lte=late,
        ),
    }
    counts = {name: rows.count() for name, rows in waiting.items()}
    return {name: count for name, count in counts.items() if count}


def _overdue_orders(late: datetime) -> QuerySet[Order]:
    # While a bank is thinking, an order may be past its time: nobody but the bank can end that.
    thinking = Payment.objects.filter(order=OuterRef("pk"), state=Payment.State.PROCESSING)
    overdue = Order.objects.filter(state=Order.State.PENDING, pay_by__lte=late)
    return overdue.filter(~Exists(thinking))
