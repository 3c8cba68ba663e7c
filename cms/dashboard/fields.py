"""Numbers that organizers type: none is more than its column holds."""

from __future__ import annotations

from typing import Any

from django import forms

MOST = 1_000_000_000


class CountField(forms.IntegerField):
    """A whole number that a column holds, unless a smaller most is given."""

    def __init__(self, *, max_value: int = MOST, **facts: Any) -> None:
        super().__init__(max_value=max_value, **facts)
