"""Prices of payments, and payments that are made when somebody agrees to the price."""

from typing import Any

from tools.sandbox.store import Body
from tools.sandbox.v2 import (
    conversion,
    financial_accounts,
    intent_states,
    notifications,
    outbound_payments,
)
from tools.sandbox.v2.asked import Asked, add, get, page
from tools.sandbox.v2.intent_states import KIND
from tools.sandbox.v2.moments import write_moment
from tools.sandbox.v2.refusals import refused, wrong
from tools.sandbox.world import World

_LOCKED = 5 * 60
_METHODS = ("automatic", "manual")
_TO_CONFIRM = {
    "type": "confirm",
    "confirm": {
        "fields_to_review": ["estimated_fees", "fx_quote"],
        "reason": "manually_requested",
    },
}


def create(world: World, asked: Asked) -> Body:
    """Price a payment; made at once unless it is to be confirmed by hand."""
    fields = asked.fields
    method = fields.get("confirmation_method") or "automatic"
    if method not in _METHODS:
        raise wrong(f"confirmation_method: {' or '.join(_METHODS)}.")
    if fields.get("schedule_options"):
        raise wrong("The sandbox does not imitate schedule_options.")
    plan = outbound_payments.price(world, fields)
    if method == "automatic":
        financial_accounts.need_available(world, plan["storage"], plan["debited"])
    country, source, target = plan["country"], plan["debited"], plan["credited"]
    fees = conversion.fees(source, target["currency"], country)
    currency = source["currency"]
    intent = add(
        world,
        KIND,
        amount=fields["amount"],
        confirmation_method=method,
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
    if method == "manual":
        intent_states.enter(world, intent, "requires_action", next_action=_TO_CONFIRM)
    else:
        _pay(world, intent)
    return intent


def retrieve(world: World, intent_id: str, _asked: Asked) -> Body:
    """Return one payout intent."""
    return _shown(world, get(world, KIND, intent_id))


def list_all(world: World, asked: Asked) -> Body:
    """Return a page of payout intents, newest first; nothing narrows the list down."""
    listed = page(asked, "/v2/money_management/payout_intents", list(world.store.all(KIND)))
    return {**listed, "data": [_shown(world, intent) for intent in listed["data"]]}


def update(world: World, intent_id: str, asked: Asked) -> Body:
    """Change a payout intent's description or metadata."""
    intent = get(world, KIND, intent_id)
    for name in sorted(asked.fields.keys() - {"description", "metadata"}):
        raise wrong(f"The sandbox does not imitate the parameter {name}.")
    world.store.change(
        intent,
        description=asked.fields.get("description", intent["description"]),
        metadata=asked.metadata(intent["metadata"]),
    )
    notifications.emit(world, f"{KIND}.updated", intent)
    return _shown(world, intent)


def confirm(world: World, intent_id: str, _asked: Asked) -> Body:
    """Agree to a payout intent's price, and make the payment."""
    intent = _need_action(world, intent_id)
    if _is_expired(world, intent):
        message = f"The quote of {intent_id} has expired. Refresh it first."
        raise refused("fx_quote_needs_refresh", "fx_quote_needs_refresh", message)
    _pay(world, intent)
    return intent


def cancel(world: World, intent_id: str, _asked: Asked) -> Body:
    """Give up a payout intent that nothing was paid for."""
    intent = get(world, KIND, intent_id)
    if intent["status"] == "canceled":
        raise refused("already_canceled", "already_canceled", f"{intent_id} is canceled already.")
    if intent["status"] != "requires_action":
        message = f"{intent_id} is {intent['status']} and cannot be canceled."
        raise refused("not_cancelable", "not_cancelable", message)
    intent_states.enter(world, intent, "canceled", next_action=None)
    return intent


def refresh_quote(world: World, intent_id: str, _asked: Asked) -> Body:
    """Lock the rate of a payout intent anew, for five minutes."""
    intent = _need_action(world, intent_id)
    _quote(world, intent)
    notifications.emit(world, f"{KIND}.updated", intent)
    return intent


def _pay(world: World, intent: Body) -> None:
    """Make an intent's payment; where that is refused, the intent stays as it was."""
    source, target = intent["from"], intent["to"]
    fields: dict[str, Any] = {
        "amount": intent["amount"],
        "description": intent["description"],
        "from": source,
        "statement_descriptor": intent["statement_descriptor"],
        "to": target,
    }
    payment = outbound_payments.send(world, fields, intent["metadata"], intent["id"])
    latest = {"type": "outbound_payment", "outbound_payment": payment["id"]}
    intent_states.enter(world, intent, "processing", latest_payout=latest, next_action=None)


def _quote(world: World, intent: Body) -> None:
    source, target = intent["from"]["currency"], intent["to"]["currency"]
    if source == target:
        world.store.change(intent, fx_quote=None)
        return
    expires = world.now() + _LOCKED
    world.store.notes(intent["id"])["locked_until"] = expires
    rate = f"{conversion.rate(source, target):.6f}"
    quote = {
        "lock_duration": "five_minutes",
        "lock_expires_at": write_moment(expires),
        "lock_status": "active",
        "rates": {source: {"exchange_rate": rate}},
        "to_currency": target,
    }
    world.store.change(intent, fx_quote=quote)


def _need_action(world: World, intent_id: str) -> Body:
    intent = get(world, KIND, intent_id)
    if intent["status"] != "requires_action":
        raise refused("cannot_proceed", "invalid_state", f"{intent_id} is {intent['status']}.")
    return intent


def _is_expired(world: World, intent: Body) -> bool:
    return world.store.notes(intent["id"]).get("locked_until", world.now() + 1) <= world.now()


def _shown(world: World, intent: Body) -> Body:
    """Return an intent as the API shows it at this moment: its quote may have expired."""
    if intent["fx_quote"] and _is_expired(world, intent):
        return {**intent, "fx_quote": {**intent["fx_quote"], "lock_status": "expired"}}
    return intent
