"""Holds what composed querysets answer against what the ORM answers for the same values."""

from typing import Any

from django.db.models import Model

from shop.core.statements.composed import Composed

TRIES = 5  # somebody else may write between the two answers, but not each time


def check_always(monkeypatch) -> None:
    """Let every answer of a composed queryset be compared from now on."""
    answer = Composed.__call__

    def compared(self: Composed, *shape: Any, **values: Any) -> list[Any]:
        for _try in range(TRIES):
            found = answer(self, *shape, **values)
            again = list(self.anew(*shape, **values))
            if [facts(row) for row in found] == [facts(row) for row in again]:
                return found
        raise AssertionError(f"{self} says {found}, and anew {again}")

    monkeypatch.setattr(Composed, "__call__", compared)


def facts(row: Any) -> Any:
    """Return all that an object knows, and the objects that were fetched with it."""
    if not isinstance(row, Model):
        return row
    own = {name: value for name, value in vars(row).items() if name != "_state"}
    related = {name: facts(value) for name, value in row._state.fields_cache.items()
               if row._meta.get_field(name).concrete}  # fmt: skip
    return type(row), own, related
