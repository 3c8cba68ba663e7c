import hashlib
import hmac
import json
import time

from tools.sandbox.shapes import API_VERSION
from tools.sandbox.store import Body
from tools.sandbox.world import World

_KEPT_BACK = frozenset({"data", "changes"})


def emit(world: World, kind: str, about: Body, *, account: str | None = None) -> Body:
    """Record that something happened, and queue it for every endpoint that wants to know.

    Args:
        kind: Stripe's name of the event, such as "refund.created".
        about: the object, whose present state the event carries.
        account: id of the connected account it happened to, for events of theirs.
    """
    state = json.loads(json.dumps(about))
    if world.contract:
        world.problems += world.contract.object_problems(about["object"], state)
    endpoints = [
        endpoint["id"]
        for endpoint in world.store.all("webhook_endpoint")
        if _wants(endpoint, kind) and _reaches(world, endpoint, account)
    ]
    event = world.new(
        "event",
        notes={"waiting": endpoints},
        type=kind,
        api_version=API_VERSION,
        data={"object": state},
        pending_webhooks=len(endpoints),
        request=world.request or {"id": None, "idempotency_key": None},
        **({"account": account} if account else {}),
    )
    world.send(event["id"], endpoints)
    return event


def find(world: World, event_id: str) -> Body | None:
    """Return an event of either half of the API, or nothing."""
    store = world.store
    return store.find("event", event_id) or store.find("v2.core.event", event_id)


def signature(body: bytes, secrets: list[str], timestamp: int | None = None) -> str:
    """Return the header that proves to a shop that the sandbox sent this body.

    Args:
        secrets: each one signs; a shop accepts the message if it knows any of them.
        timestamp: the second to sign with, the machine's present one when absent.
    """
    moment = int(time.time()) if timestamp is None else timestamp
    signed = b"%d.%s" % (moment, body)
    signatures = [hmac.new(key.encode(), signed, hashlib.sha256).hexdigest() for key in secrets]
    return ",".join([f"t={moment}", *(f"v1={proof}" for proof in signatures)])


def encode(event: Body) -> bytes:
    """Return an event as the bytes that are sent and signed; thin ones keep their data back."""
    hidden = _KEPT_BACK if event.get("object") == "v2.core.event" else frozenset()
    shown = {name: value for name, value in event.items() if name not in hidden}
    return json.dumps(shown, indent=2).encode()


def _wants(endpoint: Body, kind: str) -> bool:
    enabled = endpoint["enabled_events"]
    return endpoint["status"] == "enabled" and ("*" in enabled or kind in enabled)


def _reaches(world: World, endpoint: Body, account: str | None) -> bool:
    """Events of connected accounts go to endpoints made for them, all others to the rest."""
    return world.store.notes(endpoint["id"])["connect"] in {None, account is not None}
