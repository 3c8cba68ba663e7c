"""allauth's forms with our labels, hints and errors, and no password typed twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import (
    MinimumLengthValidator,
    get_default_password_validators,
)
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from shop.people.accounts.models import User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class LoginForm(account.LoginForm):
    """Address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_address(self.fields["login"], _("Email"), autocomplete="username")
        _ask_password(self.fields["password"], _("Password"))
        self.fields["remember"].label = _("Keep me signed in on this device")


class SignupForm(account.SignupForm):
    """The form of a new account: address and password."""

    account_already_exists: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_address(self.fields["email"], _("Email"))
        self.fields["email"].help_text = _("We send you a link to confirm it.")
        _ask_new_password(self, _("Password"))

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Make the account, or mail the owner of the one that there is; both take as long.

        Of two that are sent at once, the second finds the account of the first.
        """
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])  # what a new account costs most
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            self.account_already_exists = True
            return super().try_save(request)


class ChangeAddressForm(account.AddEmailForm):
    """The address that is to replace the present one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_address(self.fields["email"], _("New email address"))


class ResetPasswordForm(account.ResetPasswordForm):
    """The address to which a link is sent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_address(self.fields["email"], _("Email"))


class ChangePasswordForm(account.ChangePasswordForm):
    """The present password and the next one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_password(self.fields["oldpassword"], _("Current password"))
        _ask_new_password(self, _("New password"))


class SetPasswordForm(account.SetPasswordForm):
    """The first password of an account that was made without one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_new_password(self, _("Password"))


class NewPasswordForm(account.ResetPasswordKeyForm):
    """The password that replaces a forgotten one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_new_password(self, _("New password"))


class ReauthenticateForm(account.ReauthenticateForm):
    """The password once more, before a change that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_password(self.fields["password"], _("Password"))


class CodeForm(mfa.AuthenticateForm):
    """The second step of signing in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_code(self.fields["code"])


class ReauthenticateWithCodeForm(mfa.ReauthenticateForm):
    """A code before a change that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_code(self.fields["code"])


class TurnOnForm(totp.ActivateTOTPForm):
    """The first code from the app, which proves that it works."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_code(self.fields["code"])
        label = ngettext(
            "Enter the %(count)d-digit code from your app",
            "Enter the %(count)d-digit code from your app",
            6,
        )
        self.fields["code"].label = label % {"count": 6}
        self.fields["code"].help_text = ""


def _ask(field: forms.Field, label: StrOrPromise, missing: StrOrPromise, **attrs: str) -> None:
    field.label, field.help_text = label, ""
    field.error_messages["required"] = missing
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attrs)


def _ask_address(field: forms.Field, label: StrOrPromise, autocomplete: str = "email") -> None:
    _ask(field, label, _("Enter your email address"), autocomplete=autocomplete)
    field.error_messages["invalid"] = _(
        "Enter an email address in the correct format, like name@example.com"
    )


def _ask_password(field: forms.Field, label: StrOrPromise) -> None:
    _ask(field, label, _("Enter your password"))


def _ask_new_password(form: forms.Form, label: StrOrPromise) -> None:
    form.fields.pop("password2", None)
    _ask(form.fields["password1"], label, _("Choose a password"))
    validators = get_default_password_validators()
    for count in (v.min_length for v in validators if isinstance(v, MinimumLengthValidator)):
        text = ngettext("At least %(count)d character", "At least %(count)d characters", count)
        form.fields["password1"].help_text = text % {"count": count}


def _ask_code(field: forms.Field) -> None:
    _ask(field, _("Code"), _("Enter a code"), inputmode="numeric")
    field.help_text = _("From your app, or one of your recovery codes.")
