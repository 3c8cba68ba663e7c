"""What stores fill in about a parcel: who carries it, and pieces that are sent again, or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.core.languages import beside
from shop.money.returns.replace import MOST_WORDS
from shop.orders.models import OrderLine


class ShipmentForm(forms.Form):
    """Who carries a parcel, and under which number."""

    carrier = forms.CharField(
        label=_("Carrier"),
        max_length=80,
        error_messages={"required": _("Enter who carries the parcel, like DHL Express")},
        widget=forms.TextInput(attrs={"list": "carriers", "autocomplete": "off"}),
    )
    tracking_number = forms.CharField(
        label=_("Tracking number"),
        max_length=60,
        required=False,
        help_text=_("The shopper gets it by mail. Leave it empty for a letter without one."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)  # which address was shown

    def clean_carrier(self) -> str:
        """Return the carrier's name without stray blanks."""
        return " ".join(self.cleaned_data["carrier"].split())

    def clean_tracking_number(self) -> str:
        """Return the number as carriers write it: no blanks, capital letters."""
        number = "".join(self.cleaned_data["tracking_number"].split()).upper()
        if number and not number.isalnum() and not number.replace("-", "").isalnum():
            raise forms.ValidationError(_("A tracking number has letters, digits and hyphens."))
        return number


class MoreNumberForm(ShipmentForm):
    """Another tracking number for goods that have left."""

    tracking_number = forms.CharField(
        label=_("Tracking number"),
        max_length=60,
        error_messages={"required": _("Enter the tracking number.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class ParcelForm(ShipmentForm):
    """A parcel that leaves: who carries it, and what of an order is in it.

    ``units`` are its contents by line id, once it is valid; None where the form did not ask.
    """

    before = forms.IntegerField(required=False, widget=forms.HiddenInput)  # parcels that had left

    def __init__(
        self, data: Mapping[str, Any] | None, left: Mapping[OrderLine, int], **kwargs: Any
    ) -> None:
        """Take the lines with how many units of each are left to send."""
        super().__init__(data, **kwargs)
        self._count = sum(left.values())
        self._asked = [line for line in left if data is None or f"units-{line.pk}" in data]
        for line, count in left.items():
            self.fields[f"units-{line.pk}"] = forms.IntegerField(
                label=_("%(product)s: how many of %(count)d")
                % {"product": beside(line.title, line.label), "count": count},
                min_value=0, max_value=count, required=False, initial=count,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )  # fmt: skip
            self.fields[f"units-{line.pk}"].is_asked_later = True  # type: ignore[attr-defined]

    @property
    def contents(self) -> list[forms.BoundField]:
        """Return the fields for what is in the parcel; none where it can be one unit alone."""
        return (
            []
            if self._count == 1
            else [self[name] for name in self.fields if name.startswith("units-")]
        )

    @property
    def units(self) -> dict[int, int] | None:
        """Return how many units of each line are in the parcel, by its id."""
        counts = {line.pk: self.cleaned_data[f"units-{line.pk}"] or 0 for line in self._asked}
        return counts or None


class PiecesForm(forms.Form):
    """How many of each line something is about, and why; the shopper reads the reason.

    ``units`` are the answers by line id, once it is valid.
    """

    def __init__(self, left: Mapping[OrderLine, int], *args: Any, **kwargs: Any) -> None:
        """Take the lines with how many units of each are left."""
        super().__init__(*args, **kwargs)
        reason = self.fields.pop("reason")
        others = dict(self.fields)
        self.fields.clear()
        for line, count in left.items():
            facts = {"product": line.title, "count": count}
            self.fields[f"units-{line.pk}"] = forms.IntegerField(
                label=_("%(product)s: how many of %(count)d") % facts,
                min_value=0, max_value=count, required=False, initial=0,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )  # fmt: skip
        self.fields |= others | {"reason": reason}
        self._lines = list(left)

    reason = forms.CharField(
        label=_("Why"),
        help_text=_("The shopper reads it."),
        max_length=MOST_WORDS,
        error_messages={"required": _("Say why: the shopper reads it.")},
    )

    @property
    def units(self) -> dict[int, int]:
        """Return how many units of each line were typed, by its id."""
        return {row.pk: self.cleaned_data[f"units-{row.pk}"] or 0 for row in self._lines}


class CannotSendForm(PiecesForm):
    """Pieces that cannot be sent, and whether they are there."""

    are_there = forms.ChoiceField(
        label=_("Are the pieces there?"),
        choices=[
            ("no", _("No: they leave the stock")),
            ("yes", _("Yes: others may buy them")),
        ],
        widget=forms.RadioSelect,
        initial="no",
    )
