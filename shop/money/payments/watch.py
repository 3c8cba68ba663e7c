"""Work that waits too long or needs a person: for a monitor, and in a mail to organizers."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.tasks import TaskResultStatus, task
from django.urls import reverse
from django_tasks_db.models import DBTaskResult, get_date_max

from shop.core.jobs import each
from shop.core.jobs.failed_jobs import waiting as waiting_failed_jobs
from shop.core.mail.notifications import Mail, notification
from shop.core.tasks import at_once, enqueue
from shop.money.money_tasks.gate import overdue_tasks
from shop.money.money_tasks.kinds import KINDS
from shop.money.payments.models import GatewayEvent, Operation, Payment
from shop.orders.models import Order
from shop.orders.unpaid.report import parked, said
from shop.storefront.probe import wrong_pages

log = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=5)
# A task that failed is shown for a day; then the log alone knows it. Money and messages stay.
SHOWN_FOR = timedelta(days=1)
TOLD_AGAIN_HOURS = 6
LONGEST_TASK = timedelta(hours=1)
OVERDUE = "orders past their time to pay"


def problems(*, at: datetime) -> dict[str, int]:
    """Return the number of problems by kind; it names nobody. Empty when all is well.

    One statement for each, and each reads an index of what is not done: it does not matter how
    much is. For the background all the same: the monitor is told what was found last.
    """
    counts = {name: rows.count() for name, rows in (_waiting(at) | _stuck(at)).items()}
    due = overdue_tasks(at=at).order_by().values_list("kind").annotate(count=Count("pk"))
    counts |= {KINDS[kind].alarm: count for kind, count in due}
    return {name: count for name, count in counts.items() if count}


def tell_organizers(*, at: datetime, also: Sequence[str] = (), is_queue_dead: bool = False) -> bool:
    """Mail the organizers the problems, every six hours while they are the same; True if told.

    Args:
        also: what else is wrong, in words for the mail.
        is_queue_dead: nobody takes mails from the queue; it is known otherwise than by what waits.
    """
    if not settings.ORGANIZER_EMAILS:
        return False
    # Goods that somebody parks are no illness of the shop: its health stays as it is.
    found = problems(at=at) | said(parked(at=at)) | dict.fromkeys(also, 1)
    if not found:
        return False
    turn = f"{at:%Y-%m-%d} {at.hour // TOLD_AGAIN_HOURS}"
    args = [sorted(found), turn]
    tasks = DBTaskResult.objects.filter(task_path=send_alerts.module_path)
    if tasks.filter(args_kwargs__args=args).exists():
        return False
    enqueue(send_alerts, *args)
    log.error("something needs a person: %s", found)
    # Where the queue itself stands still, it would keep this mail too.
    if is_queue_dead or "tasks" in found:
        _tell_past_the_queue(args[0], at=at)
    return True


def _tell_past_the_queue(names: Sequence[str], *, at: datetime) -> None:
    """Hand the mails to the mail server here and now, none waiting for another."""
    places = range(len(settings.ORGANIZER_EMAILS))

    def tell(place: int) -> None:
        send_alert.func(settings.ORGANIZER_EMAILS[place], names)

    each("tell the organizers", places, tell, at=at, about=lambda place: f"address {place + 1}")


@task
@at_once
def send_alerts(names: list[str], turn: str) -> None:
    """Queue a mail about the problems to each organizer."""
    for address in settings.ORGANIZER_EMAILS:
        enqueue(send_alert, address, names)


@notification(
    "alert",
    promises={"How it stands now, with numbers for whoever is signed in at the desk": "health"},
)
def send_alert(address: str, names: list[str]) -> Mail | None:
    """Mail an organizer the problems. It is written in English, as the log is."""
    context = {"problems": names, "health_link": settings.SITE_URL + reverse("health")}
    return Mail(address, "en", context)


def _waiting(at: datetime) -> dict[str, QuerySet[Any]]:
    late = at - PATIENCE
    return {
        OVERDUE: overdue_orders(at=at),
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
            priority__gte=0,  # what is done when nothing else waits may take its time
            enqueued_at__lte=late,
        ),
    }


def _stuck(at: datetime) -> dict[str, QuerySet[Any]]:
    since, late = at - SHOWN_FOR, at - PATIENCE
    return {
        "tasks that were begun and never ended": DBTaskResult.objects.filter(
            status=TaskResultStatus.RUNNING,
            started_at__lte=at - LONGEST_TASK,
            started_at__gt=since,
        ),
        "things that periodic work failed at": waiting_failed_jobs(since=late),
        "pages with a wrong price": wrong_pages(),
        "tasks that failed": DBTaskResult.objects.filter(
            status=TaskResultStatus.FAILED, finished_at__gte=since
        ),
    }


def overdue_orders(*, at: datetime) -> QuerySet[Order]:
    """Return the unpaid orders that should have ended five minutes ago."""
    late = at - PATIENCE
    # While a bank or a person decides, an order may be past its time: nobody else can end that.
    undecided = Payment.objects.undecided().filter(order=OuterRef("pk"))
    overdue = Order.objects.filter(state=Order.State.PENDING, pay_by__lte=late)
    return overdue.filter(~Exists(undecided))
