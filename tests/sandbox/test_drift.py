"""The SDK is newer than the published specification: what we use must be the same in both.

An upgrade of the SDK that renames or drops a field that the shop or the sandbox uses fails here,
by its name. So does any other difference that nobody looked at yet: look at it, then add it to the
list of known ones.
"""

import pytest
import stripe
from stripe import params
from stripe.params import checkout as checkout_params

from tests.sandbox import make
from tools.sandbox.contract import load_contract
from tools.sandbox.routes import OPERATIONS
from tools.sandbox.shapes import blank

CONTRACT = load_contract(OPERATIONS)

OBJECTS = {
    "account": stripe.Account,
    "balance": stripe.Balance,
    "balance_settings": stripe.BalanceSettings,
    "balance_transaction": stripe.BalanceTransaction,
    "charge": stripe.Charge,
    "checkout.session": stripe.checkout.Session,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "item": stripe.LineItem,
    "payment_intent": stripe.PaymentIntent,
    "payout": stripe.Payout,
    "price": stripe.Price,
    "refund": stripe.Refund,
    "topup": stripe.Topup,
    "transfer": stripe.Transfer,
    "transfer_reversal": stripe.TransferReversal,
    "webhook_endpoint": stripe.WebhookEndpoint,
}

PARAMETERS = {
    "POST /v1/checkout/sessions": checkout_params.SessionCreateParams,
    "POST /v1/balance_settings": params.BalanceSettingsUpdateParams,
    "POST /v1/disputes/{dispute}": params.DisputeUpdateParams,
    "POST /v1/payouts": params.PayoutCreateParams,
    "POST /v1/refunds": params.RefundCreateParams,
    "POST /v1/transfers": params.TransferCreateParams,
    "POST /v1/transfers/{id}/reversals": params.TransferReversalCreateParams,
    "POST /v1/webhook_endpoints": params.WebhookEndpointCreateParams,
    "GET /v1/balance_transactions": params.BalanceTransactionListParams,
    "GET /v1/events": params.EventListParams,
    "GET /v1/payouts": params.PayoutListParams,
    "GET /v1/refunds": params.RefundListParams,
    "GET /v1/transfers": params.TransferListParams,
}

# Fields that only the SDK has, looked at when it was installed. None of them is used.
KNOWN_FIELDS = {
    "charge": {"authorization_code", "level3", "source"},
    "checkout.session": {"allowed_payment_method_types"},
    "dispute": {"intended_submission_method", "network_reason_code"},
    "payment_intent": {"allowed_payment_method_types", "payment_record", "source"},
    "refund": {"customer", "customer_account", "payment_method"},
    "topup": {"initiated_by", "payment_method", "payment_method_options"},
}

# Names of parameters that one side lacks. Neither the shop nor the sandbox may send them.
KNOWN_PARAMETERS = {
    "POST /v1/checkout/sessions": {"allowed_payment_method_types", "payment_method_types"},
    "POST /v1/disputes/{dispute}": {"intended_submission_method"},
}

# What the shop reads of each object, and what it sends.
USED_FIELDS = {
    "account": "id capabilities requirements payouts_enabled details_submitted metadata country",
    "balance": "available pending",
    "balance_settings": "payments",
    "balance_transaction": "id amount currency fee net source type created available_on",
    "charge": (
        "id amount amount_refunded currency paid disputed payment_intent metadata"
        " payment_method_details"
    ),
    "checkout.session": (
        "id url status payment_status amount_total currency expires_at payment_intent metadata"
        " livemode client_reference_id"
    ),
    "dispute": "id amount currency charge payment_intent reason status evidence_details",
    "event": "id type data created livemode account api_version",
    "item": "description quantity amount_total",
    "payment_intent": "id status amount_received currency latest_charge metadata",
    "payout": "id amount currency status metadata payout_method failure_code balance_transaction",
    "price": "unit_amount",
    "refund": "id amount currency status charge metadata failure_reason",
    "topup": "id amount currency status metadata balance_transaction",
    "transfer": "id amount amount_reversed currency destination metadata transfer_group",
    "transfer_reversal": "id amount currency transfer metadata",
    "webhook_endpoint": "id url secret status enabled_events",
}
USED_PARAMETERS = {
    "POST /v1/checkout/sessions": (
        "mode line_items success_url cancel_url expires_at metadata payment_intent_data locale"
        " client_reference_id customer_email excluded_payment_method_types adaptive_pricing"
    ),
    "POST /v1/balance_settings": "payments",
    "POST /v1/disputes/{dispute}": "evidence metadata submit",
    "POST /v1/payouts": "amount currency payout_method metadata description",
    "POST /v1/refunds": "charge amount metadata reason",
    "POST /v1/transfers": (
        "amount currency destination source_transaction transfer_group metadata"
    ),
    "POST /v1/transfers/{id}/reversals": "amount metadata",
    "POST /v1/webhook_endpoints": "url enabled_events connect api_version",
    "GET /v1/balance_transactions": "created type source currency limit starting_after",
    "GET /v1/events": "type types created limit starting_after",
    "GET /v1/payouts": "status created limit starting_after",
    "GET /v1/refunds": "charge payment_intent limit starting_after",
    "GET /v1/transfers": "destination transfer_group limit starting_after",
}

# Names in the SDK's classes that are no fields of answers or parameters.
MACHINERY = {"OBJECT_NAME", "deleted", "expand", *stripe.RequestOptions.__annotations__}


def fields_of(kind):
    return set(OBJECTS[kind].__annotations__) - MACHINERY


def parameters_of(operation):
    method, path = operation.split(" ")
    published = CONTRACT.parameters(method, path) - MACHINERY
    return set(PARAMETERS[operation].__annotations__) - MACHINERY, published


def unknown_fields(kind):
    """Return the used fields of an object that the SDK or the specification does not know."""
    used = set(USED_FIELDS[kind].split())
    return (used - fields_of(kind)) | (used - CONTRACT.fields(kind))


@pytest.mark.parametrize("kind", OBJECTS)
def test_case_65_used_fields_are_named_alike_in_the_sdk_and_in_the_specification(kind):
    assert unknown_fields(kind) == set()


@pytest.mark.parametrize(
    ("kind", "field"),
    [(kind, field) for kind, fields in USED_FIELDS.items() for field in fields.split()],
)
def test_case_65_an_upgrade_that_renames_a_used_field_is_noticed(monkeypatch, kind, field):
    renamed = OBJECTS[kind].__annotations__
    monkeypatch.setitem(renamed, f"{field}_v2", renamed[field])
    monkeypatch.delitem(renamed, field)

    assert unknown_fields(kind) == {field}


@pytest.mark.parametrize("kind", OBJECTS)
def test_other_fields_differ_only_where_somebody_looked(kind):
    assert fields_of(kind) ^ (CONTRACT.fields(kind) - MACHINERY) == KNOWN_FIELDS.get(kind, set())


@pytest.mark.parametrize("kind", OBJECTS)
def test_what_the_sandbox_always_shows_is_known_to_the_sdk(kind):
    assert set(blank(kind)) - fields_of(kind) - {"livemode"} == set()


@pytest.mark.parametrize("operation", PARAMETERS)
def test_used_parameters_are_named_alike_in_the_sdk_and_in_the_specification(operation):
    used = set(USED_PARAMETERS[operation].split())
    in_sdk, published = parameters_of(operation)

    assert used - in_sdk == set()
    assert used - published == set()
    assert used & KNOWN_PARAMETERS.get(operation, set()) == set()


@pytest.mark.parametrize("operation", PARAMETERS)
def test_other_parameters_differ_only_where_somebody_looked(operation):
    in_sdk, published = parameters_of(operation)

    assert in_sdk ^ published == KNOWN_PARAMETERS.get(operation, set())


def test_every_field_that_a_paid_session_shows_is_known_to_the_sdk(api, sandbox):
    charge = api.v1.charges.retrieve(make.charge(api, sandbox))
    session = api.v1.checkout.sessions.list().data[0]
    intent = api.v1.payment_intents.retrieve(charge.payment_intent)

    for shown in (charge, session, intent):
        assert set(shown.to_dict()) - fields_of(shown.object) == set()
