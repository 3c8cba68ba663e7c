"""Mail about accounts. Its links are made when it is sent: neither queue nor backups keep one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from urllib.parse import quote

from allauth.account import app_settings
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django_tasks_db.models import DBTaskResult

from shop.core import clock
from shop.core.mail.notifications import Mail, notification
from shop.people.accounts.models import User
from shop.people.accounts.moments import written


@notification(
    "account-exists",
    "address-changed",
    "mfa-codes",
    "mfa-off",
    "mfa-on",
    "no-account",
    "passkey-added",
    "passkey-removed",
    "password-changed",
    "password-reset",
    "verify-email",
    promises={
        "Forgotten the password? Choose a new one": "account_reset_password",
        "Sign in": "account_login",
        "answer this mail at once": "",
        "Keep the recovery codes that you were shown": "mfa_view_recovery_codes",
        "the link in your receipt opens your order": "order",
        "Open an account": "account_signup",
        "take your account back here at once": "account_reset_password",
        "Here you can choose a new password": "account_reset_password_from_key",
        "After that you can claim vouchers": "account_confirm_email",
    },
)
def send_account_mail(
    key: str, to: str, language: str, user_id: int | None, facts: dict[str, str]
) -> Mail | None:
    """Send a mail about an account; nothing if it is closed, or there is nothing to confirm."""
    user = User.objects.filter(pk=user_id).first() if user_id else None
    if user_id and not (user and user.is_active):
        return None
    with translation.override(language):
        links = {
            "sign_up_link": _address("account_signup"),
            "sign_in_link": _address("account_login"),
            "recover_link": _address("account_reset_password"),
        }
        if user and key == "verify-email":
            waiting = user.emailaddress_set.filter(email__iexact=to, verified=False).first()
            if waiting is None:
                return None
            links |= _confirmation(waiting, language)
        elif user and key == "password-reset":
            links |= _reset(user, language)
    name = {"name": user.name if user else ""}
    return Mail(to, language, name | links | facts, key)


def forget_mail(user: User | None, addresses: Collection[str]) -> None:
    """Delete what the queue knows of a person's addresses."""
    tasks = DBTaskResult.objects.filter(task_path=send_account_mail.module_path)
    tasks.filter(args_kwargs__args__1__in=list(addresses)).delete()
    if user:
        tasks.filter(args_kwargs__args__3=user.pk).delete()


def _confirmation(address: EmailAddress, language: str) -> dict[str, str]:
    lasts = timedelta(days=app_settings.EMAIL_CONFIRMATION_EXPIRE_DAYS)
    return {
        "confirm_link": _address("account_confirm_email", EmailConfirmationHMAC(address).key),
        "expires_at": written(clock.now() + lasts, language),
    }


def _reset(user: User, language: str) -> dict[str, str]:
    lasts = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    key = quote(f"{user_pk_to_url_str(user)}-{token}")
    link = _address("account_reset_password_from_key", "UID", "KEY").replace("UID-KEY", key)
    return {"reset_link": link, "expires_at": written(clock.now() + lasts, language)}


def _address(name: str, *args: str) -> str:
    """Return a link of a mail. The Host header, which anybody writes, has no say in it."""
    return settings.SITE_URL + reverse(name, args=args)
