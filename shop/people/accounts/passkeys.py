"""allauth's forms of passkeys with our words; script fills in the browser's data of a key."""

from typing import Any

from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

LONGEST_NAME = 60


class AddForm(webauthn.AddWebAuthnForm):
    """A new passkey, with its name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("passwordless", None)  # each may sign in alone where its device can
        _ask_name(self.fields["name"])
        _await_key(self.fields["credential"])


class RenameForm(webauthn.EditWebAuthnForm):
    """The name of a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_name(self.fields["name"])


class SignInForm(webauthn.AuthenticateWebAuthnForm):
    """A passkey as the second step of signing in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _await_key(self.fields["credential"])


class PasskeyLoginForm(webauthn.LoginWebAuthnForm):
    """A passkey in place of address, password and second step."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _await_key(self.fields["credential"])


class ConfirmForm(webauthn.ReauthenticateWebAuthnForm):
    """A passkey before a change that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _await_key(self.fields["credential"])


def _ask_name(field: forms.Field) -> None:
    field.label = _("Name")
    field.validators.append(MaxLengthValidator(LONGEST_NAME))
    field.help_text = _("So that you know later which one it is.")
    field.widget.attrs.update(maxlength=LONGEST_NAME, autocomplete="off")
    field.error_messages["required"] = _("Give it a name")


def _await_key(field: forms.Field) -> None:
    field.error_messages["required"] = field.error_messages["invalid"] = _(
        "No passkey was given. Try again, or use a code."
    )
