"""What is done is forgotten, so that what is counted stays small; and counting reads no table."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from shop.core.workers.cleanup import forget_tasks
from shop.core.workers.models import Worker
from shop.money.payments.cleanup import KEPT_FOR, forget_messages
from shop.money.payments.models import GatewayEvent
from shop.money.payments.watch import problems
from shop.people.accounts.cleanup import forget_sessions
from tests.make import NOON
from tests.shop.money.payments.troubles import event, task

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_tasks_that_are_done_are_kept_for_a_day_and_failed_ones_for_a_month():
    for at in (NOON - DAY, NOON - DAY - timedelta(seconds=1)):
        task("SUCCESSFUL", finished_at=at)
    for at in (NOON - 30 * DAY, NOON - 31 * DAY):
        task("FAILED", finished_at=at)
    task("READY", enqueued_at=NOON - 90 * DAY)
    task("RUNNING", started_at=NOON - 90 * DAY)

    assert forget_tasks(at=NOON) == 2

    kept = sorted(DBTaskResult.objects.values_list("status", flat=True))
    assert kept == ["FAILED", "READY", "RUNNING", "SUCCESSFUL"]


def test_workers_of_yesterday_are_forgotten():
    for name, seen in (("old", NOON - 2 * DAY), ("new", NOON)):
        Worker.objects.create(pk=name, begun_at=seen, seen_at=seen)

    forget_tasks(at=NOON)

    assert Worker.objects.get().pk == "new"


def test_sessions_that_are_over_are_forgotten():
    now = datetime.now(UTC)  # by Django's own clock, whatever the shop's says
    for name, ends in (("over", now - DAY), ("on", now + DAY)):
        Session.objects.create(pk=name, session_data="", expire_date=ends)

    assert forget_sessions(at=NOON) == 1
    assert Session.objects.get().pk == "on"


def test_old_messages_of_the_provider_are_forgotten_unless_they_still_wait():
    for state in ("done", "dead", "new", "done"):
        event(state, next_try_at=NOON)
    GatewayEvent.objects.exclude(gateway_id="evt_3").update(received_at=NOON - KEPT_FOR - DAY)

    assert forget_messages(at=NOON) == 2
    assert set(GatewayEvent.objects.values_list("state", flat=True)) == {"new", "done"}


def test_much_at_once_is_forgotten_in_steps(monkeypatch):
    monkeypatch.setattr("shop.people.accounts.cleanup.BATCH", 2)
    for n in range(5):
        Session.objects.create(pk=str(n), session_data="", expire_date=datetime.now(UTC) - DAY)

    assert forget_sessions(at=NOON) == 5


def test_looking_for_problems_reads_an_index_of_what_is_not_done():
    """However many tasks, payments, messages and movements are done: none of them is read."""
    with CaptureQueriesContext(connection) as seen:
        problems(at=NOON)
    grows = (
        "\\w*dbtaskresult|shop_payment|shop_operation|shop_gatewayevent|shop_order|shop_moneytask"
    )

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for sql in [query["sql"] for query in seen.captured_queries]:
            cursor.execute(f"EXPLAIN {sql}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert not re.search(rf"Seq Scan on ({grows})", plan), plan
    assert len(seen) == 9
