"""Events of the newer API: thin ones, which say what changed and where to read it again."""

import json
from typing import Any

from tools.sandbox import events
from tools.sandbox.contract import Problem
from tools.sandbox.store import Body
from tools.sandbox.v2 import typed
from tools.sandbox.v2.asked import Asked, add, page
from tools.sandbox.world import World

_KIND = "v2.core.event"


def emit(
    world: World,
    kind: str,
    about: Body | None,
    *,
    context: str | None = None,
    only: str | None = None,
    **data: Any,
) -> Body:
    """Record that something happened, and queue it for every destination that wants to know.

    Args:
        kind: Stripe's name of the event, such as "v2.core.account.closed".
        about: the object that changed, if the event names one.
        context: id of the connected account whose object it is; an account is its own.
        only: id of the one destination that gets it.
        data: what the event says itself; shown when it is fetched, never delivered.
    """
    if about and about["object"] == "v2.core.account":
        context = about["id"]
    destinations = [
        destination["id"]
        for destination in world.store.all("v2.core.event_destination")
        if only == destination["id"] or (only is None and _wants(destination, kind, context))
    ]
    event = add(
        world,
        _KIND,
        {"waiting": destinations},
        type=kind,
        context=context,
        reason=_reason(world),
        **({"related_object": _related(about)} if about else {}),
        **({"data": data} if data else {}),
    )
    if world.contract:
        for problem in typed.event_problems(json.loads(events.encode(event))):
            field, _, message = problem.partition(": ")
            world.problems.append(Problem(f"event {kind}", field, message))
    world.send(event["id"], destinations)
    return event


def list_all(world: World, asked: Asked) -> Body:
    """Return a page of events, newest first: of one object, or of some kinds."""
    kinds, object_id = asked.fields.get("types"), asked.fields.get("object_id")
    rows = [
        event
        for event in world.store.all(_KIND)
        if (not kinds or event["type"] in kinds)
        and (not object_id or event.get("related_object", {}).get("id") == object_id)
    ]
    return page(asked, "/v2/core/events", rows)


def path_of(kind: str, object_id: str) -> str:
    """Return where an object is read."""
    _version, room, name = kind.split(".")
    return f"/v2/{room}/{name}s/{object_id}"


def _related(about: Body) -> Body:
    kind = about["object"]
    return {"id": about["id"], "type": kind, "url": path_of(kind, about["id"])}


def _reason(world: World) -> Body | None:
    if not world.request:
        return None
    key = world.request["idempotency_key"] or ""
    return {"type": "request", "request": {**world.request, "idempotency_key": key}}


def _wants(destination: Body, kind: str, context: str | None) -> bool:
    enabled, place = destination["enabled_events"], "@accounts" if context else "@self"
    return (
        destination["status"] == "enabled"
        and ("*" in enabled or kind in enabled)
        and place in destination["events_from"]
    )
