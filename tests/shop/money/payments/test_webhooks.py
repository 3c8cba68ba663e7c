"""Cases 22 to 41 of the payment rules: messages from the provider, and those that never come."""

import hashlib
import hmac
import json
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client

from shop.money.ledger.models import LedgerTransaction
from shop.money.payments.models import GatewayEvent, Payment
from shop.money.payments.webhooks import MOST_TRIES, handle_waiting
from tests.crowd import at_once
from tests.make import NOON
from tests.paying import (
    WEBHOOK,
    assert_books_agree,
    completed,
    post,
    the_order,
)
from tests.queue import run_queued_work
from tests.shop.money.payments.standing import SOLD_ONCE, standing

pytestmark = pytest.mark.django_db
with_threads = pytest.mark.django_db(transaction=True)
LATER = NOON + timedelta(minutes=6)
SECRET = "whsec_sandbox_tests"


@with_threads
def test_case_22_and_52_the_same_event_16_times_at_once_has_one_effect(till, payment):
    till.pay(payment.session_id)
    event = completed(till)

    statuses = at_once([lambda: post(event, till, client=Client()) for _ in range(16)], threads=8)

    assert statuses == [200] * 16
    assert standing(till) == SOLD_ONCE
    assert LedgerTransaction.objects.count() == 1
    assert list(GatewayEvent.objects.values_list("gateway_id", "state")) == [(event["id"], "done")]
    assert_books_agree()
    run_queued_work()
    order = the_order()
    assert [message.to for message in mail.outbox] == [[order.contact.email]]


def test_case_23_the_same_event_a_day_later_changes_nothing(till, payment, clock_at):
    till.pay(payment.session_id)
    event = completed(till)
    post(event, till)
    paid_at = the_order().paid_at
    run_queued_work()
    clock_at(NOON + timedelta(days=1))
    before = standing(till)

    assert post(event, till) == 200

    assert the_order().paid_at == paid_at
    assert standing(till) == before
    assert before.queued == []
    assert GatewayEvent.objects.get().done_at < NOON + timedelta(hours=1)
    assert_books_agree()


def assert_refused(till, body, headers):
    """Post a body that the shop must not take: nothing is stored and nothing changes."""
    before = standing(till)
    # The test's client leaves the type of an empty body out.
    headers = headers | {"Content-Type": "application/json"}
    answer = Client().post(WEBHOOK, body, content_type="application/json", headers=headers)
    assert answer.status_code == 400
    assert not GatewayEvent.objects.exists()
    assert standing(till) == before


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Stripe-Signature": ""},
        {"Stripe-Signature": "garbage"},
        {"Stripe-Signature": "t=1,v0=abc"},
        {"Stripe-Signature": "t=x,v1=abc"},
        {"Stripe-Signature": "v1=abc"},
    ],
    ids=["no header", "empty header", "garbage", "no v1", "no number as time", "no time"],
)
def test_case_24_without_a_right_signature_nothing_is_stored(till, payment, headers):
    till.pay(payment.session_id)
    body, _ = till.sign(completed(till))

    assert_refused(till, body, headers)

    assert the_order().is_pending


@pytest.mark.parametrize("secret", ["whsec_sandbox_another", ""], ids=["another", "none"])
def test_case_24_a_signature_with_another_secret_is_refused(till, payment, secret):
    till.pay(payment.session_id)
    body, right = till.sign(completed(till))
    wrong = signed(body.decode(), secret)
    assert [len(part) for part in wrong["Stripe-Signature"].split(",")] == [
        len(part) for part in right.split(",")
    ]

    assert_refused(till, body, wrong)


@pytest.mark.parametrize("body", ["", " "])
def test_case_24_an_empty_body_is_refused_even_with_a_right_signature(till, payment, body):
    assert_refused(till, body, {})
    assert_refused(till, body, signed(body))


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
    old, new = SECRET, "whsec_sandbox_new"
    till.pay(payment.session_id)
    told = completed(till)
    told_old, told_both, told_new, told_late = ({**told, "id": f"evt_{n}"} for n in range(4))

    settings.STRIPE_WEBHOOK_SECRETS = [new, old]
    assert post(told_old, till) == 200
    till.roll_secret(new)
    for secrets in ([old], [new], [new, old]):
        settings.STRIPE_WEBHOOK_SECRETS = secrets
        assert post(told_both, till) == 200
    late = till.sign(told_late)[0].decode()
    till.drop_old_secrets()
    assert post(told_new, till) == 200
    settings.STRIPE_WEBHOOK_SECRETS = [new]

    before = standing(till)
    answer = Client().post(
        WEBHOOK, late, content_type="application/json", headers=signed(late, old)
    )
    assert answer.status_code == 400
    assert standing(till) == before
    assert not GatewayEvent.objects.filter(gateway_id=told_late["id"]).exists()
    assert post(told_late, till) == 200
    stored = GatewayEvent.objects.order_by("pk").values_list("gateway_id", flat=True)
    assert list(stored) == [event["id"] for event in (told_old, told_both, told_new, told_late)]


@pytest.mark.parametrize("place", ["first", "amount", "id", "last", "one more"])
def test_case_28_a_body_changed_by_one_byte_is_refused(till, payment, place):
    till.pay(payment.session_id)
    body, signature = till.sign(completed(till))
    changed = {
        "first": b"[" + body[1:],
        "amount": body.replace(b'"amount_total": 2000', b'"amount_total": 2001'),
        "id": body.replace(b'"id": "evt_', b'"id": "evt-', 1),
        "last": body[:-1] + b"]",
        "one more": body + b"\n",
    }[place]
    assert changed != body

    assert_refused(till, changed, {"Stripe-Signature": signature})

    assert the_order().is_pending
    assert post(completed_again(till), till) == 200
    assert the_order().is_paid


def completed_again(till):
    """Return the message that says that the session was paid, pulled before."""
    return till.events("checkout.session.completed")[0]


def signed(text, secret=SECRET):
    """Sign any text as the provider would."""
    stamp = int(time.time())
    mac = hmac.new(secret.encode(), f"{stamp}.{text}".encode(), hashlib.sha256)
    return {"Stripe-Signature": f"t={stamp},v1={mac.hexdigest()}"}


THIN = {
    "id": "evt_test_65", "object": "v2.core.event", "type": "v1.checkout.session.completed",
    "created": "2027-05-12T12:00:00.000Z", "livemode": False, "context": None,
}  # fmt: skip


def test_case_40_a_thin_event_is_refused_and_the_log_says_why(till, payment, caplog):
    till.pay(payment.session_id)
    session = {"id": payment.session_id, "type": "checkout.session", "url": "/v1/x"}
    thin = json.dumps(THIN | {"related_object": session})

    assert_refused(till, thin, signed(thin))

    said = [record.getMessage() for record in caplog.records if record.name.startswith("shop")]
    assert said == ["webhook refused: the message is not an event"]
    assert payment.session_id not in caplog.text
    assert the_order().is_pending


@pytest.mark.parametrize(
    "text",
    ["not json", '{"object": "event"}', "[]", '"x"', "null", "1"],
    ids=["no json", "no id", "list", "string", "null", "number"],
)
def test_case_29_a_right_signature_on_something_else_is_refused(till, text):
    assert_refused(till, text, signed(text))


JUNK = {
    "a list as kind": {"type": ["checkout.session.completed"]},
    "a number as id": {"id": 7},
    "an object as id": {"id": {"a": 1}},
    "an id longer than its column": {"id": "evt_" + "x" * 200},
    "a kind longer than its column": {"type": "x" * 200},
    "a version longer than its column": {"api_version": "x" * 200},
    "a version that is a list": {"api_version": [1]},
    "text as data": {"data": "object"},
    "a list as object": {"data": {"object": []}},
    "a number as the object's id": {"data": {"object": {"id": 5, "metadata": {"payment": "1"}}}},
    "a long id of the object": {"data": {"object": {"id": "x" * 200, "metadata": {"payment": 1}}}},
    "text as metadata": {"data": {"object": {"id": "cs_1", "metadata": "payment"}}},
    "a list as metadata": {"data": {"object": {"id": "cs_1", "metadata": ["payment"]}}},
    "a zero character": {"data": {"object": {"id": "cs_1", "metadata": {"payment": "\0"}}}},
    "half a pair": {"data": {"object": {"id": "cs_1", "metadata": {"payment": "\ud800"}}}},
    "no number": {"data": {"object": {"id": "cs_1", "metadata": {"payment": float("nan")}}}},
}


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
def test_signed_junk_is_refused_and_never_an_error_of_the_shop(till, payment, junk):
    till.pay(payment.session_id)

    text = json.dumps(completed(till) | junk)

    assert_refused(till, text, signed(text))
    assert the_order().is_pending


def test_a_message_nested_without_end_is_refused(till):
    text = '{"id": ' + "[" * 200_000 + "]" * 200_000 + "}"

    assert_refused(till, text, signed(text))


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


def test_a_message_that_we_do_not_use_is_answered_and_not_kept(till, payment):
    till.pay(payment.session_id)
    event = next(event for event in till.pull() if event["type"] == "charge.succeeded")

    assert post(event, till) == 200

    assert not GatewayEvent.objects.exists()
    assert the_order().is_pending
