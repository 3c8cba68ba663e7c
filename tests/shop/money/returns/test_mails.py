"""Mails about what was cancelled and paid back say what is true of it."""

import pytest
from django.core import mail
from django.db import transaction

from shop.money.payments.refund import refund_parts
from shop.money.returns.ask import ask
from shop.orders import end
from shop.orders.refund import Amount
from tests import make
from tests.make import NOON
from tests.queue import run_queued_work
from tests.shop.money.returns.sold import DAY, paid, sent, wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(till):
    found = paid(till, {make.variant(20_00, on_hand=5): 3})
    sent(found)
    return found


def test_a_host_reads_that_a_guest_cancelled_and_not_of_parcels(till):
    experience = make.product(kind="experience", of=make.merchant(kind="experiences"))
    starts = {"session_start": NOON + 9 * DAY, "session_zone": "UTC"}
    order = paid(till, {make.variant(of=experience, on_hand=8, **starts): 2})
    host = make.member(order.suborders.get().merchant)
    run_queued_work()
    mail.outbox.clear()

    ask(order.pk, order.suborders.get().pk, "cancel", wish(order, 2, "mind"), at=NOON)
    run_queued_work()

    [letter] = [message for message in mail.outbox if message.to == [host.email]]
    assert letter.subject == f"Cancelled in order {order.number}"
    assert "the seats are free again" in letter.body
    assert "stock" not in letter.body


def test_a_part_of_a_price_is_not_told_as_no_pieces(order):
    line = order.lines.get()
    run_queued_work()
    mail.outbox.clear()

    with transaction.atomic():
        refund_parts(end.lock(order.pk), {line: Amount(5_00)}, cause="goodwill", at=NOON)
    run_queued_work()

    [letter] = [message for message in mail.outbox if message.to == [order.contact.email]]
    assert f"{line.title}: $5.00" in letter.body
    assert "0 ×" not in letter.body
