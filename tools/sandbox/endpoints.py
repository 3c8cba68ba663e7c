import secrets

from tools.sandbox.errors import invalid
from tools.sandbox.forms import Form
from tools.sandbox.shapes import API_VERSION
from tools.sandbox.store import Body
from tools.sandbox.world import World


def create(world: World, form: Form) -> Body:
    """Make an endpoint with a secret of its own, which only this answer shows."""
    kinds = form.texts("enabled_events")
    if not kinds:
        raise invalid("Missing required param: enabled_events.", "enabled_events")
    secret = f"whsec_{secrets.token_hex(16)}"
    endpoint = world.new(
        "webhook_endpoint",
        notes={"secrets": [secret], "connect": form.flag("connect")},
        url=form.need_url("url"),
        enabled_events=kinds,
        status="enabled",
        api_version=form.choice("api_version", API_VERSION),
        description=form.text("description"),
        metadata=form.metadata(),
    )
    return {**endpoint, "secret": secret}


def add_default(world: World) -> None:
    """Make the endpoint that the sandbox was started with, if it was given one.

    It receives everything, connected accounts' events too, and signs with the sandbox's secret.
    While it is muted it gets nothing: what happens then is never sent, what waited before waits.
    """
    status = "disabled" if world.options.muted else "enabled"
    known = next((e for e in world.store.all("webhook_endpoint") if _is_default(world, e)), None)
    if not world.options.webhook:
        if known:
            world.store.remove(known)
    elif known:
        world.store.change(known, url=world.options.webhook, status=status)
    else:
        world.new(
            "webhook_endpoint",
            notes={"secrets": None, "connect": None},
            url=world.options.webhook,
            enabled_events=["*"],
            status=status,
            api_version=API_VERSION,
            description="Given when the sandbox was started",
            metadata={},
        )


def find(world: World, endpoint_id: str) -> Body | None:
    """Return what receives events, of either half of the API, or nothing."""
    store = world.store
    destination = store.find("v2.core.event_destination", endpoint_id)
    return store.find("webhook_endpoint", endpoint_id) or destination


def address_of(world: World, endpoint: Body) -> str:
    """Return where an endpoint's events are sent."""
    return endpoint.get("url") or world.store.notes(endpoint["id"])["url"]


def secrets_of(world: World, endpoint: Body) -> list[str]:
    """Return the secrets that sign for an endpoint, the newest last."""
    own = world.store.notes(endpoint["id"])["secrets"]
    return world.secrets if own is None else own


def update(world: World, endpoint_id: str, form: Form) -> Body:
    """Change where an endpoint is, what it wants to know, or whether it is on."""
    endpoint = world.store.get("webhook_endpoint", endpoint_id)
    changes = {
        "url": form.url("url"),
        "enabled_events": form.texts("enabled_events"),
        "description": form.text("description"),
        "metadata": form.metadata(),
    }
    world.store.change(endpoint, **{name: value for name, value in changes.items() if value})
    if "disabled" in form.fields:
        status = "disabled" if form.flag("disabled") else "enabled"
        world.store.change(endpoint, status=status)
    return endpoint


def _is_default(world: World, endpoint: Body) -> bool:
    return world.store.notes(endpoint["id"])["secrets"] is None
