"""Thin messages: whose signature is right is stored once, and the object is read again."""

import json
import time
from datetime import timedelta

import pytest
from django.test import Client

from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.models import GatewayEvent
from shop.money.payments.repair import apply_again
from shop.money.payments.webhooks import MOST_BYTES, MOST_TRIES, handle_waiting
from shop.money.settlements.models import Payout, PayoutMethod
from shop.money.settlements.remote.messages import apply_waiting, look_for_messages
from shop.money.settlements.remote.send import send_payouts
from tests import make
from tests.paying import set_clocks
from tests.shop.money.settlements.earned import DAY, MONDAY
from tests.shop.money.settlements.remote.sent import flush, fund, queued, recipient, store

pytestmark = pytest.mark.django_db
THIN = "/webhooks/stripe/thin/"
POSTED = "v2.money_management.outbound_payment.posted"
TUESDAY = MONDAY + DAY + timedelta(hours=1)
MINUTE = timedelta(minutes=1)
LATER = TUESDAY + MINUTE


def post(event, sandbox, *, timestamp=None, path=THIN, **changes):
    body, signature = sandbox.sign(event | changes, timestamp)
    headers = {"Stripe-Signature": signature}
    answer = Client().post(path, body, content_type="application/json", headers=headers)
    return answer.status_code


def stored():
    return GatewayEvent.objects.filter(kind__startswith="v2.")


@pytest.fixture
def posted(abroad, clock_at):
    """Return the message that a payout was posted on Tuesday."""
    queued(abroad, store(abroad))
    flush(abroad)
    fund()
    send_payouts(at=MONDAY)
    set_clocks(abroad, TUESDAY)
    clock_at(TUESDAY)
    (event,) = abroad.thin_events(POSTED)
    return event


def test_it_is_stored_once_and_the_object_is_read_again(abroad, posted):
    assert [post(posted, abroad), post(posted, abroad)] == [200, 200]

    row = stored().get()
    assert (row.kind, row.object_id, row.state) == (
        POSTED, posted["related_object"]["id"], "new",
    )  # fmt: skip
    assert handle_waiting(at=LATER) == 0  # the other endpoint's work leaves it alone
    assert apply_waiting(at=LATER) == 1
    assert apply_waiting(at=LATER) == 0

    row.refresh_from_db()
    assert (row.state, Payout.objects.get().state) == ("done", "done")


def test_what_it_says_counts_for_nothing(abroad, posted):
    lie = posted | {"type": "v2.money_management.outbound_payment.failed"}

    assert post(lie, abroad) == 200
    apply_waiting(at=LATER)

    assert Payout.objects.get().state == "done"


@pytest.mark.parametrize("seconds", [-3_600, 3_600])
def test_a_stamp_that_is_too_far_away_is_refused_on_both_sides(abroad, posted, seconds):
    assert post(posted, abroad, timestamp=int(time.time()) + seconds) == 400

    assert not stored().exists()


def test_a_wrong_secret_is_refused_and_each_of_ours_is_tried(abroad, posted, settings):
    settings.STRIPE_THIN_WEBHOOK_SECRETS = ["whsec_other"]
    assert post(posted, abroad) == 400
    settings.STRIPE_THIN_WEBHOOK_SECRETS = []
    assert post(posted, abroad) == 400
    settings.STRIPE_THIN_WEBHOOK_SECRETS = ["whsec_other", "whsec_sandbox_tests"]
    assert post(posted, abroad) == 200


def test_each_endpoint_refuses_what_belongs_to_the_other(abroad, posted):
    (snapshot, *_rest) = abroad.pull()

    assert post(snapshot, abroad) == 400
    assert post(posted, abroad, path="/webhooks/stripe/") == 400
    assert not stored().exists()


def test_one_of_the_other_mode_is_refused(abroad, posted):
    assert post(posted, abroad, livemode=True) == 400


def test_one_that_is_too_long_is_refused(abroad):
    body = json.dumps({"x": "x" * MOST_BYTES})
    answer = Client().post(THIN, body, content_type="application/json")
    assert answer.status_code == 413
    assert Client().post(THIN, "{}", content_type="text/plain").status_code == 415
    assert Client().get(THIN).status_code == 405


def test_nothing_is_kept_of_what_nothing_is_done_about(abroad, posted):
    others = [e for e in abroad.thin_events() if "financial_account" in e["type"]]

    assert post(others[0], abroad) == 200

    assert not stored().exists()


def test_of_another_shops_payout_nothing_is_taken_over(abroad, posted):
    Payout.objects.update(key="00000000-0000-4000-8000-000000000000")
    assert post(posted, abroad) == 200

    apply_waiting(at=LATER)

    assert (Payout.objects.get().state, stored().get().state) == ("sent", "done")


def test_one_about_a_recipient_is_read_with_whose_it_is(abroad, clock_at):
    merchant = make.merchant(country="KE")
    row = recipient(abroad, merchant)
    abroad.restrict_method(row.bank_id)
    kind = "v2.money_management.payout_method.updated"
    (event,) = abroad.thin_events(kind)
    clock_at(MONDAY)

    assert post(event, abroad) == 200
    assert stored().get().context == row.remote_id
    apply_waiting(at=MONDAY + MINUTE)

    assert PayoutMethod.objects.get().state == "restricted"


def test_a_message_before_we_know_the_id_is_applied_by_the_key(abroad):
    queued(abroad, store(abroad))
    flush(abroad)
    fund()
    abroad.fail_next(500, 500, executed=True, on="POST /v2/money_management/outbound_payments")
    send_payouts(at=MONDAY)
    (event,) = abroad.thin_events("v2.money_management.outbound_payment.created")

    post(event, abroad)
    apply_waiting(at=stored().get().next_try_at)

    assert Payout.objects.get().state == "sent"


def test_messages_that_did_not_come_are_looked_for(abroad, posted, settings):
    look_for_messages(at=TUESDAY)
    count = stored().count()
    look_for_messages(at=TUESDAY)

    assert stored().filter(kind=POSTED).count() == 1
    assert stored().count() == count
    apply_waiting(at=LATER)
    assert Payout.objects.get().state == "done"


def test_one_that_cannot_be_applied_is_given_up_and_applied_again(abroad, posted):
    post(posted, abroad)
    stored().update(tries=MOST_TRIES - 1)
    abroad.fail_next(500, 500, on="GET /v2/money_management/outbound_payments")
    apply_waiting(at=LATER)
    task = MoneyTask.objects.get(kind="message")

    apply_again(task, reason="They mended it", at=LATER, by=make.user())
    apply_waiting(at=LATER)

    assert Payout.objects.get().state == "done"
