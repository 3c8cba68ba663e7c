"""The gate of every state: it changes along the table of its model, and nowhere else.

Fields with a closed list of values are checked by the database as well, whoever writes them.

A row moves only from where it was read, so that of two who would move it one does; many rows move
in one statement, and whoever expected more of them than moved refuses.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import CheckConstraint, Q

from shop.core.errors import StaleState
from shop.core.stored_names import stored_name


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


HISTORICAL = "__fake__"
"""The module of models as migrations know them: those get constraints by their operations."""


class KnownValue(CheckConstraint):
    """A CHECK that forms need not ask the database for: the field itself judges its value."""

    def validate(self, *args: Any, **options: Any) -> None:
        """Leave it to the field."""


class CheckedField(models.CharField[Any, Any]):
    """Adds its own CHECK to the model, so that ``makemigrations`` sees when it changes."""

    def known(self) -> Q | None:
        """Return what is true of every value."""
        raise NotImplementedError

    def contribute_to_class(
        self, cls: type[models.Model], name: str, private_only: bool = False
    ) -> None:
        """Add the field to its model, and the constraint beside it."""
        super().contribute_to_class(cls, name, private_only)
        condition = self.known()
        if condition is None or cls._meta.abstract or cls.__module__ == HISTORICAL:
            return
        rule = KnownValue(condition=condition, name=f"{stored_name(cls)}_{name}_known")
        meta: Any = cls._meta
        meta.constraints = [*meta.constraints, rule]
        meta.original_attrs["constraints"] = meta.constraints


class ChoiceField(CheckedField):
    """Hold one of the ``choices``; the database refuses every other word."""

    def known(self) -> Q | None:
        """Return that it is one of the choices, or empty where the field may be."""
        words = [str(value) for value, _label in self.flatchoices]
        if self.blank and "" not in words:
            words.append("")
        return Q(**{f"{self.name}__in": words}) if words else None


class CurrencyField(CheckedField):
    """Hold a currency code: three capital letters (ISO 4217)."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("max_length", 3)
        super().__init__(*args, **options)

    def known(self) -> Q | None:
        """Return that it looks like a code."""
        return Q(**{f"{self.name}__regex": "^[A-Z]{3}$"})
