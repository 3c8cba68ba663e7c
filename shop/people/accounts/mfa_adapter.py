"""Our changes to allauth's second steps: our words, our address, our pictures."""

from __future__ import annotations

from urllib.parse import urlsplit

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from qrcode import make
from qrcode.image.svg import SvgPathFillImage

from shop.core.networks import is_loopback
from shop.people.accounts.devices.agents import device_of
from shop.people.accounts.models import User


class MFAAdapter(DefaultMFAAdapter):
    """Two-step sign-in."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "add_email_blocked": _("Turn off two-step sign-in first."),
        "incorrect_code": _("The code is not right or is too old. Enter the newest one."),
        "unverified_email": _("Confirm your email address first."),
    }

    def build_totp_svg(self, url: str) -> str:
        """Return the picture to scan, on white: by night the page behind it is dark."""
        return make(url, image_factory=SvgPathFillImage).to_string(encoding="unicode")

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002
        """Return the name of a new passkey until its owner changes it: the device."""
        return device_of(context.request.headers.get("User-Agent", ""))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return for whom passkeys are made: the shop at its own address, whoever asked where."""
        return {"id": passkey_host(), "name": settings.SITE_NAME}


def passkey_host() -> str:
    """Return the host that passkeys belong to. Browsers take names only, never numbers."""
    host = urlsplit(settings.SITE_URL).hostname or ""
    return "localhost" if is_loopback(host) else host


def passkeys_elsewhere(request: HttpRequest) -> str:
    """Return where this page is found with passkeys; nothing if they work where it was asked."""
    asked = urlsplit(f"//{request.get_host()}").hostname or ""
    host = passkey_host()
    if asked == host or asked.endswith(f".{host}"):
        return ""
    own = urlsplit(settings.SITE_URL)
    port = f":{own.port}" if own.port else ""
    return f"{own.scheme}://{host}{port}{request.path}"
