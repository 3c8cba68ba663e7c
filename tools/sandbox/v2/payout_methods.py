from typing import Any

from tools.sandbox.store import Body
from tools.sandbox.v2 import bank_data, notifications
from tools.sandbox.v2.asked import Asked, add, get, page
from tools.sandbox.v2.refusals import not_found, refused, wrong
from tools.sandbox.world import World

KIND = "v2.money_management.payout_method"


def list_all(world: World, asked: Asked) -> Body:
    """Return a page of a recipient's payout methods, newest first, archived ones too."""
    wanted = asked.fields.get("usage_status") or {}
    rows = [
        method
        for method in of_recipient(world, _need_context(asked))
        if all(method["usage_status"][use] in states for use, states in wanted.items())
    ]
    return page(asked, "/v2/money_management/payout_methods", rows)


def add_method(
    world: World, account_id: str, given: dict[str, Any], intent: str | None = None
) -> Body:
    """Make a payout method of a bank account's data, and return it.

    Raises:
        Refused: the data look wrong, or the account is in another country.
    """
    account = get(world, "v2.core.account", account_id)
    data = bank_data.read(given, account["identity"]["country"])
    number = data["account_number"]
    usage = "invalid" if number.endswith(bank_data.INVALID) else "eligible"
    method = add(
        world,
        KIND,
        {"account": account_id, "number": number},
        archived=False,
        bank_account={
            "bank_account_type": given.get("bank_account_type") or "checking",
            "bank_name": "Sandbox Bank",
            "branch_number": given.get("branch_number"),
            "country": data["country"],
            "last4": number[-4:],
            "routing_number": data.get("routing_number"),
            "supported_currencies": [data["currency"]],
            "swift_code": data.get("swift_code"),
        },
        latest_outbound_setup_intent=intent,
        restricted=False,
        type="bank_account",
        usage_status={"payments": usage, "transfers": "ineligible"},
    )
    _tell(world, method, "created")
    return method


def restrict(world: World, method_id: str, *, restricted: bool) -> Body:
    """Forbid or allow payments to a payout method, as the provider does, and return it."""
    method = get(world, KIND, method_id)
    usage = {**method["usage_status"], "payments": "disabled" if restricted else "eligible"}
    world.store.change(method, restricted=restricted, usage_status=usage)
    _tell(world, method, "updated")
    return method


def of_recipient(world: World, account_id: str) -> list[Body]:
    """Return a recipient's payout methods, oldest first."""
    rows = world.store.all(KIND)
    return [m for m in rows if world.store.notes(m["id"])["account"] == account_id]


def find_method(world: World, method_id: str, account_id: str) -> Body:
    """Return a payout method, or refuse: the recipient has no such one."""
    method = get(world, KIND, method_id)
    if world.store.notes(method_id)["account"] != account_id:
        raise not_found(KIND, method_id)
    return method


def need_usable(world: World, account_id: str, method_id: str | None) -> Body:
    """Return the payout method that a payment goes to: the one named, or the newest usable one.

    Raises:
        Refused: it is archived or restricted, its data are invalid, or there is none.
    """
    if method_id:
        method = find_method(world, method_id, account_id)
    else:
        usable = [m for m in of_recipient(world, account_id) if is_usable(m)]
        method = usable[-1] if usable else None
    if method is None or not is_usable(method):
        what = f"The payout method {method_id}" if method_id else "A recipient without a method"
        message = f"{what} cannot be paid."
        raise refused("invalid_payout_method", "invalid_payout_method", message)
    return method


def is_usable(method: Body) -> bool:
    """Tell whether payments can be sent to a payout method."""
    is_kept = not (method["archived"] or method["restricted"])
    return is_kept and method["usage_status"]["payments"] == "eligible"


def _need_context(asked: Asked) -> str:
    if asked.context is None:
        raise wrong("Name the recipient in Stripe-Context: the platform has no payout methods.")
    return asked.context


def _tell(world: World, method: Body, what: str) -> None:
    context = world.store.notes(method["id"])["account"]
    notifications.emit(world, f"{KIND}.{what}", method, context=context)
