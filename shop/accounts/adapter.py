"""Our changes to allauth: its mail goes through our door, its errors use our words."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast
from urllib.parse import quote

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.accounts.models import User
from shop.accounts.moments import written
from shop.demonstration.guards import is_of_sample, spare
from shop.demonstration.resets import is_public
from shop.mail import send

# allauth's name of a mail, and ours. Those without one of ours would only repeat the page.
MAILS = {
    "account/email/email_confirmation": "verify-email",
    "account/email/email_confirmation_signup": "verify-email",
    "account/email/password_reset_key": "password-reset",
    "account/email/password_reset": "password-changed",
    "account/email/password_changed": "password-changed",
    "account/email/password_set": "password-changed",
    "account/email/email_changed": "address-changed",
    "account/email/account_already_exists": "account-exists",
    "account/email/unknown_account": "no-account",
    "account/email/email_confirm": None,
    "account/email/email_deleted": None,
    "mfa/email/totp_activated": "mfa-on",
    "mfa/email/totp_deactivated": "mfa-off",
    "mfa/email/recovery_codes_generated": "mfa-codes",
    "mfa/email/webauthn_added": "passkey-added",
    "mfa/email/webauthn_removed": "passkey-removed",
}
# allauth's name of a way to prove who one is, and what the link to it says.
WAYS = {
    "reauthenticate": _("Use your password"),
    "mfa_reauthenticate": _("Use a code"),
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
}
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


class AccountAdapter(DefaultAccountAdapter):
    """Signing in, up and out."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "duplicate_email": _("This is your address already."),
        "email_password_mismatch": _(
            "The email address or password is not right. Check both and try again."
        ),
        "email_taken": _(
            "There is already an account with this email address. Sign in or ask for a link."
        ),
        "enter_current_password": _("The password is not right. Try again."),
        "incorrect_password": _("The password is not right. Try again."),
        "invalid_password_reset": _("This link has been used or has expired. Ask for a new one."),
        "rate_limited": _("Too many attempts. Try again in a few minutes."),
        "too_many_login_attempts": _("Too many attempts. Try again in a few minutes."),
    }

    def new_user(self, request: HttpRequest) -> User:
        """Return a user, not saved, who gets mail in the language of the page."""
        return User(language=get_language() or settings.LANGUAGE_CODE)

    def set_password(self, user: User, password: str) -> None:
        """Give a user a new password, unless everybody knows the present one and needs it."""
        spare(user)
        super().set_password(user, password)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count tries to guess a password. Those that are public are not guessed.

        Whoever mistypes one five times would keep all others out.
        """
        if not (is_public() and is_of_sample(credentials.get("email", ""))):
            super().pre_authenticate(request, **credentials)

    def clean_password(self, password: str, user: User | None = None) -> str:
        """Return the password if it is good enough."""
        try:
            return super().clean_password(password, user)
        except ValidationError as refusal:
            raise ValidationError([_in_our_words(e) for e in refusal.error_list]) from None

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link of a mail to a new password, at our own address whoever asked where."""
        return _at_our_address("account_reset_password_from_key", "UID", "KEY").replace(
            "UID-KEY", quote(key)
        )

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Return the link of a mail that confirms an address, likewise."""
        return _at_our_address("account_confirm_email", emailconfirmation.key)

    def send_confirmation_mail(
        self, request: HttpRequest, emailconfirmation: Any, signup: bool
    ) -> None:
        """Send the link to an address that is free; the owner of a taken one is told by mail."""
        address = emailconfirmation.email_address
        if User.objects.filter(email__iexact=address.email).exclude(pk=address.user_id).exists():
            self.send_account_already_exists_mail(address.email)
        else:
            super().send_confirmation_mail(request, emailconfirmation, signup)

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell the owner of an account that somebody tried to open one with this address."""
        facts = {"password_reset_url": _at_our_address("account_reset_password")}
        self.send_mail("account/email/account_already_exists", email, facts)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Return the ways to prove again who one is, in our words."""
        known = super().get_reauthentication_methods(user)
        return [method | {"description": WAYS[method["id"]]} for method in known]

    def send_mail(self, template_prefix: str, email: str, context: Mapping[str, Any]) -> None:
        """Send our own mail in place of allauth's, in the language of the page."""
        key = MAILS[template_prefix]
        if key:
            language = get_language() or settings.LANGUAGE_CODE
            send(key, email, language=language, context=self._facts(key, context))

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: Mapping[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell a user that something about the account was changed."""
        email = email or EmailAddress.objects.get_primary_email(user)
        if email:
            self.send_mail(template_prefix, email, {"user": user, **(context or {})})

    def _facts(self, key: str, context: Mapping[str, Any]) -> dict[str, str]:
        user, at = context.get("user"), clock.now()
        language = get_language() or settings.LANGUAGE_CODE
        lasts = {
            "verify-email": timedelta(days=app_settings.EMAIL_CONFIRMATION_EXPIRE_DAYS),
            "password-reset": timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
        }
        return {
            "name": user.name if user else "",
            "confirm_link": context.get("activate_url", ""),
            "reset_link": context.get("password_reset_url", ""),
            "sign_up_link": _at_our_address("account_signup"),
            "sign_in_link": _at_our_address("account_login"),
            "recover_link": _at_our_address("account_reset_password"),
            "expires_at": written(at + lasts.get(key, timedelta()), language),
            "changed_at": written(at, language),
            "device": device_of(self.get_http_user_agent(self.request)),
            "old_address": context.get("from_email", ""),
            "new_address": context.get("to_email", ""),
        }


def _at_our_address(name: str, *args: str) -> str:
    """Return a link of a mail. The Host header, which anybody writes, has no say in it."""
    return settings.SITE_URL + reverse(name, args=args)


def _in_our_words(error: ValidationError) -> ValidationError:
    match error.code:
        case "password_too_short":
            count = cast("dict[str, Any]", error.params)["min_length"]
            text = ngettext(
                "Choose a password with at least %(count)d character",
                "Choose a password with at least %(count)d characters",
                count,
            ) % {"count": count}
        case "password_too_common":
            text = gettext("This password is too common. Choose another one.")
        case "password_entirely_numeric":
            text = gettext("Choose a password that is not digits alone.")
        case "password_too_similar":
            text = gettext("Choose a password without your name or email address in it.")
        case _:
            return error
    return ValidationError(text, code=error.code)


def device_of(agent: str) -> str:
    """Return the browser and system that a user agent names, like "Firefox on Android"."""
    # Only names that we know are repeated: the rest is whatever a stranger cares to send.
    browser = next((name for mark, name in BROWSERS.items() if mark in agent), None)
    system = next((name for mark, name in SYSTEMS.items() if mark in agent), None)
    if not browser or not system:
        return gettext("an unknown device")
    return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}
