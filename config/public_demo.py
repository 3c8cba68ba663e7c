"""What a public demonstration must be: ``manage.py check`` refuses each thing with a sentence."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, InterfaceError

from shop.core.demonstration.resets import is_public
from shop.people.accounts.models import User

SHORTEST, LONGEST = 10, 24 * 60  # minutes

type Rule = tuple[int, Callable[[], bool], str, str]

RULES: tuple[Rule, ...] = (
    (1, lambda: not settings.DEMO, "DEMO_RESETS is set without DEMO: it would delete a real shop.",
     "Unset DEMO_RESETS, or set DEMO=1 in a demonstration."),
    (2, lambda: not SHORTEST <= settings.DEMO_RESETS <= LONGEST,
     f"DEMO_RESETS is not between {SHORTEST} and {LONGEST} minutes.", "Set it to 60."),
    (3, lambda: not settings.STRIPE_BASE_URL,
     "A public demonstration takes payments in the sandbox alone.",
     "Set STRIPE_BASE_URL to the sandbox, as make demo does."),
    (4, lambda: "outbox" not in settings.MAILERS["default"]["BACKEND"]
     or bool(os.environ.get("EMAIL_HOST")),
     "A mail server is named: strangers could send mail to anybody.", "Unset EMAIL_HOST."),
    (5, lambda: bool(settings.PICTURE_NETWORKS),
     "PICTURE_NETWORKS opens networks of your own to what strangers write.", "Unset it."),
    (6, lambda: bool(settings.SENTRY_DSN),
     "Errors that strangers cause would be sent to your Sentry.", "Unset SENTRY_DSN."),
    (7, lambda: settings.HTTPS and not settings.TRUSTED_PROXIES,
     "No proxy is trusted: all visitors share one address, and its limits.",
     "Set TRUSTED_PROXIES to the proxy's address, like 127.0.0.1."),
)  # fmt: skip


def register_checks() -> None:
    """Let Django's checks cover a public demonstration; they say nothing anywhere else."""
    register(wrong_demonstration, Tags.security)
    register(superusers, Tags.database)


def wrong_demonstration(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report what a demonstration for strangers must not have."""
    if not settings.DEMO_RESETS:
        return []
    return [
        Error(text, hint, id=f"demonstration.E{number:03}")
        for number, is_wrong, text, hint in RULES
        if is_wrong()
    ]


def superusers(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Report people who may do everything, where everybody may sign in."""
    if not is_public() or not databases:
        return []
    try:
        names = list(User.objects.filter(is_superuser=True).values_list("email", flat=True)[:5])
    except (DatabaseError, InterfaceError):
        return []  # no tables yet
    if not names:
        return []
    text = f"There are superusers in a public demonstration: {', '.join(names)}."
    return [Error(text, "Delete them.", id="demonstration.E020")]
