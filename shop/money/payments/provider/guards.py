"""Keeps the sandbox out of production and production out of the sandbox."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from shop.core.networks import is_loopback

SANDBOX_KEY = "sk_test_sandbox"
SANDBOX_SECRET = "whsec_sandbox"  # noqa: S105 (published on purpose, and refused elsewhere)


def refuse_dangerous_settings() -> None:
    """Stop the process when its payment settings could mark orders paid without money.

    Raises:
        ImproperlyConfigured: naming the setting and what to do.
    """
    if found := dangers():
        raise ImproperlyConfigured(" ".join(found))


def dangers() -> list[str]:
    """List the dangers of the payment settings in plain words; empty when all is well."""
    base, key = settings.STRIPE_BASE_URL, settings.STRIPE_SECRET_KEY
    found = _of_showing_all()
    if base:
        found += _of_the_base(base)
        if key and not key.startswith(SANDBOX_KEY):
            found.append(
                "STRIPE_BASE_URL is set, so STRIPE_SECRET_KEY must be a sandbox key "
                f"({SANDBOX_KEY}...), never one of Stripe's."
            )
    else:
        if key.startswith(SANDBOX_KEY):
            found.append("STRIPE_SECRET_KEY is a sandbox key but STRIPE_BASE_URL is not set.")
        for name in ("STRIPE_WEBHOOK_SECRETS", "STRIPE_THIN_WEBHOOK_SECRETS"):
            if any(secret.startswith(SANDBOX_SECRET) for secret in getattr(settings, name)):
                found.append(f"{name} holds the sandbox's secret: anybody knows it.")
    return found


def _of_showing_all() -> list[str]:
    """Say that real money and a shop which shows its mail to everybody do not go together."""
    on = [name for name in ("DEMO", "DEBUG") if getattr(settings, name)]
    if not on or not is_live():
        return []
    why = f"STRIPE_SECRET_KEY is a live key, and {on[0]} is on: mail is kept and shown, not sent."
    return [f"{why} Unset {on[0]}, or use a key of Stripe's test mode."]


def _of_the_base(base: str) -> list[str]:
    found = []
    if not _is_loopback(base):
        found.append("STRIPE_BASE_URL must be http:// on a loopback address; unset it for Stripe.")
    if not (settings.DEBUG or settings.PAYMENTS_SANDBOX):
        found.append(
            "STRIPE_BASE_URL points to the sandbox: set PAYMENTS_SANDBOX=1 in a demonstration, "
            "and never in production."
        )
    return found


def _is_loopback(base: str) -> bool:
    try:
        parts = urlsplit(base)
    except ValueError:
        return False
    # In http://127.0.0.1@evil.example the loopback address is only a user's name.
    return parts.scheme == "http" and is_loopback(parts.hostname or "") and "@" not in parts.netloc


def is_live() -> bool:
    """Tell whether real money moves with the present key."""
    return settings.STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))
