"""The forms of the cart."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.orders.cart.change import MOST_OF_ONE
from shop.orders.cart.countries import CountryField


class LineForm(forms.Form):
    """How many of a variant: a number, or one of the buttons beside it."""

    def __init__(self, data: Any) -> None:
        """Read the number, and the button that was pressed."""
        super().__init__(data)
        text = _("Enter a quantity from 1 to %(maximum)d") % {"maximum": MOST_OF_ONE}
        errors = dict.fromkeys(("required", "invalid", "min_value", "max_value"), text)
        self.fields["quantity"] = forms.IntegerField(
            min_value=0, max_value=MOST_OF_ONE, error_messages=errors
        )

    def clean_quantity(self) -> int:
        """Return the quantity that the pressed button asks for; zero removes the line."""
        step = ("more" in self.data) - ("less" in self.data)
        return min(max(self.cleaned_data["quantity"] + step, 0), MOST_OF_ONE)


class CountryForm(forms.Form):
    """Where the parcels go."""

    fields: dict[str, Any]
    country = CountryField(label=_("Ship to"))

    def __init__(self, *args: Any, served: frozenset[str] = frozenset(), **kwargs: Any) -> None:
        """Offer the countries that are served, if the form is to be shown."""
        super().__init__(*args, **kwargs)
        self.fields["country"].offer(served)
