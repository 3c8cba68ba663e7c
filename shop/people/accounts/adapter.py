"""Our changes to allauth: its mail goes through our door, its errors use our words."""

from collections.abc import Mapping
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.internal import ratelimit
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from shop.core import clock
from shop.core.demonstration.guards import is_of_sample, spare
from shop.core.demonstration.resets import is_public
from shop.core.tasks import enqueue
from shop.people.accounts.devices import known as known_devices
from shop.people.accounts.devices.agents import device_of
from shop.people.accounts.devices.pages import forget_devices, note_device
from shop.people.accounts.mail import send_account_mail
from shop.people.accounts.models import User
from shop.people.accounts.moments import written
from shop.people.accounts.requests import SignedIn

# allauth's name of a mail, and ours. Those without one of ours would only repeat the page, or are
# queued by shop.people.accounts.mfa_views: allauth would send them after the commit.
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
    "mfa/email/totp_activated": None,
    "mfa/email/totp_deactivated": "mfa-off",
    "mfa/email/recovery_codes_generated": None,
    "mfa/email/webauthn_added": "passkey-added",
    "mfa/email/webauthn_removed": "passkey-removed",
}
# allauth's name of a way to prove who one is, and what the link to it says.
WAYS = {
    "reauthenticate": _("Use your password"),
    "mfa_reauthenticate": _("Use a code"),
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
}


class AccountAdapter(DefaultAccountAdapter):
    """Signing in, up and out."""

    _everywhere: Any = None

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
        forget_devices(user)  # all sessions end

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count tries to guess a password, by the account and the network together.

        So nobody locks another out. Tries from all networks count together as well. A browser that
        has signed in to the account before has bounds of its own alone: nobody else uses them up.
        Passwords that are public are not guessed: whoever mistypes one five times would keep all
        others out.
        """
        email = credentials.get("email", "")
        if is_public() and is_of_sample(email):
            return
        if known_devices.device_of(request, email):
            key = self._get_login_attempts_cache_key(request, **credentials)
            self._login_failed_rl_usage = self._counted(request, "login_failed_known", key)
            self._counted(request, "login_known", email.lower())
            return
        super().pre_authenticate(request, **credentials)
        self._counted(request, "login_elsewhere")
        self._everywhere = self._counted(request, "login_failed_everywhere", email.lower())

    def _counted(self, request: HttpRequest, action: str, key: str | None = None) -> Any:
        """Count a try under one of our rates and return its use.

        Raises:
            ValidationError: the rate is used up.
        """
        used = ratelimit.consume(request, app="allauth.account", action=action, key=key)
        if not used:
            raise self.validation_error("too_many_login_attempts")
        return used

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """Forget the tries of a browser that has just got a new password by mail."""
        super()._delete_login_attempts_cached_email(request, **credentials)
        key = self._get_login_attempts_cache_key(request, **credentials)
        ratelimit.clear(request, app="allauth.account", action="login_failed_known", key=key)

    def _rollback_login_failed_rl_usage(self) -> None:
        """Count no try that was right."""
        super()._rollback_login_failed_rl_usage()
        if self._everywhere:
            self._everywhere.rollback()

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        known = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{known}:{known_devices.guesser(request, credentials.get('email', ''))}"

    def post_login(self, request: HttpRequest, user: User, **facts: Any) -> HttpResponse:
        """Know the browser next time, and list it among the person's devices."""
        response = super().post_login(request, user, **facts)
        note_device(cast("SignedIn", request))
        known_devices.remember(response, user.email)
        return response

    def clean_password(self, password: str, user: User | None = None) -> str:
        """Return the password if it is good enough."""
        try:
            return super().clean_password(password, user)
        except ValidationError as refusal:
            raise ValidationError([_in_our_words(e) for e in refusal.error_list]) from None

    def send_confirmation_mail(
        self, request: HttpRequest, emailconfirmation: Any, signup: bool
    ) -> None:
        """Send the link to an address that is free; the owner of a taken one is told by mail."""
        address = emailconfirmation.email_address
        if User.objects.filter(email__iexact=address.email).exclude(pk=address.user_id).exists():
            self.send_account_already_exists_mail(address.email)
        else:
            super().send_confirmation_mail(request, emailconfirmation, signup)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Return the ways to prove again who one is, in our words."""
        known = super().get_reauthentication_methods(user)
        return [method | {"description": WAYS[method["id"]]} for method in known]

    def send_mail(self, template_prefix: str, email: str, context: Mapping[str, Any]) -> None:
        """Queue our own mail in place of allauth's, in the language of the page."""
        if key := MAILS[template_prefix]:
            self.queue_mail(key, email, context)

    def queue_mail(self, key: str, email: str, context: Mapping[str, Any]) -> None:
        """Queue a mail with what only this request knows; its links are made when it is sent."""
        user, language = context.get("user"), get_language() or settings.LANGUAGE_CODE
        facts = {
            "changed_at": written(clock.now(), language),
            "device": device_of(self.get_http_user_agent(self.request)),
            "old_address": context.get("from_email", ""),
            "new_address": context.get("to_email", ""),
        }
        enqueue(send_account_mail, key, email, language, user.pk if user else None, facts)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: Mapping[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell a user that something about the account was changed."""
        if key := MAILS[template_prefix]:
            self.notify(key, user, context, email)

    def notify(
        self,
        key: str,
        user: User,
        context: Mapping[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Queue one of our own mails to a user, at the present address unless another is given."""
        email = email or EmailAddress.objects.get_primary_email(user)
        if email:
            self.queue_mail(key, email, {"user": user, **(context or {})})


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
        case "password_repeated":
            text = gettext("This password repeats one short word. Choose another one.")
        case "password_breached":
            text = gettext("This password was found in a data leak. Choose another one.")
        case "password_entirely_numeric":
            text = gettext("Choose a password that is not digits alone.")
        case "password_too_similar":
            text = gettext("Choose a password without your name or email address in it.")
        case _:
            return error
    return ValidationError(text, code=error.code)
