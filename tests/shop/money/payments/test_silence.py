"""Cases 33 to 39 of the payment rules, 53 to 58, 64 and 92: late, lost and missing messages."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client

from shop.catalogue.stock.models import Pool
from shop.money.payments.models import GatewayEvent
from shop.money.payments.operations import run_operations
from shop.money.payments.sweep import check_unsettled, expire_overdue
from shop.money.payments.webhooks import handle_waiting
from shop.orders.models import Order
from tests import make
from tests.make import NOON
from tests.paying import (
    WEBHOOK,
    assert_books_agree,
    begin,
    completed,
    deliver,
    post,
    press_pay,
    set_clocks,
    the_order,
)
from tests.queue import run_queued_work
from tests.shop.money.payments.books import watch_openings
from tests.shop.money.payments.standing import SOLD_ONCE, standing
from tests.stepping import Beside, lock_row, open_transaction

pytestmark = pytest.mark.django_db
with_threads = pytest.mark.django_db(transaction=True)
LATER = NOON + timedelta(minutes=6)


def test_case_33_success_may_come_before_completed(till, payment):
    till.pay_later(payment.session_id)
    till.settle(payment.session_id, ok=True)
    events = {event["type"]: event for event in till.pull()}

    post(events["checkout.session.async_payment_succeeded"], till)
    post(events["checkout.session.completed"], till)

    assert the_order().is_paid
    assert_books_agree()


def test_a_voucher_to_be_paid_at_a_counter_keeps_the_goods_too(till, payment):
    """There the intent waits for the shopper and not for a bank, and the session is complete."""
    till.pay_later(payment.session_id)
    (intent,) = till.world.store.all("payment_intent")
    intent["status"] = "requires_action"

    deliver(till)

    payment.refresh_from_db()
    assert payment.state == "processing"
    assert the_order().is_pending


def test_a_delayed_method_keeps_the_goods_while_the_bank_thinks(till, payment):
    till.pay_later(payment.session_id)
    deliver(till)
    far = NOON + timedelta(hours=5)
    set_clocks(till, far)

    expire_overdue(at=far)

    payment.refresh_from_db()
    assert payment.state == "processing"
    assert the_order().is_pending
    assert Pool.objects.get().held == 1


def test_case_34_a_delayed_payment_that_fails_frees_the_goods_and_tells_the_shopper(
    till, payment, settings
):
    settings.SITE_URL = "https://shop.example"
    till.pay_later(payment.session_id)
    deliver(till)
    assert standing(till).held == [1]
    till.settle(payment.session_id, ok=False)
    told = till.pull()
    for event in told * 2:
        post(event | {"id": f"{event['id']}_{len(told)}"}, till)

    after = standing(till)
    assert (after.orders, after.payments) == (["expired"], ["failed"])
    assert (after.held, after.sold) == ([0], [0])
    assert (after.booked, after.moved, after.charged, after.refunded) == ({}, [], [], [])
    assert after.queued == ["send_refused_later"]
    run_queued_work()
    (message,) = mail.outbox
    order = the_order()
    assert message.to == [order.contact.email]
    assert message.subject == f"Your payment for {order.number} did not arrive"
    assert "the payment of $20.00" in message.body
    assert "You have not been charged, and the goods are no longer held." in message.body
    assert "https://shop.example/cart/" in message.body
    assert_books_agree()


def test_case_35_and_52_expired_after_completed_is_ignored(till, payment):
    till.pay(payment.session_id)
    event = completed(till)
    post(event, till)
    late = json.loads(json.dumps(event)) | {
        "id": "evt_late", "type": "checkout.session.expired",
    }  # fmt: skip
    late["data"]["object"]["status"] = "expired"

    assert post(late, till) == 200

    assert the_order().is_paid
    assert_books_agree()


def test_case_36_a_body_that_claims_paid_is_not_believed(till, payment):
    till.decline(payment.session_id)
    event = till.pull()[-1] | {"id": "evt_lie", "type": "checkout.session.completed"}
    session = till.world.store.get("checkout.session", payment.session_id)
    event["data"] = {"object": session | {"payment_status": "paid"}}

    assert post(event, till) == 200

    payment.refresh_from_db()
    assert payment.state == "open"
    assert the_order().is_pending


def test_case_37_while_the_provider_is_down_the_message_waits(till, payment):
    till.pay(payment.session_id)
    event = completed(till)
    till.fail_next(500, 500)

    assert post(event, till) == 200
    assert the_order().is_pending

    handle_waiting(at=LATER)
    assert the_order().is_paid


@pytest.mark.parametrize("minutes", [6, 60])
def test_case_38_without_any_message_the_poller_pays_the_order(till, payment, minutes):
    till.pay(payment.session_id)
    till.pull()
    later = NOON + timedelta(minutes=minutes)
    set_clocks(till, later)

    assert check_unsettled(at=later) == 1
    assert check_unsettled(at=later + timedelta(hours=1)) == 0

    assert standing(till) == SOLD_ONCE
    assert the_order().paid_at == later
    assert_books_agree()
    run_queued_work()
    assert [message.to for message in mail.outbox] == [[the_order().contact.email]]


@with_threads  # a round asks for connections of its own
def test_case_38_after_an_hour_without_messages_and_workers_one_round_pays_the_order(
    till, payment, clock_at
):
    till.pay(payment.session_id)
    till.pull()
    later = NOON + timedelta(hours=1)
    set_clocks(till, later)
    clock_at(later)

    call_command("beat", once=True)

    # The night that is due comes with it, and books what the provider kept.
    kept = {"fees": 88, "provider": 20_00 - 88, "payable": -20_00}
    assert standing(till) == replace(SOLD_ONCE, booked=kept)
    assert_books_agree()


@with_threads
def test_case_39_poller_and_message_together_have_one_effect(till, payment):
    till.pay(payment.session_id)
    event = completed(till)

    # Both ask the provider, and both want to write before one of them has.
    with open_transaction(lambda: lock_row(payment.order)):
        message = Beside(lambda: post(event, till, client=Client()))
        poller = Beside(lambda: check_unsettled(at=LATER))
        assert message.waits()
        assert poller.waits()

    assert (message.result(), poller.result()) == (200, 1)
    assert standing(till) == SOLD_ONCE
    assert GatewayEvent.objects.get().state == "done"
    assert_books_agree()


def test_case_53_an_overdue_order_that_turns_out_paid_is_settled_and_not_released(till, payment):
    till.pay(payment.session_id)
    till.pull()

    expire_overdue(at=NOON + timedelta(minutes=31))

    assert the_order().is_paid
    assert Pool.objects.get().sold == 1


def test_case_54_while_the_provider_is_silent_nothing_is_released_and_an_alert_is_logged(
    till, payment, caplog
):
    before = standing(till)
    till.fail_next(*[503] * 20)

    for minutes in (31, 32, 50):
        assert expire_overdue(at=NOON + timedelta(minutes=minutes)) == 0

    assert standing(till) == before
    assert (before.orders, before.held) == (["pending"], [1])
    alerts = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(alerts) == 3
    for alert in alerts:
        assert alert.startswith(f"payment {payment.uuid}: overdue and not closed: ")
    till.world.faults.clear()
    assert expire_overdue(at=NOON + timedelta(minutes=51)) == 1
    after = standing(till)
    assert (after.orders, after.held, after.sessions) == (["expired"], [0], ["expired"])
    assert_books_agree()


def test_case_54_who_paid_while_the_provider_was_silent_gets_the_order(till, payment):
    till.pay(payment.session_id)
    till.fail_next(*[503] * 20)
    late = NOON + timedelta(minutes=31)

    assert expire_overdue(at=late) == 0
    till.world.faults.clear()
    assert expire_overdue(at=late) == 1

    assert standing(till) == SOLD_ONCE
    assert_books_agree()


def test_case_58_a_second_tab_with_a_changed_cart_leaves_one_open_order(till, monkeypatch):
    seen = watch_openings(till, monkeypatch)
    kettle, cup = make.variant(20_00), make.variant(5_00)
    who = make.cart({kettle: 1})
    begin(who)
    make.cart({cup: 1}, of=who)

    press_pay(who, at=LATER)

    assert seen == [[], ["expired"]]  # the first session was closed before there was another
    after = standing(till)
    assert after.orders == ["expired", "pending"]
    assert after.payments == ["superseded", "open"]
    assert after.sessions == ["expired", "open"]
    assert after.held == [1, 1]
    assert Order.objects.get(state="pending").total == 25_00
    assert_books_agree()


def test_case_92_the_page_lives_a_little_longer_than_ours_says(till, payment):
    order = the_order()

    assert order.pay_by == NOON + timedelta(minutes=30)
    assert payment.request["ends_at"] == int((NOON + timedelta(minutes=36)).timestamp())
    set_clocks(till, order.pay_by)
    expire_overdue(at=order.pay_by)
    assert the_order().state == "expired"


def test_case_64_no_secret_and_no_personal_data_in_the_log(till, payment, caplog, settings):
    caplog.set_level("DEBUG")
    till.fail_next(500, 500)
    expire_overdue(at=NOON + timedelta(minutes=31))
    till.pay(payment.session_id)
    deliver(till)
    Client().post(WEBHOOK, "x", content_type="application/json")
    run_operations(at=LATER)

    said = " ".join(
        record.getMessage() for record in caplog.records if record.name.startswith("shop")
    )
    order = the_order()
    for secret in (
        settings.STRIPE_SECRET_KEY,
        settings.STRIPE_WEBHOOK_SECRETS[0],
        order.contact.email,
        order.contact.name,
        order.token,
    ):
        assert secret not in said
