from django import forms
from django.utils.translation import gettext_lazy as _


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
