import pytest
import requests
import stripe

from tests.patience import PATIENCE
from tests.sandbox import make
from tools.sandbox.control_api import respond
from tools.sandbox.web import Request

KEY = {"Authorization": f"Bearer {make.KEY}"}


def control(running, name, arguments=None, headers=None):
    url = f"{running.url}/_control/{name}"
    return requests.post(url, json=arguments or {}, headers=headers or KEY, timeout=PATIENCE)


def test_a_shopper_is_steered_from_another_process(running, api):
    made, waiting = make.session(api), make.session(api)

    paid = control(running, "pay", {"session_id": made.id}).json()["result"]
    control(running, "pay_later", [waiting.id])
    settled = control(running, "settle", {"session_id": waiting.id, "ok": False}).json()["result"]

    assert (paid["id"], paid["payment_status"]) == (made.id, "paid")
    assert (settled["status"], settled["payment_status"]) == ("complete", "unpaid")
    assert api.v1.checkout.sessions.retrieve(made.id).payment_status == "paid"


def test_the_clock_is_moved_by_steps_and_to_an_offset(running, api, sandbox):
    made = make.session(api)

    assert control(running, "advance", {"seconds": 60}).json() == {"result": 60}
    assert control(running, "advance", [40]).json() == {"result": 100}
    assert control(running, "set_offset", {"seconds": 3600}).json() == {"result": 3600}

    assert api.v1.checkout.sessions.retrieve(made.id).status == "expired"
    state = requests.get(f"{running.url}/_control/", headers=KEY, timeout=PATIENCE).json()
    assert (state["offset"], state["contract"], state["contract_errors"]) == (3600, True, [])


def test_failures_events_and_deliveries_are_reached_too(running, api, sandbox):
    arguments = {"statuses": [500], "executed": True, "on": "POST /v1/checkout/sessions"}
    control(running, "fail_next", arguments)
    with pytest.raises(stripe.APIError, match="told to fail"):
        make.session(api)
    sandbox.pay(api.v1.checkout.sessions.list().data[0].id)

    completed = control(running, "events", {"kind": "checkout.session.completed"}).json()["result"]
    pulled = control(running, "pull").json()["result"]

    assert len(completed) == 1
    assert pulled[-1] == completed[0]
    assert control(running, "deliveries").json() == {"result": []}
    assert control(running, "wait_until_delivered").json() == {"result": True}


def test_a_reset_forgets_everything(running, api, sandbox):
    make.session(api)
    sandbox.set_offset(500)
    sandbox.fail_next(500)
    sandbox.hold_refunds()
    sandbox.roll_secret("whsec_new")

    control(running, "reset")

    assert api.v1.checkout.sessions.list().data == []
    assert sandbox.events() == []
    assert sandbox.world.now() == sandbox.world.clock.now()
    assert sandbox.world.clock.offset == 0
    assert sandbox.sign({})[1].count("v1=") == 1
    assert not sandbox.world.refunds_wait


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("pay", {"session_id": "cs_test_nope"}),
        ("pay", {"nope": 1}),
        ("advance", {"seconds": "soon"}),
        ("settle_refund", ["re_nope"]),
    ],
)
def test_a_control_that_cannot_be_done_says_why(running, sandbox, name, arguments):
    answer = control(running, name, arguments)

    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize("name", ["nope", "sign", "world", "__init__", "_secrets"])
def test_only_controls_are_reached(running, sandbox, name):
    assert control(running, name).status_code == 404


def test_controls_ask_for_the_key(running, sandbox):
    answer = control(running, "advance", {"seconds": 60}, {"Authorization": "Bearer sk_test_other"})

    assert answer.status_code == 401
    assert sandbox.world.clock.offset == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
        {"Via": "1.1 proxy"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "pay.shop.example"},
    ],
)
def test_controls_answer_nobody_from_elsewhere(running, sandbox, headers):
    answer = control(running, "advance", {"seconds": 60}, {**KEY, **headers})

    assert answer.status_code == 403
    assert sandbox.world.clock.offset == 0


@pytest.mark.parametrize(("peer", "status"), [("127.0.0.1", 200), ("192.0.2.7", 403), ("", 403)])
def test_controls_answer_peers_on_this_machine_only(sandbox, peer, status):
    headers = {"host": "127.0.0.1:8421", "authorization": f"Bearer {make.KEY}"}
    request = Request("POST", "/_control/advance", "", '{"seconds": 60}', headers, peer)

    assert respond(sandbox, request).status == status

    assert sandbox.world.clock.offset == (60 if status == 200 else 0)
