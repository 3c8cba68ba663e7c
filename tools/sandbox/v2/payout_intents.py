"""Prices of payments; nobody agrees to one here, so that none is paid."""

from typing import Any

from tools.sandbox.store import Body
from tools.sandbox.v2 import conversion, notifications, outbound_payments
from tools.sandbox.v2.asked import Asked, add, get
from tools.sandbox.v2.moments import write_moment
from tools.sandbox.v2.refusals import refused, wrong
from tools.sandbox.world import World

KIND = "v2.money_management.payout_intent"

_LOCKED = 5 * 60
_TO_CONFIRM = {
    "type": "confirm",
    "confirm": {
        "fields_to_review": ["estimated_fees", "fx_quote"],
        "reason": "manually_requested",
    },
}


def create(world: World, asked: Asked) -> Body:
    """Price a payment that is to be confirmed by hand."""
    fields = asked.fields
    if fields.get("confirmation_method") != "manual":
        raise wrong("confirmation_method: the sandbox imitates manual only.")
    if fields.get("schedule_options"):
        raise wrong("The sandbox does not imitate schedule_options.")
    plan = outbound_payments.price(world, fields)
    country, source, target = plan["country"], plan["debited"], plan["credited"]
    fees = conversion.fees(source, target["currency"], country)
    currency = source["currency"]
    intent = add(
        world,
        KIND,
        amount=fields["amount"],
        confirmation_method="manual",
        description=fields.get("description"),
        estimated_fees=[
            {"type": fee.kind, "amount": conversion.amount(fee.value, currency)} for fee in fees
        ],
        latest_payout=None,
        metadata=asked.metadata(),
        next_action=None,
        recipient_notification=fields.get("recipient_notification"),
        statement_descriptor=fields.get("statement_descriptor"),
        status="requires_action",
        status_transitions={},
        to={
            "credited": target,
            "currency": target["currency"],
            "payout_method": plan["method"]["id"],
            "payout_method_options": fields["to"].get("payout_method_options"),
            "recipient": fields["to"]["recipient"],
        },
        **{"from": {**fields["from"], "debited": source}},
    )
    _quote(world, intent)
    notifications.emit(world, f"{KIND}.created", intent)
    _enter(world, intent, "requires_action", next_action=_TO_CONFIRM)
    return intent


def cancel(world: World, intent_id: str, _asked: Asked) -> Body:
    """Give up a payout intent that nothing was paid for."""
    intent = get(world, KIND, intent_id)
    if intent["status"] == "canceled":
        raise refused("already_canceled", "already_canceled", f"{intent_id} is canceled already.")
    if intent["status"] != "requires_action":
        message = f"{intent_id} is {intent['status']} and cannot be canceled."
        raise refused("not_cancelable", "not_cancelable", message)
    _enter(world, intent, "canceled", next_action=None)
    return intent


def _quote(world: World, intent: Body) -> None:
    source, target = intent["from"]["currency"], intent["to"]["currency"]
    if source == target:
        world.store.change(intent, fx_quote=None)
        return
    expires = world.now() + _LOCKED
    rate = f"{conversion.rate(source, target):.6f}"
    quote = {
        "lock_duration": "five_minutes",
        "lock_expires_at": write_moment(expires),
        "lock_status": "active",
        "rates": {source: {"exchange_rate": rate}},
        "to_currency": target,
    }
    world.store.change(intent, fx_quote=quote)


def _enter(world: World, intent: Body, status: str, **changes: Any) -> None:
    """Change an intent's state, and tell who wants to know."""
    moments = {**intent["status_transitions"], f"{status}_at": write_moment(world.now())}
    world.store.change(intent, status=status, status_transitions=moments, **changes)
    notifications.emit(world, f"{KIND}.{status}", intent)
