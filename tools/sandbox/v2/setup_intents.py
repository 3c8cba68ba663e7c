"""Adding a bank account through the API, for recipients who type it into the platform's form."""

from typing import Any

from tools.sandbox.store import Body
from tools.sandbox.v2 import bank_data, payout_methods
from tools.sandbox.v2.asked import Asked, add, get, page
from tools.sandbox.v2.refusals import not_found, refused, wrong
from tools.sandbox.world import World

_KIND = "v2.money_management.outbound_setup_intent"


def create(world: World, asked: Asked) -> Body:
    """Begin to set up a payout method; done at once where its data come along."""
    if asked.context is None:
        raise wrong("Name the recipient in Stripe-Context.")
    _check(world, asked.context, asked)
    intent = add(
        world,
        _KIND,
        {"account": asked.context},
        payout_method=None,
        status="requires_payout_method",
        usage_intent=asked.fields.get("usage_intent") or "payment",
    )
    return _set_up(world, intent, asked)


def retrieve(world: World, intent_id: str, asked: Asked) -> Body:
    """Return one setup intent."""
    intent = get(world, _KIND, intent_id)
    if world.store.notes(intent_id)["account"] != asked.context:
        raise not_found(_KIND, intent_id)
    return _shown(world, intent)


def list_all(world: World, asked: Asked) -> Body:
    """Return a page of a recipient's setup intents, newest first."""
    rows = world.store.all(_KIND)
    own = [i for i in rows if world.store.notes(i["id"])["account"] == asked.context]
    listed = page(asked, "/v2/money_management/outbound_setup_intents", own)
    return {**listed, "data": [_shown(world, intent) for intent in listed["data"]]}


def update(world: World, intent_id: str, asked: Asked) -> Body:
    """Give a setup intent its payout method."""
    retrieve(world, intent_id, asked)
    intent = get(world, _KIND, intent_id)
    if intent["status"] != "requires_payout_method":
        raise refused("cannot_proceed", "invalid_state", f"{intent_id} is {intent['status']}.")
    _check(world, asked.context, asked)
    return _set_up(world, intent, asked)


def cancel(world: World, intent_id: str, asked: Asked) -> Body:
    """Give up a setup intent that has no payout method yet."""
    retrieve(world, intent_id, asked)
    intent = get(world, _KIND, intent_id)
    if intent["status"] == "canceled":
        raise refused("already_canceled", "already_canceled", f"{intent_id} is canceled already.")
    if intent["status"] == "succeeded":
        raise refused("not_cancelable", "not_cancelable", f"{intent_id} has succeeded.")
    world.store.change(intent, status="canceled")
    return _shown(world, intent)


def _check(world: World, account_id: str, asked: Asked) -> None:
    """Refuse a bank account or a payout method before anything is made of it."""
    given: dict[str, Any] | None = asked.fields.get("payout_method_data")
    if given and given["type"] != "bank_account":
        raise wrong("payout_method_data.type: the sandbox imitates bank accounts only.")
    if given:
        account = get(world, "v2.core.account", account_id)
        bank_data.read(given.get("bank_account") or {}, account["identity"]["country"])
    elif method_id := asked.fields.get("payout_method"):
        payout_methods.find_method(world, method_id, account_id)


def _set_up(world: World, intent: Body, asked: Asked) -> Body:
    account_id, fields = world.store.notes(intent["id"])["account"], asked.fields
    if given := fields.get("payout_method_data"):
        method = payout_methods.add_method(world, account_id, given["bank_account"], intent["id"])
    elif method_id := fields.get("payout_method"):
        method = payout_methods.find_method(world, method_id, account_id)
        world.store.change(method, latest_outbound_setup_intent=intent["id"])
    else:
        return _shown(world, intent)
    world.store.change(intent, payout_method=method["id"], status="succeeded")
    return _shown(world, intent)


def _shown(world: World, intent: Body) -> Body:
    """Return a setup intent, which shows its payout method whole."""
    method = intent["payout_method"] and get(world, payout_methods.KIND, intent["payout_method"])
    return {**intent, "payout_method": method}
