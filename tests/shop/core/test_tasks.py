"""Mails that the mail server does not take are tried again, and others do not wait for them."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django_tasks_db.models import DBTaskResult

from shop.core.tasks import PAUSES, enqueue
from shop.orders.models import Suborder
from shop.orders.tasks import send_receipt, tell_merchants
from tests import make
from tests.make import NOON
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db


class Down(BaseEmailBackend):
    """A mail server that hangs up."""

    def send_messages(self, messages):
        raise SMTPServerDisconnected("Connection unexpectedly closed")


class Strict(BaseEmailBackend):
    """A mail server that knows nobody of this name."""

    def send_messages(self, messages):
        raise SMTPRecipientsRefused({"x@example.org": (550, b"no such user")})


@pytest.fixture
def is_down(settings):
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.Down"}}


@pytest.fixture
def order():
    return make.order({make.variant(20_00): 1})


def run_next():
    """Run the task that waits, as the worker would at its time; return when that is."""
    row = DBTaskResult.objects.get()
    row.delete()
    row.task.func(*row.args_kwargs["args"], **row.args_kwargs["kwargs"])
    return row.run_after


def test_a_mail_is_tried_again_at_growing_pauses(order, is_down, clock_at):
    clock_at(NOON)
    enqueue(send_receipt, order.pk)
    run_next()

    waits = [(run_next() - NOON) // timedelta(minutes=1) for _ in PAUSES[:-1]]

    assert waits == list(PAUSES[:-1])


def test_a_mail_that_comes_through_at_last_is_sent_once(order, is_down, settings):
    enqueue(send_receipt, order.pk)
    run_next()
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}

    run_next()

    assert [message.to for message in mail.outbox] == [[order.contact.email]]
    assert not DBTaskResult.objects.exists()


def test_a_mail_that_never_comes_through_fails_for_all_to_see(order, is_down):
    with pytest.raises(SMTPServerDisconnected):
        send_receipt.func(order.pk, tries=len(PAUSES))
    assert not DBTaskResult.objects.exists()


def test_a_fault_of_ours_is_not_repeated(is_down):
    with pytest.raises(Exception, match="does not exist"):
        send_receipt.func(0)
    assert not DBTaskResult.objects.exists()


def test_each_member_of_each_store_is_told_by_a_task_of_its_own(order):
    (part,) = Suborder.objects.all()
    members = [make.member(part.merchant) for _ in range(2)]
    make.member(make.merchant())

    enqueue(tell_merchants, order.pk)
    run_next()

    assert DBTaskResult.objects.count() == 2
    run_queued_work()
    assert sorted(message.to for message in mail.outbox) == sorted([m.email] for m in members)


def test_an_address_that_is_refused_for_good_is_not_tried_again(order, settings):
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.Strict"}}

    send_receipt.func(order.pk)

    assert not DBTaskResult.objects.exists()


def test_a_receipt_gives_away_no_address_of_the_store(order):
    (part,) = Suborder.objects.all()
    make.member(part.merchant)

    send_receipt.func(order.pk)

    (message,) = mail.outbox
    assert message.reply_to == []
    assert "Answer this email" not in message.body
