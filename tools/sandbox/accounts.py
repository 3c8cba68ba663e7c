from tools.sandbox import events
from tools.sandbox.errors import forbidden, invalid, missing
from tools.sandbox.forms import Form, names
from tools.sandbox.lists import page
from tools.sandbox.shapes import listing, new_id
from tools.sandbox.store import Body
from tools.sandbox.world import World

_KNOWN = names("type country email capabilities controller metadata business_type default_currency")
_LINK_LIVES = 5 * 60
_DASHBOARDS = {"standard": "full", "express": "express", "custom": "none"}
_UNFINISHED = ["external_account", "tos_acceptance.date", "tos_acceptance.ip"]


def create(world: World, form: Form) -> Body:
    """Make a connected account that cannot be paid until its owner finishes onboarding."""
    form.only(_KNOWN)
    return add(world, new_id("account"), form, {"paid_out": {}})


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


def retrieve(world: World, account_id: str, _form: Form) -> Body:
    """Return one account."""
    return world.store.get("account", account_id)


def update(world: World, account_id: str, form: Form) -> Body:
    """Change an account's e-mail or metadata."""
    form.only(frozenset({"email", "metadata"}))
    account = world.store.get("account", account_id)
    world.store.change(
        account,
        email=form.text("email") or account["email"],
        metadata={**account["metadata"], **form.metadata()},
    )
    events.emit(world, "account.updated", account, account=account_id)
    return account


def list_all(world: World, form: Form) -> Body:
    """Return a page of accounts, newest first."""
    return page("/v1/accounts", list(world.store.all("account")), form)


def retrieve_capability(world: World, account_id: str, name: str, _form: Form) -> Body:
    """Return one thing that an account has asked to be able to do."""
    account = world.store.get("account", account_id)
    if name not in account["capabilities"]:
        raise missing("capability", name)
    return _capability(account, name)


def list_capabilities(world: World, account_id: str, _form: Form) -> Body:
    """Return all that an account has asked to be able to do."""
    account = world.store.get("account", account_id)
    rows = [_capability(account, name) for name in account["capabilities"]]
    return listing(f"/v1/accounts/{account_id}/capabilities", rows)


def create_link(world: World, form: Form) -> Body:
    """Make an address where an account's owner can finish onboarding, once, within 5 minutes."""
    account = world.store.get("account", form.need_text("account"), "account")
    form.need_text("type")
    form.choice("type", "account_onboarding", "account_update")
    link = world.new(
        "account_link",
        notes={
            "account": account["id"],
            "return_url": form.need_url("return_url"),
            "refresh_url": form.need_url("refresh_url"),
            "used": False,
        },
        expires_at=world.now() + _LINK_LIVES,
    )
    world.store.change(link, url=f"{world.public}/onboard/{link['id']}")
    return {name: value for name, value in link.items() if name != "id"}


def create_login_link(world: World, account_id: str, _form: Form) -> Body:
    """Make an address where an onboarded account's owner sees what arrived."""
    account = world.store.get("account", account_id)
    if not account["details_submitted"]:
        raise forbidden(
            "Cannot create a login link for an account that has not completed onboarding."
        )
    url = f"{world.public}/express/{account_id}"
    return {"object": "login_link", "created": world.now(), "url": url}


def is_live(world: World, link: Body) -> bool:
    """Tell whether an account link still leads to onboarding."""
    return not world.store.notes(link["id"])["used"] and world.now() < link["expires_at"]


def use_link(world: World, link: Body) -> None:
    """Remember that a link was used; it leads nowhere afterwards."""
    world.store.notes(link["id"])["used"] = True
    world.store.save(link)


def onboard(world: World, account_id: str) -> Body:
    """Finish an account's onboarding, as its owner does, and return it: it can be paid."""
    account = world.store.get("account", account_id)
    world.store.change(
        account,
        details_submitted=True,
        payouts_enabled=True,
        charges_enabled="card_payments" in account["capabilities"],
        requirements=_requirements([], None),
        tos_acceptance={"date": world.now()},
    )
    for name in account["capabilities"]:
        set_capability(world, account_id, name, active=True)
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
