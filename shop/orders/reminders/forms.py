from django import forms
from django.utils.translation import gettext_lazy as _


class MailForm(forms.Form):
    """Where the mail goes; a signed-in shopper with a confirmed address may leave it out."""

    email = forms.EmailField(
        label=_("Email"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "invalid": _("Enter an email address in the correct format, like name@example.com")
        },
    )
