"""A mail that goes out again has the number that it had: mail programs show one."""

import pytest
from django.core import mail

from shop.core import clock
from shop.core.occasions import on_account_of
from shop.core.tasks import PAUSES
from shop.orders.tasks import send_receipt
from tests import make
from tests.make import NOON
from tests.shop.core.test_tasks import Down, run_next  # noqa: F401 (the backend is named by its path)

pytestmark = pytest.mark.django_db


def numbers():
    return [message.extra_headers.get("Message-ID") for message in mail.outbox]


@pytest.fixture
def order():
    return make.order({make.variant(20_00): 1})


def test_a_repeat_of_the_same_task_has_the_same_number_and_another_task_another(order, settings):
    settings.SITE_URL = "https://shop.example"
    for task in ("a", "a", "b"):
        with on_account_of(task):
            send_receipt.func(order.pk)

    first, second, other = numbers()
    assert first == second != other
    assert first.endswith("@shop.example>")
    assert order.contact.email not in first


def test_a_mail_that_no_task_sends_has_no_number_of_ours(order):
    send_receipt.func(order.pk)

    assert numbers() == [None]


def test_a_mail_that_is_tried_again_later_keeps_its_number(order, settings, clock_at):
    clock_at(NOON)
    sent = settings.MAILERS
    settings.MAILERS = {"default": {"BACKEND": "tests.shop.core.test_tasks.Down"}}
    with on_account_of("the first try"):
        send_receipt.func(order.pk)
    for task in ("the second try", "the third"):
        with on_account_of(task):
            run_next()
    settings.MAILERS = sent
    with on_account_of("the fourth"):
        assert run_next() > clock.now()
    with on_account_of("the first try"):
        send_receipt.func(order.pk)

    assert len(PAUSES) > 3
    assert len(set(numbers())) == 1
