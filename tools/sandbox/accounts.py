from tools.sandbox import events
from tools.sandbox.errors import invalid
from tools.sandbox.forms import Form
from tools.sandbox.shapes import listing
from tools.sandbox.store import Body
from tools.sandbox.world import World

_DASHBOARDS = {"standard": "full", "express": "express", "custom": "none"}
_UNFINISHED = ["external_account", "tos_acceptance.date", "tos_acceptance.ip"]


def add(world: World, account_id: str, form: Form, notes: Body) -> Body:
    """Keep a connected account with this id, and return it."""
    account = world.store.add(
        "account",
        account_id,
        notes,
        created=world.now(),
        business_type=form.text("business_type"),
        capabilities=dict.fromkeys(_requested(form), "inactive"),
        charges_enabled=False,
        country=form.text("country") or "US",
        default_currency=form.text("default_currency") or "usd",
        details_submitted=False,
        email=form.text("email"),
        metadata=form.metadata(),
        payouts_enabled=False,
        requirements=_requirements(_UNFINISHED, "requirements.past_due"),
        tos_acceptance={"date": None},
        **_kind(form),
    )
    url = f"/v1/accounts/{account['id']}/external_accounts"
    world.store.change(account, external_accounts=listing(url, []))
    return account


def set_capability(world: World, account_id: str, name: str, *, active: bool) -> Body:
    """Give or take a capability, as the provider does, and return the account."""
    account = world.store.get("account", account_id)
    if name not in account["capabilities"]:
        raise invalid(f"The account {account_id} has not requested {name}.")
    status = "active" if active else "inactive"
    world.store.change(account, capabilities={**account["capabilities"], name: status})
    events.emit(world, "capability.updated", _capability(account, name), account=account_id)
    events.emit(world, "account.updated", account, account=account_id)
    return account


def _capability(account: Body, name: str) -> Body:
    return {
        "id": name,
        "object": "capability",
        "account": account["id"],
        "requested": True,
        "requested_at": account["created"],
        "status": account["capabilities"][name],
    }


def _requested(form: Form) -> list[str]:
    capabilities = form.inner("capabilities")
    return [name for name in capabilities.fields if capabilities.inner(name).flag("requested")]


def _kind(form: Form) -> Body:
    """Return the account's type and who controls what, from either way of asking for it."""
    kind = form.choice("type", *_DASHBOARDS)
    controller = form.inner("controller")
    asked = controller.inner("stripe_dashboard").choice("type", *_DASHBOARDS.values())
    dashboard = asked or _DASHBOARDS[kind or "standard"]
    kinds = {shown: name for name, shown in _DASHBOARDS.items()}
    return {
        "type": kind or kinds[dashboard],
        "controller": {
            "type": "application",
            "is_controller": True,
            "fees": {"payer": controller.inner("fees").text("payer") or "account"},
            "losses": {"payments": controller.inner("losses").text("payments") or "stripe"},
            "requirement_collection": controller.text("requirement_collection") or "stripe",
            "stripe_dashboard": {"type": dashboard},
        },
    }


def _requirements(due: list[str], reason: str | None) -> Body:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": due,
        "disabled_reason": reason,
        "errors": [],
        "eventually_due": due,
        "past_due": due,
        "pending_verification": [],
    }
