"""How a sheet names slots: by their label; where several share it, with their start beside it.

What a slot is called in another language names it as well, if it names no other one.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.utils.translation import gettext as _

from shop.core.languages import listed
from shop.festivals.local_time import typed, wall_of
from shop.festivals.models import Festival, Slot


class SlotNames:
    """The slots of a festival by their names in sheets, as they are at an instant.

    A label that several slots have names none of them, even when but one is still open: so a sheet
    that is sent in again means what it meant. Those that were called off are left out.
    """

    def __init__(self, festival: Festival, *, at: datetime) -> None:
        """Read the slots. One statement."""
        rows = list(festival.slots.filter(cancelled_at=None).order_by("starts_at", "pk"))
        self._times = Counter(slot.label.casefold() for slot in rows)
        self._open = [slot for slot in rows if slot.ends_at > at]
        self._found: dict[str, Slot] = {}
        for slot in self._open:
            self._found[_with_start(slot).casefold()] = slot
            self._found[self.of(slot).casefold()] = slot
        others = Counter(name for slot in rows for name in _others(slot))
        for slot in self._open:
            for name in _others(slot):
                if others[name] == 1 and name not in self._times:
                    self._found.setdefault(name, slot)

    @property
    def open(self) -> list[str]:
        """Return the names of the slots that are open, in the order of time."""
        return [self.of(slot) for slot in self._open]

    def of(self, slot: Slot) -> str:
        """Return the name of a slot."""
        return slot.label if self._times[slot.label.casefold()] == 1 else _with_start(slot)

    def find(self, text: str) -> Slot | None:
        """Return the open slot that a cell names."""
        return self._found.get(text.casefold())

    def problem(self, text: str) -> str:
        """Say how to correct a cell that names no open slot."""
        same = [self.of(slot) for slot in self._open if slot.label.casefold() == text.casefold()]
        if same:
            problem = _("Several slots have this name. Write the start beside it: %(names)s.")
        else:
            problem = _("Write one of these: %(names)s.")
        return problem % {"names": listed(same or self.open)}


def _others(slot: Slot) -> set[str]:
    """Return the names of a slot in other languages."""
    return {name.casefold() for name in slot.names.values() if name}


def _with_start(slot: Slot) -> str:
    # Digits and no word or comma: the same in every language, and fit for a list of choices.
    return f"{slot.label} {typed(wall_of(slot.starts_at, slot.festival.zone))}"
