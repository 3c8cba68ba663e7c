from typing import Any

from tools.sandbox.errors import invalid
from tools.sandbox.forms import Form
from tools.sandbox.shapes import listing
from tools.sandbox.store import Body

_COMPARE = {
    "gt": lambda left, right: left > right,
    "gte": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "lte": lambda left, right: left <= right,
}


def page(url: str, rows: list[Body], form: Form, *, newest_first: bool = True) -> Body:
    """Return one page of a list, as ``limit``, ``starting_after`` and ``ending_before`` ask.

    Args:
        rows: oldest first.
        newest_first: turn them around, as all of Stripe's lists but line items are.
    """
    ordered = rows[::-1] if newest_first else rows
    ordered = [row for row in ordered if _made_in_time(row, form)]
    limit = form.integer("limit")
    limit = 10 if limit is None else limit
    if not 1 <= limit <= 100:
        raise invalid("This value must be between 1 and 100.", "limit")
    if before := form.text("ending_before"):
        earlier = ordered[: _place(ordered, before, "ending_before")]
        return listing(url, earlier[-limit:], has_more=len(earlier) > limit)
    if after := form.text("starting_after"):
        ordered = ordered[_place(ordered, after, "starting_after") + 1 :]
    return listing(url, ordered[:limit], has_more=len(ordered) > limit)


def matching(rows: Any, form: Form, *names: str) -> list[Body]:
    """Return the rows whose fields of these names are what the call asks for."""
    asked = {name: value for name in names if (value := form.text(name)) is not None}
    return [row for row in rows if all(row.get(name) == v for name, v in asked.items())]


def _place(rows: list[Body], object_id: str, param: str) -> int:
    for place, row in enumerate(rows):
        if row["id"] == object_id:
            return place
    raise invalid(f"No such object: '{object_id}'", param, "resource_missing")


def _made_in_time(row: Body, form: Form) -> bool:
    asked = form.fields.get("created")
    if isinstance(asked, str):
        return row["created"] == form.integer("created")
    limits = form.inner("created")
    limits.only(frozenset(_COMPARE))
    return all(_COMPARE[name](row["created"], limits.need_integer(name)) for name in limits.fields)
