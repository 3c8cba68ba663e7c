from typing import Any

from tools.sandbox.forms import is_web_address
from tools.sandbox.store import Body
from tools.sandbox.v2 import notifications
from tools.sandbox.v2.asked import Asked, add, get
from tools.sandbox.v2.moments import write_moment
from tools.sandbox.v2.refusals import wrong
from tools.sandbox.world import World

_LIVES = 5 * 60
_USES = ("account_onboarding", "account_update")


def create(world: World, asked: Asked) -> Body:
    """Make an address where a recipient finishes the form, once, within 5 minutes."""
    account = get(world, "v2.core.account", asked.fields["account"])
    if account["closed"]:
        raise wrong(f"The account {account['id']} is closed.", "account_closed")
    use_case = asked.fields["use_case"]
    use = _use(use_case)
    expires = world.now() + _LIVES
    link = add(
        world,
        "v2.core.account_link",
        {
            "expires_at": expires,
            "refresh_url": use["refresh_url"],
            "return_url": use.get("return_url"),
            "used": False,
        },
        account=account["id"],
        expires_at=write_moment(expires),
        use_case=use_case,
    )
    world.store.change(link, url=f"{world.public}/onboard/v2/{link['id']}")
    return {name: value for name, value in link.items() if name != "id"}


def is_live(world: World, link: Body) -> bool:
    """Tell whether a link still leads to the form."""
    notes = world.store.notes(link["id"])
    return not notes["used"] and world.now() < notes["expires_at"]


def use_link(world: World, link: Body) -> None:
    """Remember that a link was used, and tell who wants to know that its owner came back."""
    world.store.notes(link["id"])["used"] = True
    world.store.save(link)
    account = get(world, "v2.core.account", link["account"])
    data = {
        "account_id": account["id"],
        "configurations": account["applied_configurations"],
        "use_case": link["use_case"]["type"],
    }
    notifications.emit(world, "v2.core.account_link.returned", None, context=account["id"], **data)


def _use(use_case: dict[str, Any]) -> dict[str, Any]:
    kind = use_case["type"]
    if kind not in _USES or kind not in use_case:
        raise wrong(f"use_case.type must name what use_case holds: {' or '.join(_USES)}.")
    use = use_case[kind]
    for name in ("refresh_url", "return_url"):
        if use.get(name) and not is_web_address(use[name]):
            raise wrong(f"use_case.{kind}.{name}: not a valid URL.", "url_invalid")
    return use
