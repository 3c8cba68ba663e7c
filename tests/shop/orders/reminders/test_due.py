"""Mails at an opening: each once, never before, none for what does not take place."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from shop.festivals.models import Deal, Festival, Slot
from shop.festivals.schedule.move import move_festival
from shop.festivals.schedule.window import Window
from shop.orders.reminders import due
from shop.orders.reminders.due import forget_reminders, tell_opened
from shop.orders.reminders.mail import send_reminder
from shop.orders.reminders.models import Reminder
from tests import make
from tests.crowd import at_once
from tests.make import END, NOON, START
from tests.shop.orders.reminders.waiting import BEFORE, mails, reminder, whole

pytestmark = pytest.mark.django_db
TICK = timedelta(microseconds=1)


def test_nobody_is_told_before_the_instant_and_everybody_at_it(clock_at):
    slot = whole(make.festival())
    for n in range(3):
        reminder(f"guest-{n}@example.org", slot=slot)

    assert tell_opened(at=START - TICK) == 0
    assert tell_opened(at=START) == 3
    assert tell_opened(at=START) == 0

    clock_at(START)
    assert mails() == [f"guest-{n}@example.org" for n in range(3)]


def test_mails_go_out_in_batches_and_who_asked_first_comes_first():
    slot = whole(make.festival())
    rows = [reminder(f"guest-{n}@example.org", slot=slot) for n in range(due.BATCH + 5)]

    assert tell_opened(at=START) == due.BATCH
    told = Reminder.objects.filter(told_at__isnull=False)
    assert set(told.values_list("pk", flat=True)) == {row.pk for row in rows[: due.BATCH]}
    assert tell_opened(at=START + timedelta(seconds=15)) == 5


@pytest.mark.parametrize(
    "change",
    [
        lambda slot: Festival.objects.update(state="cancelled"),
        lambda slot: Festival.objects.update(state="closed"),
        lambda slot: Festival.objects.update(state="draft"),
        lambda slot: Slot.objects.update(cancelled_at=BEFORE),
    ],
    ids=["cancelled", "closed", "draft", "stopped slot"],
)
def test_what_does_not_take_place_tells_nobody_not_even_from_the_queue(clock_at, change):
    slot = whole(make.festival())
    reminder(slot=slot)
    reminder("bob@example.org", slot=slot)
    tell_opened(at=START)

    change(slot)
    reminder("eve@example.org", slot=slot)
    clock_at(START)

    assert tell_opened(at=START) == 0
    assert mails() == []
    assert not Reminder.objects.filter(sent_at__isnull=False).exists()


def test_a_festival_that_was_moved_tells_at_its_new_time():
    festival = make.festival()
    reminder(slot=whole(festival))
    later = START + timedelta(days=1)
    move_festival(festival, Window(later, END, "", ""), at=BEFORE)

    assert tell_opened(at=START) == 0
    assert tell_opened(at=later - TICK) == 0
    assert tell_opened(at=later) == 1


def test_what_is_over_when_the_mail_would_go_tells_nobody(clock_at):
    reminder(slot=whole(make.festival()))

    assert tell_opened(at=END) == 0


def test_a_deal_that_was_withdrawn_or_whose_product_is_gone_tells_nobody():
    slot = make.slot(make.festival(), starts_at=NOON, ends_at=END)
    kettle, pan = make.variant(), make.variant()
    deals = [make.deal(variant, during=slot, price=9_00) for variant in (kettle, pan)]
    for variant in (kettle, pan):
        reminder(slot=slot, product=variant.product)
    Deal.objects.filter(pk=deals[0].pk).update(state="withdrawn")
    type(pan.product).objects.filter(pk=pan.product_id).update(state="withdrawn")

    assert tell_opened(at=NOON) == 0
    Deal.objects.filter(pk=deals[0].pk).update(state="approved")
    assert tell_opened(at=NOON) == 1


def test_a_mail_is_sent_once_however_often_its_task_runs(clock_at):
    row = reminder(slot=whole(make.festival()))
    tell_opened(at=START)
    clock_at(START)

    for _ in range(3):
        send_reminder.func(row.pk)

    assert len(mail.outbox) == 1


def test_a_mail_that_the_server_would_not_take_is_tried_again(clock_at, settings):
    row = reminder(slot=whole(make.festival()))
    tell_opened(at=START)
    clock_at(START)
    works = settings.MAILERS
    settings.MAILERS = {"default": {"BACKEND": "tests.shop.orders.reminders.breaking.EmailBackend"}}

    send_reminder.func(row.pk)

    row.refresh_from_db()
    assert row.sent_at is None
    settings.MAILERS = works
    send_reminder.func(row.pk)
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_tell_everybody_once(clock_at):
    slot = whole(make.festival())
    for n in range(60):
        reminder(f"guest-{n}@example.org", slot=slot)

    told = at_once([lambda: tell_opened(at=START)] * 4)

    assert sum(told) == 60
    assert DBTaskResult.objects.count() == 60
    clock_at(START)
    ids = list(Reminder.objects.values_list("pk", flat=True)) * 2
    at_once([lambda pk=pk: send_reminder.func(pk) for pk in ids], threads=6)
    assert sorted(message.to[0] for message in mail.outbox) == sorted(
        f"guest-{n}@example.org" for n in range(60)
    )


@pytest.mark.django_db(transaction=True)
def test_who_dies_before_the_commit_has_told_nobody_and_the_next_one_tells_all(clock_at):
    reminder(slot=whole(make.festival()))

    with transaction.atomic():
        assert tell_opened(at=START) == 1
        transaction.set_rollback(True)  # as the server does when the process is gone

    assert DBTaskResult.objects.count() == 0
    assert tell_opened(at=START) == 1
    clock_at(START)
    assert mails() == ["ada@example.org"]


def test_rows_are_forgotten_after_the_mail_or_90_days_but_not_before_an_opening():
    far = make.festival(
        starts_at=BEFORE + timedelta(days=150), ends_at=BEFORE + timedelta(days=160)
    )
    kettle, slot = make.variant(), whole(make.festival())
    told = reminder(slot=slot, told_at=START, sent_at=START)
    waits = reminder(slot=whole(far))
    old = reminder(variant=kettle)
    unheard = reminder("eve@example.org", slot=whole(far), is_confirmed=False)

    def left(at):
        forget_reminders(at=at)
        return set(Reminder.objects.values_list("pk", flat=True))

    assert left(START + timedelta(hours=23)) == {told.pk, waits.pk, old.pk, unheard.pk}
    assert left(START + timedelta(hours=25)) == {waits.pk, old.pk, unheard.pk}
    assert left(BEFORE + timedelta(days=89)) == {waits.pk, old.pk}
    assert left(BEFORE + timedelta(days=91)) == {waits.pk}
    assert left(BEFORE + timedelta(days=162)) == set()
