"""What a recipient may be paid by: asked for, then pending, active when its form is finished.

A capability is named by its path, such as ``bank_accounts.local`` or
``stripe_balance.stripe_transfers``, as the SDK's fields and Stripe's requirements name it.
"""

from collections.abc import Iterator
from typing import Any

from tools.sandbox import accounts as older
from tools.sandbox.store import Body
from tools.sandbox.v2 import notifications
from tools.sandbox.v2.countries import find_country
from tools.sandbox.v2.refusals import refused, wrong
from tools.sandbox.world import World

TRANSFERS = "stripe_balance.stripe_transfers"
STATUSES = ("active", "pending", "restricted", "unsupported", "rejected")

_DETAILS = {
    "active": [],
    "pending": [{"code": "requirements_pending_verification", "resolution": "provide_info"}],
    "rejected": [{"code": "rejected_other", "resolution": "contact_stripe"}],
    "restricted": [{"code": "restricted_other", "resolution": "contact_stripe"}],
    "unsupported": [{"code": "unsupported_country", "resolution": "no_resolution"}],
}


def requested(fields: dict[str, Any]) -> list[str]:
    """Return the paths of the capabilities that a call asks for."""
    recipient = (fields.get("configuration") or {}).get("recipient") or {}
    return [
        path
        for path, state in _leaves(recipient.get("capabilities") or {}, "requested")
        if state["requested"]
    ]


def new_state(country: str | None, path: str) -> Body:
    """Return the state of a capability that was just asked for: pending, if the country has it."""
    known = find_country(country)
    group, _, rail = path.rpartition(".")
    if path == TRANSFERS:
        is_there = known is not None and known.has_connect
    else:
        is_there = known is not None and group == "bank_accounts" and rail in known.rails
    return state_of("pending" if is_there else "unsupported")


def state_of(status: str) -> Body:
    """Return the state with this status, and Stripe's reason for it."""
    return {"status": status, "status_details": _DETAILS[status]}


def nested(states: dict[str, Body]) -> Body:
    """Return capabilities as an account shows them, one part of their paths inside the other."""
    shown: Body = {}
    for path, state in states.items():
        group, _, name = path.rpartition(".")
        if group:
            shown.setdefault(group, {})[name] = state
        else:
            shown[name] = state
    return shown


def states_of(account: Body) -> dict[str, Body]:
    """Return an account's capabilities by their paths."""
    return dict(_leaves(account["configuration"]["recipient"]["capabilities"], "status"))


def is_active(account: Body, *paths: str) -> bool:
    """Tell whether an account has one of these capabilities, as its country and form allow."""
    states = states_of(account)
    return any(states[path]["status"] == "active" for path in paths if path in states)


def pays_to_banks(account: Body) -> bool:
    """Tell whether money can be sent to an account's bank by some rail."""
    return is_active(account, *(p for p in states_of(account) if p.startswith("bank_accounts.")))


def wants_bank(account: Body) -> bool:
    """Tell whether an account asked for a rail to its bank that its country has."""
    return any(
        path.startswith("bank_accounts.") and state["status"] != "unsupported"
        for path, state in states_of(account).items()
    )


def need_recipient(account: Body) -> None:
    """Refuse an account that no money can be sent to.

    Raises:
        Refused: it is closed, or has no active capability of a bank account.
    """
    if account["closed"]:
        raise refused("capability_not_enabled", "account_closed", "The recipient is closed.")
    if not pays_to_banks(account):
        message = f"The recipient {account['id']} has no active capability to be paid."
        raise refused("capability_not_enabled", "recipient_capability_not_active", message)


def change(world: World, account: Body, path: str, status: str) -> None:
    """Give an account's capability a status, and tell who wants to know.

    Raises:
        Refused: it has not asked for the capability, or there is no such status.
    """
    states = states_of(account)
    if path not in states or status not in STATUSES:
        raise wrong(f"The account {account['id']} cannot have {path} {status}.")
    keep(world, account, {**states, path: state_of(status)})
    kind = "v2.core.account[configuration.recipient].capability_status_updated"
    notifications.emit(world, kind, account, updated_capability=path)
    if path == TRANSFERS:
        older.set_capability(world, account["id"], "transfers", active=status == "active")


def keep(world: World, account: Body, states: dict[str, Body]) -> None:
    """Keep these as an account's capabilities."""
    recipient = {"applied": True, "capabilities": nested(states)}
    world.store.change(account, configuration={"recipient": recipient})


def _leaves(tree: Body, mark: str, path: str = "") -> Iterator[tuple[str, Body]]:
    for name, part in tree.items():
        here = f"{path}.{name}" if path else name
        if isinstance(part, dict):
            yield from [(here, part)] if mark in part else _leaves(part, mark, here)
