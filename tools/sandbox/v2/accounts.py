from typing import Any

from tools.sandbox import accounts as older
from tools.sandbox.forms import Form, names
from tools.sandbox.shapes import new_id
from tools.sandbox.store import Body
from tools.sandbox.v2 import capabilities, notifications
from tools.sandbox.v2.asked import Asked, get, page
from tools.sandbox.v2.capabilities import TRANSFERS
from tools.sandbox.v2.moments import write_moment
from tools.sandbox.v2.refusals import refused, wrong
from tools.sandbox.world import World

_KIND = "v2.core.account"
_KNOWN = names(
    "configuration contact_email contact_phone dashboard defaults display_name identity include"
    " metadata"
)
_PARTS = ("configuration", "defaults", "future_requirements", "identity", "requirements")
_TEXTS = ("contact_email", "contact_phone", "dashboard", "display_name")


def create(world: World, asked: Asked) -> Body:
    """Make a recipient, which cannot be paid until its owner has finished the hosted form."""
    fields = _need_known(asked)
    identity = fields.get("identity") or {}
    if not identity.get("country"):
        raise wrong("identity.country: missing", "identity_country_required")
    account_id, notes = new_id("account"), {"paid_out": {}, "finished": False}
    paths = capabilities.requested(fields)
    older.add(world, account_id, _older_form(fields, paths), notes)
    account = world.store.add(
        _KIND,
        account_id,
        notes,
        created=write_moment(world.now()),
        applied_configurations=["recipient"],
        closed=False,
        defaults=_defaults(fields),
        future_requirements={"entries": []},
        identity=identity,
        metadata=asked.metadata(),
        **{name: fields.get(name) for name in _TEXTS},
    )
    country = identity["country"]
    states = {path: capabilities.new_state(country, path) for path in paths}
    capabilities.keep(world, account, states)
    world.store.change(account, requirements=requirements_of(world, account))
    notifications.emit(world, "v2.core.account.created", account)
    return shown(account, asked)


def retrieve(world: World, account_id: str, asked: Asked) -> Body:
    """Return one account, with the parts that the call includes."""
    return shown(get(world, _KIND, account_id), asked)


def list_all(world: World, asked: Asked) -> Body:
    """Return a page of accounts, newest first: the open ones, or the closed ones."""
    wanted = set(asked.fields.get("applied_configurations") or [])
    rows = [
        account
        for account in world.store.all(_KIND)
        if account["closed"] == asked.fields.get("closed", False)
        and wanted <= set(account["applied_configurations"])
    ]
    listed = page(asked, "/v2/core/accounts", rows)
    return {**listed, "data": [shown(row, asked) for row in listed["data"]]}


def close_now(world: World, account: Body) -> None:
    """Close an account, as its owner or the platform does."""
    if account["closed"]:
        message = f"The account {account['id']} is closed already."
        raise refused("cannot_proceed", "account_closed", message)
    world.store.change(account, closed=True)
    if TRANSFERS in capabilities.states_of(account):
        older.set_capability(world, account["id"], "transfers", active=False)
    notifications.emit(world, "v2.core.account.closed", account)


def finish(world: World, account: Body) -> None:
    """Finish an account's form, as its owner does: what is pending becomes active."""
    world.store.notes(account["id"])["finished"] = True
    twin = world.store.get("account", account["id"])
    world.store.change(twin, details_submitted=True, payouts_enabled=True)
    for path, state in capabilities.states_of(account).items():
        if state["status"] in {"pending", "restricted"}:
            capabilities.change(world, account, path, "active")
    world.store.change(account, requirements=requirements_of(world, account))
    notifications.emit(world, "v2.core.account[requirements].updated", account)


def shown(account: Body, asked: Asked) -> Body:
    """Return an account as a call shows it: parts that it does not include are null."""
    include = set(asked.fields.get("include") or [])
    hidden = {name: None for name in _PARTS if name not in include}
    if "configuration.recipient" in include:
        del hidden["configuration"]
    return {**account, **hidden}


def requirements_of(world: World, account: Body) -> Body:
    """Return what an account's owner still has to do before money can be sent there."""
    paths = [
        path
        for path, state in capabilities.states_of(account).items()
        if state["status"] == "pending"
    ]
    if world.store.notes(account["id"])["finished"] or not paths:
        return {"entries": [], "summary": None}
    due = {"status": "past_due"}
    impact = [{"capability": p, "configuration": "recipient", "deadline": due} for p in paths]
    entry = {
        "awaiting_action_from": "user",
        "description": "identity.individual.given_name",
        "errors": [],
        "impact": {"restricts_capabilities": impact},
        "minimum_deadline": due,
        "requested_reasons": [{"code": "routine_onboarding"}],
    }
    return {"entries": [entry], "summary": {"minimum_deadline": {**due, "time": None}}}


def _need_known(asked: Asked) -> dict[str, Any]:
    fields = asked.fields
    for name in sorted(fields.keys() - _KNOWN):
        raise wrong(f"The sandbox does not imitate the parameter {name}.")
    others = (fields.get("configuration") or {}).keys() - {"recipient"}
    for name in sorted(others):
        raise wrong(f"The sandbox does not imitate configuration.{name}.")
    return fields


def _defaults(fields: dict[str, Any]) -> Body:
    given = fields.get("defaults") or {}
    named = given.get("responsibilities") or {}
    responsibilities = {
        "fees_collector": named.get("fees_collector"),
        "losses_collector": named.get("losses_collector"),
        "requirements_collector": "stripe",
    }
    return {**given, "responsibilities": responsibilities}


def _older_form(fields: dict[str, Any], paths: list[str]) -> Form:
    """Return what would make the same account in the older half of the API, which shows it too."""
    asked: dict[str, Any] = {"transfers": {"requested": "true"}} if TRANSFERS in paths else {}
    return Form(
        {
            "capabilities": asked,
            "controller": {"stripe_dashboard": {"type": fields.get("dashboard") or "none"}},
            "country": fields["identity"]["country"].upper(),
            "email": fields.get("contact_email") or "",
            "metadata": fields.get("metadata") or {},
        }
    )
