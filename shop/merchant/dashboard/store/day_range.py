"""The first and the last of days on which a store does something else."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LATEST = timedelta(days=730)


class DayRangeForm(forms.Form):
    """Two days in their order, which are near and not long apart."""

    LONGEST: ClassVar[timedelta]
    TOO_LONG: ClassVar[str | Promise]

    first = forms.DateField(
        label=gettext_lazy("First day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    last = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        """Keep the days in their order, and near."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = told.get("first"), told.get("last")
        if last and last < self.today:
            self.add_error("last", _("This day is over."))
        elif last and last > self.today + LATEST:
            self.add_error("last", _("Enter a day within two years."))
        elif first and last and last < first:
            self.add_error("last", _("The last day comes before the first."))
        elif first and last and last - first > self.LONGEST:
            self.add_error("last", str(self.TOO_LONG))
        return told
