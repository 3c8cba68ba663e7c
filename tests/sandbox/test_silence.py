import contextlib
import threading

import pytest
import stripe

from tests.patience import PATIENCE, wait_until
from tests.sandbox import make

LONG = 10 * PATIENCE


@pytest.fixture
def hasty(running, sandbox):
    """A client that gives up almost at once."""
    client = stripe.RequestsClient(timeout=(PATIENCE, 0.2))
    yield stripe.StripeClient(
        make.KEY,
        base_addresses=dict.fromkeys(("api", "files", "connect", "meter_events"), running.url),
        http_client=client,
        max_network_retries=0,
    )
    sandbox.silence(0)


def test_a_silent_family_takes_nothing_while_others_are_answered(api, sandbox, hasty):
    charge = make.charge(api, sandbox)
    sandbox.silence(LONG, "POST /v1/refunds")

    with pytest.raises(stripe.APIConnectionError):
        hasty.v1.refunds.create({"charge": charge})

    assert api.v1.charges.retrieve(charge).amount_refunded == 0
    sandbox.silence(0)
    assert api.v1.refunds.create({"charge": charge}).status == "succeeded"
    assert len(api.v1.refunds.list().data) == 1


def test_a_silent_call_may_have_taken_effect(api, sandbox, hasty):
    charge = make.charge(api, sandbox)
    sandbox.silence(LONG, "POST /v1/refunds", executed=True)

    with pytest.raises(stripe.APIConnectionError):
        hasty.v1.refunds.create({"charge": charge}, {"idempotency_key": "op-1"})

    sandbox.silence(0)
    wait_until(lambda: api.v1.refunds.list().data)
    again = api.v1.refunds.create({"charge": charge}, {"idempotency_key": "op-1"})
    assert [r.id for r in api.v1.refunds.list().data] == [again.id]


def test_whoever_waits_a_silence_out_learns_that_nobody_was_there(api, sandbox):
    charge, statuses = make.charge(api, sandbox), []
    sandbox.silence(LONG, "POST /v1/refunds")

    def refund():
        try:
            api.v1.refunds.create({"charge": charge})
        except stripe.APIError as refusal:
            statuses.append(refusal.http_status)

    waiting = threading.Thread(target=refund)
    waiting.start()
    wait_until(lambda: sandbox.world.held)
    sandbox.silence(0)
    waiting.join(PATIENCE)

    assert statuses == [504]
    assert api.v1.refunds.list().data == []


def test_a_silence_ends_by_itself(api, sandbox):
    sandbox.silence(0.05)

    with contextlib.suppress(stripe.APIError):
        api.v1.balance.retrieve()

    assert api.v1.balance.retrieve().available


def test_forgotten_keys_are_free_again(api, sandbox):
    charge = make.charge(api, sandbox)
    params, key = {"charge": charge, "amount": 1_00}, {"idempotency_key": "op-1"}
    api.v1.refunds.create(params, key)

    assert sandbox.forget_keys() >= 1

    api.v1.refunds.create(params, key)
    assert len(api.v1.refunds.list().data) == 2
