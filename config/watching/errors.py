"""Errors go to a Sentry where ``SENTRY_DSN`` names one: their place, and nobody's data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured

from config.logs import LINK
from shop.core.occasions import occasion, request_id

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

KEPT = {
    "event_id", "timestamp", "level", "logger", "platform", "release", "environment",
    "server_name", "transaction", "exception", "tags",
}  # fmt: skip


def watch_errors(dsn: str, *, release: str = "") -> None:
    """Send errors to a Sentry from now on.

    Raises:
        ImproperlyConfigured: its package is not installed.
    """
    try:
        import sentry_sdk  # noqa: PLC0415 (most operators have none)
    except ImportError as missing:
        text = "SENTRY_DSN is set: install requirements-watching.lock, or unset it."
        raise ImproperlyConfigured(text) from missing
    sentry_sdk.init(
        dsn, release=release or None, before_send=nameless, send_default_pii=False,
        include_local_variables=False, max_breadcrumbs=0, max_request_body_size="never",
        auto_session_tracking=False,
    )  # fmt: skip


def nameless(event: Event, _hint: Hint) -> Event:
    """Keep of an error its kind, its place and the ids; what it says is masked, the rest left out.

    A message may quote what somebody typed: of it the first line stays, without addresses of mail
    and links.
    """
    found: dict[str, Any] = {name: event[name] for name in KEPT & event.keys()}  # type: ignore[literal-required]
    for one in found.get("exception", {}).get("values", ()):
        one["value"] = masked(str(one.get("value", "")))
    found["tags"] = {"request": request_id(), "task": occasion()}
    return found  # type: ignore[return-value]


def masked(text: str) -> str:
    """Return the first line of a message without what would name somebody."""
    first = LINK.sub(r"\1...", text.partition("\n")[0])[:300]
    return " ".join("..." if "@" in word else word for word in first.split())
