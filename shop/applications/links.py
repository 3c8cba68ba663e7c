"""The form that asks for an address, to which the links of its applications are mailed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.applications.forms import ENTER_ADDRESS


class LinkForm(forms.Form):
    email = forms.EmailField(
        label=_("Email address"), max_length=254, help_text=_("The one with which you applied."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": ENTER_ADDRESS, "required": _("Enter your email address")},
    )  # fmt: skip
