"""Money sent from the financial account to a recipient's bank account."""

from typing import Any

from tools.sandbox.store import Body
from tools.sandbox.v2 import capabilities, financial_accounts, payment_states, payout_methods
from tools.sandbox.v2.asked import Asked, add, get, page
from tools.sandbox.v2.bank_data import WAITS
from tools.sandbox.v2.conversion import amount, convert
from tools.sandbox.v2.moments import write_moment
from tools.sandbox.v2.payment_states import KIND
from tools.sandbox.v2.refusals import refused, wrong
from tools.sandbox.world import World

_ARRIVES_AFTER = 3 * 24 * 60 * 60


def create(world: World, asked: Asked) -> Body:
    """Send money; it is posted after a day, unless the account number says otherwise."""
    fields = asked.fields
    plan = price(world, fields)
    storage = plan["storage"]
    financial_accounts.need_available(world, storage, plan["debited"])
    payment = add(
        world,
        KIND,
        {
            "due": world.now() + payment_states.POSTED_AFTER,
            "number": world.store.notes(plan["method"]["id"])["number"],
            "country": plan["country"],
        },
        amount=fields["amount"],
        cancelable=True,
        description=fields.get("description"),
        expected_arrival_date=write_moment(world.now() + _ARRIVES_AFTER),
        metadata=asked.metadata(),
        payout_intent=None,
        recipient_notification=fields.get("recipient_notification") or {"setting": "configured"},
        recipient_verification=None,
        statement_descriptor=fields.get("statement_descriptor") or "STRIPE",
        status="processing",
        status_details=None,
        status_transitions={},
        to={
            "credited": plan["credited"],
            "payout_method": plan["method"]["id"],
            "payout_method_options": fields["to"].get("payout_method_options"),
            "recipient": fields["to"]["recipient"],
        },
        tracking_details={"status": "pending", "type": "bank_account"},
        **{"from": {"debited": plan["debited"], "financial_account": storage["id"]}},
    )
    payment_states.begin(world, payment, storage)
    if world.store.notes(payment["id"])["number"].endswith(WAITS):
        payment_states.review(world, payment)
    return payment


def price(world: World, fields: dict[str, Any]) -> Body:
    """Return what a payment would take and give, and by what; refuse what cannot be sent."""
    source, target, sum_ = fields["from"], fields["to"], fields["amount"]
    storage_id = source["financial_account"]
    storage = financial_accounts.need_open(world, storage_id, source["currency"])
    recipient = get(world, "v2.core.account", target.get("recipient") or "")
    capabilities.need_recipient(recipient)
    method = payout_methods.need_usable(world, recipient["id"], target.get("payout_method"))
    supported = method["bank_account"]["supported_currencies"]
    currency = target.get("currency") or supported[0]
    if currency not in supported:
        message = f"to.currency: the bank account takes {', '.join(supported)}."
        raise refused("invalid_payout_method", "payout_method_currency_unsupported", message)
    if sum_["value"] < 1:
        raise wrong("amount.value: must be at least 1.")
    if sum_["currency"] == source["currency"]:
        debited, credited = sum_["value"], convert(sum_["value"], sum_["currency"], currency)
    elif sum_["currency"] == currency:
        debited = convert(sum_["value"], currency, source["currency"])
        credited = sum_["value"]
    else:
        raise wrong("amount.currency: the sender's or the recipient's currency.")
    return {
        "storage": storage,
        "method": method,
        "country": recipient["identity"]["country"],
        "debited": amount(debited, source["currency"]),
        "credited": amount(credited, currency),
    }


def list_all(world: World, asked: Asked) -> Body:
    """Return a page of payments, newest first: to one recipient, or in some states."""
    recipient, statuses = asked.fields.get("recipient"), asked.fields.get("status")
    rows = [
        payment
        for payment in world.store.all(KIND)
        if recipient in {None, payment["to"]["recipient"]}
        and (not statuses or payment["status"] in statuses)
    ]
    return page(asked, "/v2/money_management/outbound_payments", rows)


def cancel(world: World, payment_id: str, _asked: Asked) -> Body:
    """Take back a payment that was not posted yet."""
    payment = get(world, KIND, payment_id)
    if payment["status"] == "canceled":
        message = f"The payment {payment_id} is canceled already."
        raise refused("already_canceled", "outbound_payment_already_canceled", message)
    if not payment["cancelable"]:
        message = f"The payment {payment_id} is {payment['status']} and cannot be canceled."
        raise refused("not_cancelable", "outbound_payment_not_cancelable", message)
    payment_states.cancel(world, payment)
    return payment
