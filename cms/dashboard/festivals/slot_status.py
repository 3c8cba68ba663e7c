"""The possible actions on a slot at a moment; the board and the screens of actions agree."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from shop.festivals.models import Slot
from shop.festivals.schedule.extend import extensions_of


def possible(
    slot: Slot, *, at: datetime, extended: Mapping[int, int] | None = None
) -> list[tuple[str, str]]:
    """Return the possible actions on a slot now, with a label for each.

    Args:
        extended: how often slots were extended, by id; looked up unless given.
    """
    is_whole = slot.kind == Slot.Kind.WHOLE
    if not slot.festival.is_open or not slot.is_open(at=at):
        return []
    if slot.starts_at <= at:
        what = "the festival" if is_whole else "it"
        found = [("stop", f"Stop {what}")]
        done = extensions_of([slot.pk]) if extended is None else extended
        if done.get(slot.pk, 0) < slot.festival.max_extensions:
            found.append(("extend", f"Extend {what}"))
        return found
    return [("cancel", "Call the festival off" if is_whole else "Call it off")]
