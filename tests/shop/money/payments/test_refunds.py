"""Money that goes back and takes its time, fails, or returns; and a provider that says nothing."""

from datetime import timedelta

import pytest
from requests.adapters import HTTPAdapter

from shop.money.ledger.models import LedgerEntry
from shop.money.payments.external.take_over import check_refund
from shop.money.payments.models import GatewayEvent, Operation
from shop.money.payments.operations import (
    ASK_AGAIN,
    check_pending,
    record,
    run_operations,
)
from shop.money.payments.provider import stripe_gateway
from shop.money.payments.provider.outbox import MOST_TRIES
from shop.money.payments.provider.stripe_gateway import gateway
from shop.money.payments.webhooks import handle_waiting
from tests.make import NOON
from tests.paying import completed, post, the_order
from tests.shop.money.payments.books import refunded
from tests.shop.money.payments.late import owed_back
from tests.silence import silent_server

pytestmark = pytest.mark.django_db
LATER = NOON + ASK_AGAIN + timedelta(minutes=1)
# How long the shop itself waits; elsewhere tests give the provider all the time of a busy machine.
OWN_SECONDS = {
    name: getattr(stripe_gateway, name)
    for name in ("CONNECT_SECONDS", "READ_SECONDS", "BRIEF_SECONDS")
}


@pytest.fixture
def pending(till):
    """Return a refund that the provider took and has not carried out."""
    refund = owed_back(till)
    till.hold_refunds()
    run_operations(at=NOON)
    refund.refresh_from_db()
    till.pull()
    return refund


def state(refund):
    refund.refresh_from_db()
    refund.payment.refresh_from_db()
    return refund.state, refund.payment.state


def owed():
    """Return what the books still owe shoppers."""
    due = LedgerEntry.objects.filter(account=LedgerEntry.Account.REFUNDS_DUE)
    return -sum(due.values_list("amount", flat=True))


def tell(till, kind):
    (event,) = [event for event in till.pull() if event["type"] == kind]
    assert post(event, till) == 200


def test_a_refund_that_waits_stays_owed(till, pending):
    assert state(pending) == ("pending", "refunding")
    assert owed() == 20_00


def test_a_message_tells_that_a_waiting_refund_arrived(till, pending):
    till.settle_refund(pending.remote_id)

    tell(till, "refund.updated")

    assert state(pending) == ("done", "refunded")
    assert owed() == 0


def test_without_a_message_the_provider_is_asked_once_an_hour(till, pending):
    till.settle_refund(pending.remote_id)

    assert check_pending(at=LATER - timedelta(minutes=2)) == 0
    assert state(pending) == ("pending", "refunding")
    assert check_pending(at=LATER) == 1

    assert state(pending) == ("done", "refunded")


def test_a_refund_that_still_waits_is_asked_about_again_an_hour_later(till, pending):
    assert check_pending(at=LATER) == 1
    assert check_pending(at=LATER) == 0
    assert check_pending(at=LATER + ASK_AGAIN) == 1

    assert state(pending) == ("pending", "refunding")


def test_a_silent_provider_leaves_a_waiting_refund_as_it_is(till, pending):
    till.fail_next(503, 503)

    assert check_pending(at=LATER) == 1

    assert state(pending) == ("pending", "refunding")


def test_a_refund_that_fails_stays_owed_and_is_shouted_about(till, pending, caplog):
    till.settle_refund(pending.remote_id, ok=False)

    tell(till, "refund.failed")

    assert state(pending) == ("failed", "refunding")
    assert owed() == 20_00
    assert "the money has to go back another way" in caplog.text


def test_money_that_the_bank_returns_is_owed_again_and_once(till):
    refund = owed_back(till)
    run_operations(at=NOON)
    assert owed() == 0
    refund.refresh_from_db()
    till.pull()
    till.settle_refund(refund.remote_id, ok=False)
    (event,) = [event for event in till.pull() if event["type"] == "refund.failed"]

    post(event, till)
    event["id"] = "evt_told_again"
    post(event, till)

    assert state(refund) == ("failed", "refunded")
    assert owed() == 20_00


def test_an_old_answer_does_not_undo_a_failure(till):
    refund = owed_back(till)
    run_operations(at=NOON)
    refund.refresh_from_db()
    till.settle_refund(refund.remote_id, ok=False)
    check_refund(refund.remote_id, at=NOON)

    record(refund.pk, gateway().refund(refund.request, key=str(refund.uuid)), at=NOON)

    assert state(refund)[0] == "failed"
    assert owed() == 20_00


def test_a_refund_made_elsewhere_changes_nothing(till, pending):
    Operation.objects.filter(pk=pending.pk).update(remote_id="re_another")
    till.settle_refund(pending.remote_id)

    tell(till, "refund.updated")

    assert state(pending) == ("pending", "refunding")
    assert GatewayEvent.objects.get(kind="refund.updated").state == "done"


@pytest.fixture
def silent(settings, monkeypatch):
    """Put a provider in place that takes every call and never answers."""
    with silent_server() as made:
        settings.STRIPE_BASE_URL = made.url
        for name, seconds in OWN_SECONDS.items():
            monkeypatch.setattr(stripe_gateway, name, seconds)
        gateway.cache_clear()
        yield made
    gateway.cache_clear()


@pytest.fixture
def waits(monkeypatch):
    """Note how long each call of the SDK would wait, for the line and for the answer."""
    noted, send = [], HTTPAdapter.send

    def noting(self, request, **facts):
        noted.append(facts["timeout"])
        return send(self, request, **facts)

    monkeypatch.setattr(HTTPAdapter, "send", noting)
    return noted


def test_a_message_is_answered_within_five_seconds_though_the_provider_is_silent(
    till, payment, silent, waits
):
    till.pay(payment.session_id)
    event = completed(till)
    waits.clear()

    assert post(event, till) == 200

    assert sum(map(sum, waits)) < 5
    assert silent.callers == len(waits) == 1
    stored = GatewayEvent.objects.get()
    assert (stored.state, stored.tries) == ("new", 0)  # silence uses up no try
    assert the_order().is_pending


def test_a_message_that_was_put_off_is_applied_when_the_provider_speaks_again(till, payment):
    till.pay(payment.session_id)
    till.fail_next(503)
    post(completed(till), till)
    assert the_order().is_pending

    handle_waiting(at=NOON + timedelta(minutes=1))

    assert the_order().is_paid


def test_a_wrong_key_of_ours_blocks_no_refund(till, caplog):
    """The provider refused us and not the refund: it is sent when the key is right again."""
    refund = owed_back(till)
    Operation.objects.update(tries=MOST_TRIES)
    till.fail_next(401)

    run_operations(at=NOON)

    assert state(refund) == ("queued", "refunding")
    assert refund.tries == MOST_TRIES
    assert "waits for a key that the provider takes" in caplog.text
    run_operations(at=NOON + timedelta(minutes=5))
    assert state(refund) == ("done", "refunded")
    assert refunded(till) == [20_00]


@pytest.mark.parametrize(
    ("tried", "then"), [(MOST_TRIES - 2, "queued"), (MOST_TRIES - 1, "blocked")]
)
def test_a_refund_that_finds_no_answer_is_tried_so_often_and_then_shown_to_a_person(
    till, tried, then
):
    refund = owed_back(till)
    Operation.objects.update(tries=tried)
    till.fail_next(503, 503)

    run_operations(at=NOON)

    assert state(refund) == (then, "refunding")
    assert refunded(till) == []
