import json
import time

import pytest
import stripe

from tests.patience import wait_until
from tests.sandbox import make


@pytest.fixture
def endpoint(api, receiver):
    params = {"url": receiver.url, "enabled_events": ["checkout.session.completed"]}
    return api.v1.webhook_endpoints.create(params)


def pay(api, sandbox):
    made = make.session(api, expires_at=int(time.time()) + 2 * 60 * 60)
    sandbox.pay(made.id)
    return made.id


def test_an_event_reaches_its_endpoint_with_a_signature_that_the_sdk_accepts(
    api, sandbox, receiver, endpoint
):
    session = pay(api, sandbox)
    assert sandbox.wait_until_delivered()

    event = api.construct_event(receiver.bodies[0], receiver.signatures[0], endpoint.secret)

    assert (event.type, event.data.object.id) == ("checkout.session.completed", session)
    assert (event.data.object.payment_status, event.livemode) == ("paid", False)
    assert event.api_version == stripe._api_version._ApiVersion.CURRENT
    assert len(receiver.bodies) == 1
    assert api.v1.events.retrieve(event.id).pending_webhooks == 0


def test_a_signature_carries_the_machines_time_whatever_the_sandboxes_clock(
    api, sandbox, receiver, endpoint
):
    session = make.session(api)
    sandbox.set_offset(-90 * 24 * 60 * 60)
    sandbox.pay(session.id)
    assert sandbox.wait_until_delivered()

    event = api.construct_event(receiver.bodies[0], receiver.signatures[0], endpoint.secret)

    assert event.created < time.time() - 80 * 24 * 60 * 60


def test_an_event_is_sent_again_until_it_is_taken(api, sandbox, receiver, endpoint):
    receiver.failures = 2

    pay(api, sandbox)
    assert sandbox.wait_until_delivered()

    tries = [(attempt.number, attempt.status) for attempt in sandbox.deliveries()]
    assert tries == [(1, 500), (2, 500), (3, 204)]
    assert len(receiver.bodies) == 1


def test_an_event_waits_while_nobody_answers(api, sandbox, receiver, endpoint):
    receiver.stop()

    pay(api, sandbox)

    wait_until(lambda: len(sandbox.deliveries()) > 1)
    assert {tried.status for tried in sandbox.deliveries()} == {None}
    assert sandbox.events("checkout.session.completed")[0]["pending_webhooks"] == 1


def test_both_secrets_sign_while_they_are_rolled(api, sandbox, receiver, endpoint):
    sandbox.roll_secret("whsec_new", endpoint.id)
    pay(api, sandbox)
    assert sandbox.wait_until_delivered()
    body, signature = receiver.bodies[0], receiver.signatures[0]
    for secret in (endpoint.secret, "whsec_new"):
        assert api.construct_event(body, signature, secret).id

    sandbox.drop_old_secrets(endpoint.id)
    pay(api, sandbox)
    assert sandbox.wait_until_delivered()

    body, signature = receiver.bodies[1], receiver.signatures[1]
    assert api.construct_event(body, signature, "whsec_new").id
    with pytest.raises(stripe.SignatureVerificationError):
        api.construct_event(body, signature, endpoint.secret)


def test_an_endpoint_hears_only_what_it_asked_for(api, sandbox, receiver, endpoint):
    make.charge(api, sandbox)
    assert sandbox.wait_until_delivered()

    assert len(receiver.bodies) == 1

    params = {"enabled_events": ["charge.succeeded", "payment_intent.succeeded"]}
    api.v1.webhook_endpoints.update(endpoint.id, params)
    make.charge(api, sandbox)
    assert sandbox.wait_until_delivered()
    assert len(receiver.bodies) == 3


def test_events_of_accounts_go_to_endpoints_made_for_them(api, sandbox, receiver):
    params = {"url": receiver.url, "enabled_events": ["*"], "connect": True}
    api.v1.webhook_endpoints.create(params)
    account = make.account(api, sandbox)
    make.charge(api, sandbox)
    assert sandbox.wait_until_delivered()

    heard = [json.loads(body) for body in receiver.bodies]

    assert [event["type"] for event in heard] == ["capability.updated", "account.updated"]
    assert {event["account"] for event in heard} == {account}


def test_an_endpoint_that_is_off_hears_nothing(api, sandbox, receiver, endpoint):
    assert api.v1.webhook_endpoints.update(endpoint.id, {"disabled": True}).status == "disabled"
    pay(api, sandbox)
    assert sandbox.wait_until_delivered()
    assert receiver.bodies == []


def test_only_the_answer_that_makes_an_endpoint_shows_its_secret(api, endpoint):
    assert endpoint.secret.startswith("whsec_")

    assert not hasattr(api.v1.webhook_endpoints.list().data[0], "secret")


def test_events_are_pulled_and_signed_where_no_endpoint_listens(api, sandbox):
    pay(api, sandbox)

    pulled = sandbox.pull()

    assert [event["type"] for event in pulled] == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    assert sandbox.pull() == []
    body, signature = sandbox.sign(pulled[-1])
    assert api.construct_event(body, signature, "whsec_sandbox").id == pulled[-1]["id"]


def test_a_test_can_sign_with_another_time_or_change_the_event(api, sandbox):
    pay(api, sandbox)
    event = sandbox.pull()[-1]

    body, signature = sandbox.sign({**event, "livemode": True}, int(time.time()) - 301)

    with pytest.raises(stripe.SignatureVerificationError):
        api.construct_event(body, signature, "whsec_sandbox")
    body, signature = sandbox.sign({**event, "livemode": True})
    assert api.construct_event(body, signature, "whsec_sandbox").livemode


def test_events_are_listed_by_kind_and_by_time(api, sandbox):
    pay(api, sandbox)
    sandbox.advance(60 * 60)
    pay(api, sandbox)

    completed = api.v1.events.list({"type": "checkout.session.completed"}).data
    late = api.v1.events.list({"created": {"gt": int(time.time()) + 60}}).data

    assert len(completed) == 2
    assert completed[0].created - completed[1].created >= 60 * 60
    assert len(late) == 4
    assert len(list(api.v1.events.list({"limit": 3}).auto_paging_iter())) == 8


def test_an_event_keeps_the_state_of_its_moment(api, sandbox):
    made = make.session(api)
    sandbox.pay_later(made.id)
    sandbox.settle(made.id)

    completed = sandbox.events("checkout.session.completed")[0]["data"]["object"]
    succeeded = sandbox.events("checkout.session.async_payment_succeeded")[0]["data"]["object"]

    assert (completed["payment_status"], succeeded["payment_status"]) == ("unpaid", "paid")


def test_an_event_names_the_request_that_caused_it(api, sandbox):
    charge = make.charge(api, sandbox)

    made = api.v1.refunds.create({"charge": charge}, {"idempotency_key": "op-1"})

    request = sandbox.events("refund.created")[0]["request"]
    assert request == {"id": made.last_response.request_id, "idempotency_key": "op-1"}
    assert sandbox.events("charge.succeeded")[0]["request"]["id"] is None
