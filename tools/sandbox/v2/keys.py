"""Idempotency of the newer API: what succeeded is never done again, what failed is tried again.

Stripe, Idempotent requests, checked 2026-11: keys of the newer API live 30 days, come with POST
and DELETE, and a repeat after a failure executes the call anew. The same key with another call is
refused after a failure too.
"""

from typing import Any

from tools.sandbox.errors import Refused
from tools.sandbox.idempotency import Answer
from tools.sandbox.store import Body
from tools.sandbox.world import World

_LIVES = 30 * 24 * 60 * 60


def find_success(
    world: World, key: str, call: str, context: str | None, fields: dict[str, Any]
) -> Answer | None:
    """Return the answer of a call that succeeded with this key, or nothing.

    Raises:
        Refused: the key was used for another call, or with other parameters.
    """
    saved = world.store.find("idempotent_answer", _id(key))
    if saved is None:
        return None
    if world.now() - saved["created"] >= _LIVES:
        world.store.remove(saved)
        return None
    if (saved["call"], saved["context"], saved["fields"]) != (call, context, fields):
        message = f"The key '{key}' was first used for another request. Use a key of its own."
        raise Refused(400, message, type="idempotency_error", code="idempotency_error")
    if saved["status"] >= 400:
        return None
    headers = {"Idempotent-Replayed": "true", "Original-Request": saved["request"]}
    return Answer(saved["status"], saved["text"], headers)


def keep(
    world: World, key: str, call: str, context: str | None, fields: Body, answer: Answer
) -> None:
    """Save the newest answer to a key; its time began with the first."""
    first = world.store.find("idempotent_answer", _id(key))
    world.store.add(
        "idempotent_answer",
        _id(key),
        created=first["created"] if first else world.now(),
        lives=_LIVES,
        request=world.request["id"],
        call=call,
        context=context,
        fields=fields,
        status=answer.status,
        text=answer.text,
    )


def _id(key: str) -> str:
    return f"v2 key {key}"
