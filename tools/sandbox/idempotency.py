"""Stripe's idempotency: the first answer to a key is the answer to every later call with it.

Stripe, Idempotent requests, checked 2026-11: keys live at least 24 hours and have at most 255
characters; the answer is saved once the endpoint began to execute, failures included.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from tools.sandbox.errors import Refused, invalid
from tools.sandbox.store import Body
from tools.sandbox.world import World

_KEPT_FOR = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call is answered: a status, JSON text, and headers of its own."""

    status: int
    text: str
    headers: dict[str, str] = field(default_factory=dict)


def to_answer(status: int, body: Body) -> Answer:
    """Return an answer with this JSON body."""
    return Answer(status, json.dumps(body, indent=2))


def replayed(world: World, key: str, call: str, fields: dict[str, Any]) -> Answer | None:
    """Return the saved answer to a key, or nothing when the key is new.

    Raises:
        Refused: the key was used for another call, or with other parameters.
    """
    if len(key) > 255:
        raise invalid("Idempotency keys can have at most 255 characters.")
    saved = world.store.find("idempotent_answer", _id(key))
    if saved is None:
        return None
    if world.now() - saved["created"] >= _KEPT_FOR:
        world.store.remove(saved)
        return None
    if saved["call"] != call:
        what = f"for the same endpoint they were first used for ('{saved['call']}')"
        raise _misused(key, what)
    if saved["fields"] != fields:
        raise _misused(key, "with the same parameters they were first used with")
    headers = {"Idempotent-Replayed": "true", "Original-Request": saved["request"]}
    if saved["status"] >= 500:
        # Stripe tells the SDK that trying again with this key would change nothing.
        headers["Stripe-Should-Retry"] = "false"
    return Answer(saved["status"], saved["text"], headers)


def keep(world: World, key: str, call: str, fields: dict[str, Any], answer: Answer) -> None:
    """Save the answer to a key, unless the key has one."""
    if not world.store.find("idempotent_answer", _id(key)):
        world.store.add(
            "idempotent_answer",
            _id(key),
            created=world.now(),
            request=world.request["id"],
            call=call,
            fields=fields,
            status=answer.status,
            text=answer.text,
        )


def forget_answers(world: World, *, whether_old: bool = True) -> int:
    """Forget the answers whose keys are too old, or all; return how many."""
    gone = [
        saved
        for saved in world.store.all("idempotent_answer")
        if not whether_old or world.now() - saved["created"] >= saved.get("lives", _KEPT_FOR)
    ]
    for saved in gone:
        world.store.remove(saved)
    return len(gone)


def _id(key: str) -> str:
    """Return the id of a key's record, which no object of the API can have."""
    return f"key {key}"


def _misused(key: str, what: str) -> Refused:
    message = (
        f"Keys for idempotent requests can only be used {what}. Try using a key other than"
        f" '{key}' if you meant to execute a different request."
    )
    return Refused(400, message, type="idempotency_error")
