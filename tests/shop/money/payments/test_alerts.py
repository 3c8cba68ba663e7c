"""Festival case 54 and payment case 31: the monitor turns red and the organizers get mail."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from django_tasks_db.models import DBTaskResult

from shop.core import clock
from shop.money.payments.models import GatewayEvent, Payment
from shop.money.payments.sweep import expire_overdue
from shop.money.payments.watch import problems, tell_organizers
from shop.money.payments.webhooks import MOST_TRIES, handle_waiting
from shop.orders.models import Order
from shop.reports import checks, monitor
from tests.make import NOON
from tests.paying import completed, post, set_clocks
from tests.shop.money.payments import troubles
from tests.shop.money.payments.troubles import operation

pytestmark = pytest.mark.django_db

ORGANIZERS = ["amara@example.org", "kofi@example.org"]


@pytest.fixture
def organizers(settings, monkeypatch):
    monkeypatch.setattr(monitor, "_began", time.monotonic())  # however long this run has lasted
    settings.ORGANIZER_EMAILS = ORGANIZERS
    settings.SITE_URL = "https://shop.example"


def work(*, at):
    """Run the queued tasks as the worker would, which keeps them."""
    while row := DBTaskResult.objects.ready().order_by("enqueued_at").first():
        row.task.func(*row.args_kwargs["args"], **row.args_kwargs["kwargs"])
        DBTaskResult.objects.filter(pk=row.pk).update(status="SUCCESSFUL", finished_at=at)


def told(*, at):
    """Let the periodic work and the worker run; return the mails that went out."""
    before = len(mail.outbox)
    tell_organizers(at=at)
    work(at=at)
    return mail.outbox[before:]


def test_each_organizer_is_told_what_is_wrong_and_where_to_look(organizers):
    troubles.payment("review")
    order = Order.objects.get()

    letters = told(at=NOON)

    assert [letter.to for letter in letters] == [[address] for address in ORGANIZERS]
    for letter in letters:
        assert letter.subject == "Baobab Demonstration: something needs a person"
        assert "- payments to be looked at\n" in letter.body
        assert "https://shop.example/health/" in letter.body
        assert order.number not in letter.body
        assert order.contact.email not in letter.body


def test_nobody_is_told_while_all_is_well(organizers):
    assert tell_organizers(at=NOON) is False
    assert not DBTaskResult.objects.exists()


def test_without_addresses_nothing_is_queued(settings):
    settings.ORGANIZER_EMAILS = []
    troubles.payment("review")

    assert tell_organizers(at=NOON) is False
    assert not DBTaskResult.objects.exists()


def test_the_same_problems_are_told_once_in_six_hours(organizers):
    troubles.payment("review")
    noon = datetime(2027, 5, 12, 12, tzinfo=UTC)

    assert len(told(at=noon)) == 2
    assert told(at=noon + timedelta(seconds=1)) == []
    assert told(at=noon + timedelta(hours=5, minutes=59)) == []
    assert len(told(at=noon + timedelta(hours=6))) == 2
    assert len(told(at=noon + timedelta(days=1))) == 2


def test_more_of_the_same_is_not_told_again_and_something_new_is_told_at_once(organizers):
    troubles.payment("review")
    told(at=NOON)
    troubles.payment("review")
    assert told(at=NOON) == []

    operation("blocked")

    letters = told(at=NOON)
    assert len(letters) == 2
    assert "- payments to be looked at\n- refunds that did not go" in letters[0].body


def test_while_the_worker_stands_still_the_tasks_are_not_heaped_up(organizers):
    troubles.payment("review")
    for minutes in range(4):
        tell_organizers(at=NOON + timedelta(minutes=minutes))
        DBTaskResult.objects.update(enqueued_at=NOON)

    assert DBTaskResult.objects.count() == 1


def test_case_54_a_silent_provider_turns_the_monitor_red_and_the_organizers_hear_of_it(
    till, payment, organizers, clock_at
):
    late = payment.order.pay_by + timedelta(minutes=5)
    set_clocks(till, late)
    clock_at(late)
    till.fail_next(*[503] * 20)

    assert expire_overdue(at=late) == 0

    assert seen_by_the_monitor() == (503, {"orders past their time to pay": 1})
    letters = told(at=late)
    assert [letter.to for letter in letters] == [[address] for address in ORGANIZERS]
    assert "- orders past their time to pay" in letters[0].body

    till.world.faults.clear()
    expire_overdue(at=late)
    assert seen_by_the_monitor() == (200, {})


def test_case_31_a_message_of_an_unknown_order_ends_with_a_person(
    till, organizers, payment, clock_at
):
    till.pay(payment.session_id)
    message = completed(till)
    Payment.objects.all().delete()  # as after a database was restored from yesterday
    Order.objects.filter(state="pending").update(state="expired")

    assert post(message, till) == 200
    assert problems(at=NOON) == {}
    at = NOON
    for _ in range(MOST_TRIES):
        at = max(at, GatewayEvent.objects.get().next_try_at)
        handle_waiting(at=at)

    clock_at(at)
    name = "messages of the payment provider that were given up"
    assert seen_by_the_monitor() == (503, {name: 1})
    assert f"- {name}" in told(at=at)[0].body


def seen_by_the_monitor():
    checks.look_around(at=clock.now())
    checks.say_alive.func()
    answer = Client().get("/health/")
    return answer.status_code, answer.json()["problems"]


def test_when_the_queue_itself_stands_still_the_mail_does_not_wait_in_it(organizers, caplog):
    troubles.task()

    assert tell_organizers(at=NOON) is True

    assert [message.to for message in mail.outbox] == [[address] for address in ORGANIZERS]
    assert "something needs a person: {'tasks': 1}" in caplog.text


def test_a_part_that_is_silent_is_told_past_the_queue_that_it_keeps(organizers, monkeypatch):
    checks.look_around(at=NOON)
    checks.say_beating("beat", "mover", at=NOON)
    later = NOON + timedelta(minutes=2)

    assert monitor.tell_what_is_wrong(at=later) is False  # the beat has just begun

    monkeypatch.setattr(monitor, "_began", -10_000.0)
    assert monitor.tell_what_is_wrong(at=later) is True
    assert [message.to for message in mail.outbox] == [[address] for address in ORGANIZERS]
    assert "- the worker does not run" in mail.outbox[0].body
    assert "money is not moved" not in mail.outbox[0].body


def test_a_backup_that_was_not_made_is_told_at_once(organizers):
    checks.note_backup(at=NOON - timedelta(hours=25))
    assert monitor.tell_what_is_wrong(at=NOON - timedelta(hours=1)) is False

    assert monitor.tell_what_is_wrong(at=NOON + timedelta(hours=2)) is True
    assert [task.args_kwargs["args"][0] for task in DBTaskResult.objects.all()] == [
        ["no backup was made for a day"]
    ]


def test_a_full_disk_and_a_silent_backup_are_told(organizers):
    for name in ("disk", "archive"):
        checks.note_check(name, "warn", "It fills.", at=NOON)
    assert monitor.tell_what_is_wrong(at=NOON) is False

    checks.note_check("disk", "bad", "It is full.", at=NOON)

    assert monitor.tell_what_is_wrong(at=NOON) is True
    assert list(monitor.standing(at=NOON).problems)[-1:] == ["the disk is nearly full"]
