"""The gate of every state: it changes along the table of its model, and nowhere else.

A row moves only from where it was read, so that of two who would move it one does; many rows move
in one statement, and whoever expected more of them than moved refuses.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django.db import models

from shop.errors import StaleState


class StateQuerySet[Row: models.Model](models.QuerySet[Row]):
    """Rows that have a state."""

    def move_to(self, state: str, **changes: Any) -> int:
        """Move the rows that may take this step, with other changes; return how many moved.

        One statement: a row that somebody else moved meanwhile is judged again as it is then, where
        the rows are asked of their own table alone; lock those that are found through another.
        """
        model: Any = self.model
        return self.filter(state__in=model.before(state)).update(state=state, **changes)


class Stateful(models.Model):
    """A row with a state; ``NEXT`` says from which one it may get to which others."""

    NEXT: ClassVar[Mapping[str, Collection[str]]]
    state: Any

    class Meta:
        abstract = True

    @classmethod
    def before(cls, state: str) -> list[str]:
        """Return the states from which a row may get to this one."""
        return [str(now) for now, after in cls.NEXT.items() if state in after]

    def move_to(self, state: str, **changes: Any) -> None:
        """Change the state, with other fields, if it is still the one that was read.

        Raises:
            StaleState: the step is not allowed, or somebody else took one first.
        """
        model: Any = type(self)
        same = model._base_manager.filter(pk=self.pk, state=self.state)
        if state not in self.NEXT[self.state] or not same.update(state=state, **changes):
            raise StaleState
        for name, value in {"state": state, **changes}.items():
            setattr(self, name, value)

    def enter(self, state: str) -> None:
        """Set the state of a row that the caller holds locked and saves, alone or with others.

        Raises:
            StaleState: the step is not allowed.
        """
        if state not in self.NEXT[self.state]:
            raise StaleState
        self.state = state
