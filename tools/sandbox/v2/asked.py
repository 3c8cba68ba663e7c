"""What a call of the newer API asks for, and the objects it is answered with."""

import operator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tools.sandbox.shapes import new_id
from tools.sandbox.store import Body
from tools.sandbox.v2.moments import read_moment, write_moment
from tools.sandbox.v2.refusals import not_found, wrong
from tools.sandbox.world import World

_MOST = 100
_USUAL = 20
_COMPARE = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A call's parameters, which have the types that the SDK declares.

    Attributes:
        context: id of the account on whose behalf the call is made, if it is.
        query: the address's part after the question mark, for the next page.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    context: str | None = None
    query: str = ""

    def metadata(self, now: dict[str, str] | None = None) -> dict[str, str]:
        """Return the metadata after the call, within the same limits as the older API's."""
        pairs = {**(now or {}), **(self.fields.get("metadata") or {})}
        kept = {key: value for key, value in pairs.items() if value is not None}
        if len(kept) > 50 or any(len(k) > 40 or len(v) > 500 for k, v in kept.items()):
            raise wrong("metadata: at most 50 keys of 40 and values of 500 characters.")
        return kept


def add(world: World, kind: str, notes: Body | None = None, **body: Any) -> Body:
    """Keep a new object, made now, and return its body."""
    moment = write_moment(world.now())
    return world.store.add(kind, new_id(kind), notes, created=moment, **body)


def get(world: World, kind: str, object_id: str) -> Body:
    """Return an object's body, or refuse: there is none."""
    body = world.store.find(kind, object_id)
    if body is None:
        raise not_found(kind, object_id)
    return body


def page(asked: Asked, path: str, rows: list[Body]) -> Body:
    """Return one page of a list, newest first, and the address of the next one.

    Args:
        rows: oldest first.
    """
    ordered = [row for row in rows[::-1] if _made_in_time(row, asked)]
    limit = asked.fields.get("limit", _USUAL)
    if not isinstance(limit, int) or not 1 <= limit <= _MOST:
        raise wrong(f"limit: must be between 1 and {_MOST}.")
    if token := asked.fields.get("page"):
        places = [place for place, row in enumerate(ordered) if row["id"] == token]
        if not places:
            raise wrong(f"page: there is no page '{token}'.")
        ordered = ordered[places[0] :]
    after = ordered[limit]["id"] if len(ordered) > limit else None
    return {
        "data": ordered[:limit],
        "next_page_url": _address(asked, path, after) if after else None,
        "previous_page_url": None,
    }


def _address(asked: Asked, path: str, token: str) -> str:
    kept = [(name, value) for name, value in parse_qsl(asked.query) if name != "page"]
    return f"{path}?{urlencode([*kept, ('page', token)])}"


def _made_in_time(row: Body, asked: Asked) -> bool:
    limits = asked.fields.get("created") or {}
    made = read_moment(row["created"], "created")
    return all(
        _COMPARE[name](made, read_moment(text, f"created.{name}")) for name, text in limits.items()
    )
