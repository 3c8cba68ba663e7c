import json
import time
from dataclasses import replace

import pytest
import stripe

from tests.sandbox import make as older
from tests.sandbox.v2 import make
from tools.sandbox.server import Options, start

CLOSED = "v2.core.account.closed"
CREATED = "v2.money_management.outbound_payment.created"


def params(url="http://127.0.0.1:9/", *kinds, **changes):
    return {
        "name": "thin",
        "type": "webhook_endpoint",
        "event_payload": "thin",
        "enabled_events": list(kinds or [CLOSED, CREATED]),
        "events_from": ["@self", "@accounts"],
        "webhook_endpoint": {"url": url},
        "include": ["webhook_endpoint.signing_secret", "webhook_endpoint.url"],
        **changes,
    }


@pytest.fixture
def destinations(api):
    return api.v2.core.event_destinations


def notifications(api, receiver, secret):
    pairs = zip(receiver.bodies, receiver.signatures, strict=True)
    return [api.parse_event_notification(body, proof, secret) for body, proof in pairs]


def test_a_thin_event_arrives_signed_and_leads_to_its_object(api, sandbox, destinations, receiver):
    secret = destinations.create(params(receiver.url)).webhook_endpoint.signing_secret
    sandbox.fund_storage(100_00)
    payment = make.payment(api, make.recipient(api, sandbox))
    assert sandbox.wait_until_delivered()

    [found] = notifications(api, receiver, secret)

    assert (found.type, found.related_object.id, found.context) == (CREATED, payment.id, None)
    assert found.fetch_related_object().status == "processing"
    assert found.reason.request.idempotency_key
    body = json.loads(receiver.bodies[0])
    assert "data" not in body
    assert not any("amount" in name for name in body)
    assert found.fetch_event().id == found.id


def test_an_account_s_event_names_its_context(api, sandbox, destinations, receiver):
    secret = destinations.create(params(receiver.url)).webhook_endpoint.signing_secret
    account = make.recipient(api, sandbox)
    sandbox.close_account(account)
    assert sandbox.wait_until_delivered()

    [found] = notifications(api, receiver, secret)

    assert (str(found.context), found.related_object.id) == (account, account)
    assert found.fetch_related_object().closed
    assert found.reason is None


def test_what_an_event_says_itself_is_fetched_not_delivered(api, sandbox, destinations, receiver):
    kind = "v2.core.account[configuration.recipient].capability_status_updated"
    destinations.create(params(receiver.url, kind))
    make.recipient(api, sandbox)
    assert sandbox.wait_until_delivered()

    body = json.loads(receiver.bodies[0])

    assert "data" not in body
    event = api.v2.core.events.retrieve(body["id"])
    assert event.data.updated_capability == "bank_accounts.swift"


@pytest.mark.parametrize(("place", "kinds"), [("@self", [CREATED]), ("@accounts", [CLOSED])])
def test_a_destination_hears_from_where_it_asked(
    api, sandbox, destinations, receiver, place, kinds
):
    destinations.create(params(receiver.url, events_from=[place]))
    sandbox.fund_storage(100_00)
    account = make.recipient(api, sandbox)
    make.payment(api, account)
    sandbox.close_account(account)
    assert sandbox.wait_until_delivered()

    assert [json.loads(body)["type"] for body in receiver.bodies] == kinds


def test_the_sdk_refuses_a_snapshot_and_accepts_an_unknown_kind(api, sandbox):
    event = {"id": "evt_1", "object": "v2.core.event", "created": "2026-11-27T00:00:00.000Z"}
    event |= {"type": "v2.core.something.new", "livemode": False, "context": None, "reason": None}
    body, proof = sandbox.sign(event)

    found = api.parse_event_notification(body, proof, "whsec_sandbox")

    assert type(found).__name__ == "UnknownEventNotification"
    body, proof = sandbox.sign({"id": "evt_1", "object": "event", "type": "refund.updated"})
    with pytest.raises(ValueError, match="webhook payload"):
        api.parse_event_notification(body, proof, "whsec_sandbox")
    body, proof = sandbox.sign(event, timestamp=int(time.time()) - 301)
    with pytest.raises(stripe.SignatureVerificationError):
        api.parse_event_notification(body, proof, "whsec_sandbox")


def test_secrets_are_rolled_as_for_snapshots(api, sandbox, destinations, receiver):
    made = destinations.create(params(receiver.url))
    sandbox.roll_secret("whsec_new", made.id)
    sandbox.close_account(make.account(api).id)
    assert sandbox.wait_until_delivered()

    for secret in (made.webhook_endpoint.signing_secret, "whsec_new"):
        [found] = notifications(api, receiver, secret)
        assert found.type == CLOSED
    sandbox.drop_old_secrets(made.id)
    sandbox.close_account(make.account(api).id)
    assert sandbox.wait_until_delivered()
    assert receiver.signatures[1].count("v1=") == 1


def test_a_destination_that_fails_is_tried_again(api, sandbox, destinations, receiver):
    receiver.failures = 2
    destinations.create(params(receiver.url))
    sandbox.close_account(make.account(api).id)

    assert sandbox.wait_until_delivered()

    assert [attempt.status for attempt in sandbox.deliveries()] == [500, 500, 204]


def test_its_address_and_its_secret_are_shown_when_they_are_asked_for(destinations):
    made = destinations.create({k: v for k, v in params().items() if k != "include"})

    assert made.webhook_endpoint is None
    include = {"include": ["webhook_endpoint.url"]}
    [shown] = destinations.list(include).data
    assert shown.webhook_endpoint.url == "http://127.0.0.1:9/"
    assert shown.webhook_endpoint.signing_secret is None
    changed = {"name": "new", "webhook_endpoint": {"url": "http://127.0.0.1:8/"}, **include}
    updated = destinations.update(made.id, {**changed, "enabled_events": [CREATED]})
    assert (updated.name, updated.webhook_endpoint.url) == ("new", "http://127.0.0.1:8/")
    assert destinations.list(include).data[0].enabled_events == [CREATED]


@pytest.mark.parametrize(
    "changes",
    [
        {"event_payload": "snapshot"},
        {"type": "amazon_eventbridge"},
        {"enabled_events": ["refund.created"]},
        {"enabled_events": ["v2.core.account.exploded"]},
        {"enabled_events": []},
        {"events_from": ["@everybody"]},
        {"webhook_endpoint": {"url": "nowhere"}},
    ],
)
def test_what_no_destination_can_be_is_refused(destinations, changes):
    with pytest.raises(stripe.InvalidRequestError):
        destinations.create(params(**changes))

    assert destinations.list().data == []


def test_events_are_found_by_kind_object_and_time(api, sandbox):
    account = make.recipient(api, sandbox)
    sandbox.advance(60)
    sandbox.close_account(account)
    events = api.v2.core.events

    assert [e.type for e in events.list({"types": [CLOSED]}).data] == [CLOSED]
    closed = events.list({"object_id": account, "limit": 1}).data[0]
    assert closed.type == CLOSED
    assert len(events.list({"object_id": account, "limit": 1}).data) == 1
    assert events.list({"created": {"gt": closed.created}}).data == []


def test_what_was_not_taken_is_sent_after_a_restart(receiver, tmp_path):
    options = Options(thin="http://127.0.0.1:9/", state=tmp_path / "state")
    before = start(options=options)
    account = make.account(older.client(before.url)).id
    before.stop()

    after = start(options=replace(options, thin=receiver.url))
    assert after.sandbox.wait_until_delivered()
    after.stop()

    assert [json.loads(body)["related_object"]["id"] for body in receiver.bodies] == [account]


def test_a_muted_run_sends_no_thin_events(receiver):
    running = start(options=Options(thin=receiver.url, muted=True))
    make.account(older.client(running.url))
    assert running.sandbox.wait_until_delivered()
    running.stop()

    assert receiver.bodies == []


def test_the_command_s_destination_hears_everything(receiver):
    running = start(options=Options(thin=receiver.url, secret="whsec_x"))
    try:
        client = older.client(running.url)
        make.account(client)
        assert running.sandbox.wait_until_delivered()
        [found] = notifications(client, receiver, "whsec_x")
        assert found.type == "v2.core.account.created"
        running.sandbox.reset()
        assert len(client.v2.core.event_destinations.list().data) == 1
    finally:
        running.stop()
