"""One call of each operation of the newer API, held against the SDK's types."""

from tests.sandbox.v2 import make
from tools.sandbox.v2.routes import WAYS

CORE, MONEY = "/v2/core", "/v2/money_management"


class EachThing:
    """One of each thing of the newer API."""

    def __init__(self, api, sandbox):
        self.core, self.money, self.api = api.v2.core, api.v2.money_management, api
        sandbox.fund_storage(500_00)
        self.account = make.recipient(api, sandbox)
        self.me = {"stripe_context": self.account}
        self.payment = make.payment(api, self.account, 10_00).id
        self.other_intent = self.price().id
        self.destination = self.listen().id
        [credited] = sandbox.thin_events("v2.money_management.received_credit.succeeded")
        self.credit = credited["related_object"]["id"]
        self.event = sandbox.thin_events()[0]["id"]

    def price(self):
        params = {**make.payment_params(self.account, 1_00), "confirmation_method": "manual"}
        return self.money.payout_intents.create(params)

    def listen(self):
        params = {"name": "thin", "type": "webhook_endpoint", "event_payload": "thin"}
        params |= {"webhook_endpoint": {"url": "http://127.0.0.1:9/"}}
        kinds = {"enabled_events": ["v2.core.account.closed"]}
        return self.core.event_destinations.create({**params, **kinds})


CALLS = {
    f"GET {CORE}/accounts": lambda e: e.core.accounts.list({"limit": 5}),
    f"POST {CORE}/accounts": lambda e: make.account(e.api, "fr", "bank_accounts.sepa"),
    f"GET {CORE}/accounts/{{id}}": lambda e: e.core.accounts.retrieve(
        e.account, {"include": make.WHOLE}
    ),
    f"POST {CORE}/account_links": lambda e: make.link(e.api, e.account),
    f"GET {CORE}/events": lambda e: e.core.events.list({"limit": 100}),
    f"GET {CORE}/events/{{id}}": lambda e: e.core.events.retrieve(e.event),
    f"GET {CORE}/event_destinations": lambda e: e.core.event_destinations.list(),
    f"POST {CORE}/event_destinations": lambda e: e.listen(),
    f"POST {CORE}/event_destinations/{{id}}": lambda e: e.core.event_destinations.update(
        e.destination, {"name": "new"}
    ),
    f"POST {CORE}/event_destinations/{{id}}/enable": lambda e: e.core.event_destinations.enable(
        e.destination
    ),
    f"GET {MONEY}/payout_methods": lambda e: e.money.payout_methods.list({}, e.me),
    f"GET {MONEY}/financial_accounts": lambda e: e.money.financial_accounts.list(),
    f"GET {MONEY}/financial_accounts/{{id}}": lambda e: e.money.financial_accounts.retrieve(
        make.STORAGE
    ),
    f"GET {MONEY}/received_credits/{{id}}": lambda e: e.money.received_credits.retrieve(e.credit),
    f"GET {MONEY}/outbound_payments": lambda e: e.money.outbound_payments.list(),
    f"POST {MONEY}/outbound_payments": lambda e: make.payment(e.api, e.account, 1_00),
    f"GET {MONEY}/outbound_payments/{{id}}": lambda e: e.money.outbound_payments.retrieve(
        e.payment
    ),
    f"POST {MONEY}/outbound_payments/{{id}}/cancel": lambda e: e.money.outbound_payments.cancel(
        e.payment
    ),
    f"POST {MONEY}/payout_intents": lambda e: e.price(),
    f"POST {MONEY}/payout_intents/{{id}}/cancel": lambda e: e.money.payout_intents.cancel(
        e.other_intent
    ),
    f"GET {MONEY}/transactions": lambda e: e.money.transactions.list({"limit": 100}),
}


def test_every_operation_answers_as_the_sdk_declares(api, sandbox):
    everything = EachThing(api, sandbox)

    for call in CALLS.values():
        call(everything)

    assert set(CALLS) == {f"{way.method} {way.path}" for way in WAYS}
    assert sandbox.contract_errors == []


def test_every_kind_of_event_is_one_that_the_sdk_knows(api, sandbox):
    sandbox.fund_storage(500_00)
    for ending in ("9901", "9902", "9903"):
        make.payment(api, make.recipient(api, sandbox, ending), 1_00)
    sandbox.advance(make.DAY)
    sandbox.advance(2 * make.DAY)
    account = make.recipient(api, sandbox)
    params = make.payment_params(account, 1_00)
    intents = api.v2.money_management.payout_intents
    intents.cancel(intents.create({**params, "confirmation_method": "manual"}).id)
    api.v2.money_management.outbound_payments.cancel(make.payment(api, account, 1_00).id)
    sandbox.close_account(account)
    sandbox.fund(1_00, "usd")
    payout = {"amount": 1_00, "currency": "usd", "payout_method": make.STORAGE}
    sandbox.settle_payout(api.v1.payouts.create(payout).id, ok=False)

    kinds = {event["type"] for event in sandbox.thin_events()}

    assert len(kinds) == 20
    assert {e.type for e in api.v2.core.events.list({"limit": 100}).auto_paging_iter()} == kinds
    assert sandbox.contract_errors == []
