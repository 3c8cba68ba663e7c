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
        self.method = make.method(api, self.account).id
        self.setup = self.money.outbound_setup_intents.create({}, self.me).id
        self.payment = make.payment(api, self.account, 10_00).id
        self.intent, self.other_intent = self.price().id, self.price().id
        self.destination = self.listen().id
        self.event = sandbox.thin_events()[0]["id"]
        self.transaction = self.money.transactions.list({"limit": 1}).data[0].id
        self.entry = self.money.transaction_entries.list({"limit": 1}).data[0].id
        self.credit = self.money.received_credits.list().data[0].id
        self.address = self.money.financial_addresses.list().data[0].id
        sandbox.adjust_storage(-1)
        self.adjustment = self.money.adjustments.list().data[0].id

    def price(self):
        params = {**make.payment_params(self.account, 1_00), "confirmation_method": "manual"}
        return self.money.payout_intents.create(params)

    def listen(self):
        params = {"name": "thin", "type": "webhook_endpoint", "event_payload": "thin"}
        params |= {"webhook_endpoint": {"url": "http://127.0.0.1:9/"}}
        kinds = {"enabled_events": ["v2.core.account.closed"]}
        return self.core.event_destinations.create({**params, **kinds})

    def credit_address(self):
        params = {"amount": {"value": 1_00, "currency": "usd"}, "network": "ach"}
        return self.money.test_helpers.financial_addresses.credit(self.address, params)

    def close(self):
        made = make.account(self.api).id
        return self.core.accounts.close(made, {"applied_configurations": ["recipient"]})


CALLS = {
    f"GET {CORE}/accounts": lambda e: e.core.accounts.list({"limit": 5}),
    f"POST {CORE}/accounts": lambda e: make.account(e.api, "fr", "bank_accounts.sepa"),
    f"GET {CORE}/accounts/{{id}}": lambda e: e.core.accounts.retrieve(
        e.account, {"include": make.WHOLE}
    ),
    f"POST {CORE}/accounts/{{id}}": lambda e: e.core.accounts.update(
        e.account, {"display_name": "Kente"}
    ),
    f"POST {CORE}/accounts/{{id}}/close": lambda e: e.close(),
    f"POST {CORE}/account_links": lambda e: make.link(e.api, e.account),
    f"GET {CORE}/events": lambda e: e.core.events.list({"limit": 100}),
    f"GET {CORE}/events/{{id}}": lambda e: e.core.events.retrieve(e.event),
    f"GET {CORE}/event_destinations": lambda e: e.core.event_destinations.list(),
    f"POST {CORE}/event_destinations": lambda e: e.listen(),
    f"GET {CORE}/event_destinations/{{id}}": lambda e: e.core.event_destinations.retrieve(
        e.destination
    ),
    f"POST {CORE}/event_destinations/{{id}}": lambda e: e.core.event_destinations.update(
        e.destination, {"name": "new"}
    ),
    f"POST {CORE}/event_destinations/{{id}}/disable": lambda e: e.core.event_destinations.disable(
        e.destination
    ),
    f"POST {CORE}/event_destinations/{{id}}/enable": lambda e: e.core.event_destinations.enable(
        e.destination
    ),
    f"POST {CORE}/event_destinations/{{id}}/ping": lambda e: e.core.event_destinations.ping(
        e.destination
    ),
    f"DELETE {CORE}/event_destinations/{{id}}": lambda e: e.core.event_destinations.delete(
        e.destination
    ),
    f"GET {MONEY}/payout_methods": lambda e: e.money.payout_methods.list({}, e.me),
    f"GET {MONEY}/payout_methods/{{id}}": lambda e: e.money.payout_methods.retrieve(
        e.method, {}, e.me
    ),
    f"POST {MONEY}/payout_methods/{{id}}/archive": lambda e: e.money.payout_methods.archive(
        e.method, {}, e.me
    ),
    f"POST {MONEY}/payout_methods/{{id}}/unarchive": lambda e: e.money.payout_methods.unarchive(
        e.method, {}, e.me
    ),
    f"GET {MONEY}/payout_methods_bank_account_spec": lambda e: (
        e.money.payout_methods_bank_account_spec.retrieve()
    ),
    f"GET {MONEY}/outbound_setup_intents": lambda e: e.money.outbound_setup_intents.list({}, e.me),
    f"POST {MONEY}/outbound_setup_intents": lambda e: e.money.outbound_setup_intents.create(
        {"payout_method": e.method}, e.me
    ),
    f"GET {MONEY}/outbound_setup_intents/{{id}}": lambda e: e.money.outbound_setup_intents.retrieve(
        e.setup, {}, e.me
    ),
    f"POST {MONEY}/outbound_setup_intents/{{id}}": lambda e: e.money.outbound_setup_intents.update(
        e.setup, {}, e.me
    ),
    f"POST {MONEY}/outbound_setup_intents/{{id}}/cancel": lambda e: (
        e.money.outbound_setup_intents.cancel(e.setup, {}, e.me)
    ),
    f"GET {MONEY}/financial_accounts": lambda e: e.money.financial_accounts.list(),
    f"GET {MONEY}/financial_accounts/{{id}}": lambda e: e.money.financial_accounts.retrieve(
        make.STORAGE
    ),
    f"POST {MONEY}/financial_accounts/{{id}}": lambda e: e.money.financial_accounts.update(
        make.STORAGE, {"display_name": "Out"}
    ),
    f"GET {MONEY}/financial_addresses": lambda e: e.money.financial_addresses.list(),
    f"GET {MONEY}/financial_addresses/{{id}}": lambda e: e.money.financial_addresses.retrieve(
        e.address
    ),
    f"POST {MONEY}/test_helpers/financial_addresses/{{id}}/credit": lambda e: e.credit_address(),
    f"GET {MONEY}/received_credits": lambda e: e.money.received_credits.list(),
    f"GET {MONEY}/received_credits/{{id}}": lambda e: e.money.received_credits.retrieve(e.credit),
    f"GET {MONEY}/outbound_payments": lambda e: e.money.outbound_payments.list(),
    f"POST {MONEY}/outbound_payments": lambda e: make.payment(e.api, e.account, 1_00),
    f"GET {MONEY}/outbound_payments/{{id}}": lambda e: e.money.outbound_payments.retrieve(
        e.payment
    ),
    f"POST {MONEY}/outbound_payments/{{id}}/cancel": lambda e: e.money.outbound_payments.cancel(
        e.payment
    ),
    f"GET {MONEY}/payout_intents": lambda e: e.money.payout_intents.list(),
    f"POST {MONEY}/payout_intents": lambda e: e.price(),
    f"GET {MONEY}/payout_intents/{{id}}": lambda e: e.money.payout_intents.retrieve(e.intent),
    f"POST {MONEY}/payout_intents/{{id}}": lambda e: e.money.payout_intents.update(
        e.intent, {"description": "x"}
    ),
    f"POST {MONEY}/payout_intents/{{id}}/refresh_fx_quote": lambda e: (
        e.money.payout_intents.refresh_fx_quote(e.intent)
    ),
    f"POST {MONEY}/payout_intents/{{id}}/confirm": lambda e: e.money.payout_intents.confirm(
        e.intent
    ),
    f"POST {MONEY}/payout_intents/{{id}}/cancel": lambda e: e.money.payout_intents.cancel(
        e.other_intent
    ),
    f"GET {MONEY}/transactions": lambda e: e.money.transactions.list({"limit": 100}),
    f"GET {MONEY}/transactions/{{id}}": lambda e: e.money.transactions.retrieve(e.transaction),
    f"POST {MONEY}/transactions/{{id}}": lambda e: e.money.transactions.update(
        e.transaction, {"description": "x"}
    ),
    f"GET {MONEY}/transaction_entries": lambda e: e.money.transaction_entries.list({"limit": 100}),
    f"GET {MONEY}/transaction_entries/{{id}}": lambda e: e.money.transaction_entries.retrieve(
        e.entry
    ),
    f"GET {MONEY}/adjustments": lambda e: e.money.adjustments.list(),
    f"GET {MONEY}/adjustments/{{id}}": lambda e: e.money.adjustments.retrieve(e.adjustment),
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
    api.v2.money_management.payout_intents.create(params)
    api.v2.money_management.outbound_payments.cancel(make.payment(api, account, 1_00).id)
    sandbox.close_account(account)
    sandbox.open_storage()
    sandbox.fund(1_00, "usd")
    payout = {"amount": 1_00, "currency": "usd", "payout_method": make.STORAGE}
    sandbox.settle_payout(api.v1.payouts.create(payout).id, ok=False)

    kinds = {event["type"] for event in sandbox.thin_events()}

    assert len(kinds) == 19
    assert {e.type for e in api.v2.core.events.list({"limit": 100}).auto_paging_iter()} == kinds
    assert sandbox.contract_errors == []
