"""The form in which an organizer mends the address of an order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from shop.catalogue.delivery.models import Contact
from shop.checkout.forms import AddressForm
from shop.orders.correct_address import ON_PARCELS
from shop.orders.models import Order


def mending_form(order: Order, *, may_move: bool) -> type[forms.Form]:
    """Return the form for an order's address, with the fields that its country asks for.

    Args:
        may_move: a parcel waits to be sent; else the mail address alone can be mended.
    """
    old = order.contact

    class MendingForm(AddressForm):
        """The address of one order."""

        def __init__(self, data: QueryDict | None = None, **facts: Any) -> None:
            if data is not None:
                data = data.copy()
                data["country"] = old.country  # whatever was sent: another one is never taken
            super().__init__(data, country=old.country, **facts)
            del self.fields["country"]
            self.fields["seen"] = forms.IntegerField(widget=forms.HiddenInput)
            for name in ON_PARCELS if not may_move else ():
                self.fields.pop(name, None)
            self.fields["email"].help_text = "Receipt, tickets and news of the parcels go there."
            for field in self.fields.values():
                # What a browser knows is the organizer's own address.
                field.widget.attrs["autocomplete"] = "off"
                field.widget.attrs.pop("list", None)

        def clean(self) -> dict[str, Any]:
            """Add the contact to the answers."""
            answers = super().clean() or self.cleaned_data
            return answers | {"contact": self.contact()}

        def contact(self) -> Contact:
            """Return the typed contact with the fields that could not be typed, not saved."""
            names = (name for name in self.fields if name != "seen")
            typed = {name: self.cleaned_data.get(name, "") for name in names}
            kept = {} if may_move else {name: getattr(old, name) for name in ON_PARCELS}
            return Contact(**typed, **kept, country=old.country)

    return MendingForm


def first_answers(order: Order) -> dict[str, Any]:
    """Return the initial values of the form."""
    names = ("email", *ON_PARCELS)
    return {name: getattr(order.contact, name) for name in names} | {"seen": order.contact_id}
