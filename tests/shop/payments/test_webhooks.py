"""Cases 22 to 41 of the payment rules: messages from the provider, and those that never come."""

import hashlib
import hmac
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from shop.payments.models import GatewayEvent, Payment
from shop.payments.webhooks import MOST_TRIES, handle_waiting
from shop.stock.models import Pool
from tests.crowd import at_once
from tests.make import NOON
from tests.paying import (
    WEBHOOK,
    assert_books_agree,
    completed,
    post,
    the_order,
)

pytestmark = pytest.mark.django_db
with_threads = pytest.mark.django_db(transaction=True)
LATER = NOON + timedelta(minutes=6)


@with_threads
def test_case_22_and_52_the_same_event_16_times_at_once_has_one_effect(till, payment):
    till.pay(payment.session_id)
    event = completed(till)

    statuses = at_once([lambda: post(event, till, client=Client()) for _ in range(16)], threads=8)

    assert set(statuses) == {200}
    assert the_order().is_paid
    assert Pool.objects.get().sold == 1
    assert GatewayEvent.objects.filter(kind=event["type"]).count() == 1
    assert_books_agree()


def test_case_23_the_same_event_a_day_later_changes_nothing(till, payment, clock_at):
    till.pay(payment.session_id)
    event = completed(till)
    post(event, till)
    paid_at = the_order().paid_at
    clock_at(NOON + timedelta(days=1))

    assert post(event, till) == 200

    assert the_order().paid_at == paid_at
    assert_books_agree()


@pytest.mark.parametrize(
    "signature",
    ["", "garbage", "t=1,v0=abc", "t=x,v1=abc"],
    ids=["none", "garbage", "no v1", "no time"],
)
def test_case_24_without_a_right_signature_nothing_is_stored(till, payment, signature):
    till.pay(payment.session_id)

    assert post(completed(till), till, **{"Stripe-Signature": signature}) == 400

    assert not GatewayEvent.objects.exists()
    assert the_order().is_pending


def test_case_24_an_empty_body_is_refused(till):
    answer = Client().post(WEBHOOK, b" ", content_type="application/json")

    assert answer.status_code == 400


@pytest.mark.parametrize("seconds", [-301, 330], ids=["case 25", "case 26"])
def test_cases_25_and_26_a_stamp_too_old_or_from_the_future_is_refused(till, payment, seconds):
    till.pay(payment.session_id)
    body, signature = till.sign(completed(till), int(time.time()) + seconds)

    answer = Client().post(
        WEBHOOK, body, content_type="application/json", headers={"Stripe-Signature": signature}
    )

    assert answer.status_code == 400
    assert not GatewayEvent.objects.exists()


def test_case_27_while_a_secret_is_rolled_both_are_taken_and_the_old_one_not_after(
    till, payment, settings
):
    till.pay(payment.session_id)
    events = till.pull()
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_sandbox_new", "whsec_sandbox_tests"]
    assert post(events[0], till) == 200

    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_sandbox_new"]

    assert post(events[1], till) == 400


def test_case_28_a_body_changed_by_one_byte_is_refused(till, payment):
    till.pay(payment.session_id)
    body, signature = till.sign(completed(till))

    answer = Client().post(
        WEBHOOK,
        body.replace(b"paid", b"pald", 1),
        content_type="application/json",
        headers={"Stripe-Signature": signature},
    )

    assert answer.status_code == 400


def signed(till, text):
    """Sign any text as the provider would."""
    stamp = int(time.time())
    mac = hmac.new(b"whsec_sandbox_tests", f"{stamp}.{text}".encode(), hashlib.sha256)
    return {"Stripe-Signature": f"t={stamp},v1={mac.hexdigest()}"}


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        '{"object": "v2.core.event", "id": "evt_1", "type": "v1.billing.meter"}',
        "[]",
        '"x"',
    ],
    ids=["case 29", "case 40", "list", "string"],
)
def test_cases_29_and_40_a_right_signature_on_something_else_is_refused(till, text):
    answer = Client().post(
        WEBHOOK, text, content_type="application/json", headers=signed(till, text)
    )

    assert answer.status_code == 400
    assert not GatewayEvent.objects.exists()


def test_case_30_a_message_of_the_other_mode_is_refused(till, payment):
    till.pay(payment.session_id)

    assert post(completed(till) | {"livemode": True}, till) == 400

    assert not GatewayEvent.objects.exists()
    assert the_order().is_pending


def test_case_31_an_unknown_order_is_tried_again_and_given_up_in_the_end(till, payment):
    till.pay(payment.session_id)
    event = completed(till)
    Payment.objects.all().delete()

    assert post(event, till) == 200
    stored = GatewayEvent.objects.get()
    assert (stored.state, stored.tries) == ("new", 1)
    for n in range(MOST_TRIES):
        handle_waiting(at=NOON + timedelta(hours=3 * n + 1))

    stored.refresh_from_db()
    assert (stored.state, stored.tries) == ("dead", MOST_TRIES)
    assert "UnknownOrder" in stored.error


def test_case_32_a_message_before_our_commit_is_applied_by_the_worker(till, payment):
    till.pay(payment.session_id)
    event = completed(till)
    uuid = payment.uuid
    Payment.objects.filter(pk=payment.pk).update(uuid=uuid4())
    post(event, till)
    Payment.objects.filter(pk=payment.pk).update(uuid=uuid)

    handle_waiting(at=LATER)

    assert the_order().is_paid


def test_case_41_other_methods_other_kinds_and_huge_bodies_are_refused(till):
    client = Client()

    assert client.get(WEBHOOK).status_code == 405
    assert client.post(WEBHOOK, {"a": "b"}).status_code == 415
    huge = client.post(WEBHOOK, "x" * (2 * 1024 * 1024), content_type="application/json")
    assert huge.status_code == 413
    assert not GatewayEvent.objects.exists()


def test_a_message_that_we_do_not_use_is_stored_and_done(till, payment):
    till.pay(payment.session_id)
    event = next(event for event in till.pull() if event["type"] == "charge.succeeded")

    assert post(event, till) == 200

    assert GatewayEvent.objects.get().state == "done"
    assert the_order().is_pending
