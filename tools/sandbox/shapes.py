"""What Stripe's objects look like before anything is known about them.

The SDK raises AttributeError for a field that an answer lacks, so every field that Stripe always
shows is there, null unless its maker says otherwise. The contract test holds this against the
published specification.
"""

import secrets
from typing import Any

API_VERSION = "2026-10-28.endive"

PREFIXES = {
    "account": "acct",
    "account_link": "link",
    "balance_transaction": "txn",
    "charge": "ch",
    "checkout.session": "cs_test",
    "dispute": "du",
    "event": "evt",
    "file": "file",
    "item": "li",
    "payment_intent": "pi",
    "payout": "po",
    "price": "price",
    "product": "prod",
    "radar.early_fraud_warning": "issfr",
    "refund": "re",
    "topup": "tu",
    "transfer": "tr",
    "transfer_reversal": "trr",
    "v2.core.account_link": "alink",
    "v2.core.event": "evt_test",
    "v2.core.event_destination": "ed_test",
    "v2.money_management.adjustment": "adj_test",
    "v2.money_management.financial_account": "fa_test",
    "v2.money_management.financial_address": "finaddr_test",
    "v2.money_management.outbound_payment": "obp_test",
    "v2.money_management.outbound_setup_intent": "osi_test",
    "v2.money_management.payout_intent": "poi_test",
    "v2.money_management.payout_method": "pm_test",
    "v2.money_management.received_credit": "rc_test",
    "v2.money_management.transaction": "trxn_test",
    "v2.money_management.transaction_entry": "trxne_test",
    "webhook_endpoint": "we",
}

_WITHOUT_LIVEMODE = frozenset(
    {
        "account",
        "account_link",
        "balance_transaction",
        "file",
        "idempotent_answer",
        "item",
        "refund",
        "setting",
        "transfer_reversal",
    }
)

_NULL = {
    "account": "business_profile business_type email groups settings",
    "balance_transaction": "description exchange_rate source",
    "charge": (
        "application application_fee application_fee_amount balance_transaction"
        " calculated_statement_descriptor customer description failure_balance_transaction"
        " failure_code failure_message fraud_details on_behalf_of outcome payment_intent"
        " payment_method payment_method_details receipt_email receipt_number receipt_url review"
        " shipping source_transfer statement_descriptor statement_descriptor_suffix transfer_data"
        " transfer_group"
    ),
    "checkout.session": (
        "adaptive_pricing after_expiration allow_promotion_codes billing_address_collection"
        " cancel_url client_reference_id client_secret collected_information consent"
        " consent_collection currency_conversion customer customer_account customer_creation"
        " customer_details customer_email discounts invoice invoice_creation locale"
        " managed_payments optional_items origin_context payment_intent payment_link"
        " payment_method_collection payment_method_configuration_details payment_method_options"
        " permissions recovered_from saved_payment_method_options setup_intent"
        " shipping_address_collection shipping_cost submit_type subscription success_url"
        " url wallet_options"
    ),
    "dispute": "payment_intent",
    "event": "request",
    "item": "adjustable_quantity",
    "payment_intent": (
        "application application_fee_amount automatic_payment_methods canceled_at"
        " cancellation_reason client_secret customer customer_account description"
        " excluded_payment_method_types last_payment_error latest_charge managed_payments"
        " next_action on_behalf_of payment_method payment_method_configuration_details"
        " payment_method_options processing receipt_email review setup_future_usage shipping"
        " statement_descriptor statement_descriptor_suffix transfer_data transfer_group"
    ),
    "payout": (
        "application_fee application_fee_amount balance_transaction description destination"
        " failure_balance_transaction failure_code failure_message metadata original_payout"
        " payout_method reversed_by statement_descriptor trace_id"
    ),
    "price": (
        "custom_unit_amount lookup_key nickname recurring tax_behavior tiers_mode"
        " transform_quantity"
    ),
    "refund": (
        "balance_transaction reason receipt_number source_transfer_reversal transfer_reversal"
    ),
    "topup": (
        "balance_transaction description expected_availability_date failure_code failure_message"
        " source statement_descriptor transfer_group"
    ),
    "transfer": "description source_transaction transfer_group",
    "transfer_reversal": "balance_transaction destination_payment_refund source_refund",
    "webhook_endpoint": "api_version application description",
}


def blank(kind: str) -> dict[str, Any]:
    """Return the fields that every object of a kind shows, before anything is known."""
    fields: dict[str, Any] = dict.fromkeys(_NULL.get(kind, "").split())
    if kind not in _WITHOUT_LIVEMODE:
        fields["livemode"] = False
    return fields


def new_id(kind: str) -> str:
    """Return a fresh id like Stripe's: a prefix that tells the kind, then letters and digits."""
    return f"{PREFIXES[kind]}_{secrets.token_hex(29 if kind == 'checkout.session' else 12)}"


def listing(url: str, rows: list[dict[str, Any]], *, has_more: bool = False) -> dict[str, Any]:
    """Return Stripe's list object around these rows."""
    return {"object": "list", "url": url, "has_more": has_more, "data": rows}
