"""What people send on the pages of the academy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from shop.core.forms.fields import LineField
from shop.core.forms.numbers import ids_of, number_of
from shop.merchant.academy.quiz import Quiz
from shop.people.merchants.models import Merchant

MOST_TICKS = 50


def chosen_in(sent: QueryDict, quiz: Quiz) -> list[int]:
    """Return the number of the answer that was sent for each question; 0 where there is none."""
    return [number_of(sent.get(f"q{place}", "")) or 0 for place in range(1, len(quiz) + 1)]


def ticks_in(sent: QueryDict, count: int) -> list[int]:
    """Return the places of the points that were ticked, of so many that there are."""
    return [place for place in ids_of(sent.getlist("point"), most=MOST_TICKS) if place <= count]


class CompletionCertificateForm(forms.Form):
    """The name that a certificate shows, and the store that it names."""

    name = LineField(
        label=_("Your name, as it shall stand there"), max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    store = forms.TypedChoiceField(label=_("Store"), required=False, coerce=int, empty_value=None)

    def __init__(self, stores: Sequence[Merchant], *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        self.stores = {row.pk: row for row in stores}
        field: Any = self.fields["store"]
        field.choices = [*((row.pk, row.name) for row in stores), ("", _("No store"))]
        if not stores:
            del self.fields["store"]

    @property
    def chosen_store(self) -> Merchant | None:
        """Return the store that was chosen; none without one."""
        return self.stores.get(self.cleaned_data.get("store") or 0)
