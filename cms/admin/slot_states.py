"""What can be done about a slot at a moment; the board and the screens that do it agree."""

from __future__ import annotations

from datetime import datetime

from shop.festivals.models import Festival, Slot


def possible(slot: Slot, *, at: datetime) -> list[tuple[str, str]]:
    """Return what can be done about a slot now, with a word for each."""
    is_whole = slot.kind == Slot.Kind.WHOLE
    open_states = (Festival.State.DRAFT, Festival.State.PUBLISHED)
    if slot.festival.state not in open_states or slot.ends_at <= at or slot.cancelled_at:
        return []
    if slot.starts_at <= at:
        what = "the festival" if is_whole else "it"
        return [("stop", f"Stop {what}"), ("extend", f"Extend {what}")]
    return [("cancel", "Call the festival off" if is_whole else "Call it off")]
