"""Lets answers say what nobody expects: a new word, another type, or nothing at all.

What the sandbox knows stays right; only what callers read of it is spoiled.
"""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Spoil:
    """One field that is answered otherwise than it is.

    Attributes:
        kind: of the objects, as their field ``object`` says it, wherever they stand in an answer.
        field: its path: "status", "payment_intent.status", "lines.0.amount".
        value: what is answered instead.
        is_gone: the field is left out.
        id: of the only object that is spoiled; empty: all of the kind.
    """

    kind: str
    field: str
    value: Any = None
    is_gone: bool = False
    id: str = ""


def spoiled(text: str, spoils: list[Spoil]) -> str:
    """Return an answer with its fields spoiled."""
    body = json.loads(text)
    for spoil in spoils:
        _walk(body, spoil)
    return json.dumps(body, indent=2)


def _walk(part: Any, spoil: Spoil) -> None:
    if isinstance(part, list):
        for one in part:
            _walk(one, spoil)
    elif isinstance(part, dict):
        for one in list(part.values()):
            _walk(one, spoil)
        if part.get("object") == spoil.kind and spoil.id in ("", part.get("id")):
            _spoil(part, spoil)


def _spoil(body: dict[str, Any], spoil: Spoil) -> None:
    *steps, last = spoil.field.split(".")
    here: Any = body
    for step in steps:
        here = _inner(here, step)
    if isinstance(here, list) and last.isdecimal() and int(last) < len(here):
        here[int(last)] = spoil.value
    elif isinstance(here, dict) and spoil.is_gone:
        here.pop(last, None)
    elif isinstance(here, dict):
        here[last] = spoil.value


def _inner(here: Any, step: str) -> Any:
    if isinstance(here, list):
        return here[int(step)] if step.isdecimal() and int(step) < len(here) else None
    return here.get(step) if isinstance(here, dict) else None
