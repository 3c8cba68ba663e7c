import secrets
from typing import Any

from tools.sandbox.forms import is_web_address
from tools.sandbox.store import Body
from tools.sandbox.v2 import typed
from tools.sandbox.v2.asked import Asked, add, get, page
from tools.sandbox.v2.moments import write_moment
from tools.sandbox.v2.refusals import wrong
from tools.sandbox.world import World

_KIND = "v2.core.event_destination"
_PLACES = frozenset({"@self", "@accounts"})


def create(world: World, asked: Asked) -> Body:
    """Make a place where thin events are sent, with a secret of its own."""
    fields = asked.fields
    if fields["type"] != "webhook_endpoint" or fields["event_payload"] != "thin":
        message = "The sandbox imitates webhook endpoints with thin payloads; snapshots go to"
        raise wrong(f"{message} those of /v1/webhook_endpoints.")
    destination = _add(
        world,
        {"url": _url(fields.get("webhook_endpoint")), "secrets": [_new_secret()]},
        description=fields.get("description") or "",
        enabled_events=_kinds(fields["enabled_events"]),
        events_from=_places(fields.get("events_from") or ["@self"]),
        metadata=asked.metadata(),
        name=fields["name"],
    )
    return _shown(world, destination, asked)


def add_default(world: World) -> None:
    """Make the destination that the sandbox was started with, if it was given one.

    It receives everything and signs with the sandbox's secret, as the endpoint of snapshots does.
    """
    status = "disabled" if world.options.muted else "enabled"
    rows = world.store.all(_KIND)
    known = next((d for d in rows if world.store.notes(d["id"])["secrets"] is None), None)
    if known and not world.options.thin:
        world.store.remove(known)
    elif known:
        world.store.notes(known["id"])["url"] = world.options.thin
        world.store.change(known, status=status)
    elif world.options.thin:
        _add(
            world,
            {"url": world.options.thin, "secrets": None},
            description="Given when the sandbox was started",
            enabled_events=["*"],
            events_from=sorted(_PLACES),
            metadata={},
            name="sandbox",
            status=status,
        )


def list_all(world: World, asked: Asked) -> Body:
    """Return a page of destinations, newest first."""
    listed = page(asked, "/v2/core/event_destinations", list(world.store.all(_KIND)))
    return {**listed, "data": [_shown(world, row, asked) for row in listed["data"]]}


def update(world: World, destination_id: str, asked: Asked) -> Body:
    """Change where a destination is, what it is called, or what it wants to know."""
    destination, fields = get(world, _KIND, destination_id), asked.fields
    changes: dict[str, Any] = {n: fields[n] for n in ("description", "name") if n in fields}
    if "enabled_events" in fields:
        changes["enabled_events"] = _kinds(fields["enabled_events"])
    if "webhook_endpoint" in fields:
        world.store.notes(destination_id)["url"] = _url(fields["webhook_endpoint"])
    changes["metadata"] = asked.metadata(destination["metadata"])
    world.store.change(destination, updated=write_moment(world.now()), **changes)
    return _shown(world, destination, asked)


def enable(world: World, destination_id: str, asked: Asked) -> Body:
    """Turn a destination on again."""
    destination = get(world, _KIND, destination_id)
    world.store.change(destination, status="enabled", status_details=None)
    return _shown(world, destination, asked)


def _add(world: World, notes: Body, *, status: str = "enabled", **body: Any) -> Body:
    return add(
        world,
        _KIND,
        notes,
        event_payload="thin",
        status=status,
        type="webhook_endpoint",
        updated=write_moment(world.now()),
        **body,
    )


def _shown(world: World, destination: Body, asked: Asked) -> Body:
    """Return a destination; its address and its secret are there when the call includes them."""
    include, notes = asked.fields.get("include") or [], world.store.notes(destination["id"])
    known = {"url": notes["url"], "signing_secret": (notes["secrets"] or [None])[0]}
    endpoint = {name: v for name, v in known.items() if f"webhook_endpoint.{name}" in include}
    return {**destination, "webhook_endpoint": endpoint or None}


def _kinds(kinds: list[str]) -> list[str]:
    """Return the kinds of events, each of which the SDK knows."""
    unknown = [kind for kind in kinds if kind != "*" and not typed.is_event(kind)]
    if unknown or not kinds:
        raise wrong(f"enabled_events: unknown {', '.join(unknown) or 'or missing'}.")
    return kinds


def _places(places: list[str]) -> list[str]:
    if not set(places) <= _PLACES:
        raise wrong(f"events_from: some of {' and '.join(sorted(_PLACES))}.")
    return places


def _url(endpoint: dict[str, Any] | None) -> str:
    url = (endpoint or {}).get("url") or ""
    if not is_web_address(url):
        raise wrong("webhook_endpoint.url: not a valid URL.", "url_invalid")
    return url


def _new_secret() -> str:
    return f"whsec_{secrets.token_hex(16)}"
