"""The check of several web processes, for ``manage.py check --deploy``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


def register_checks() -> None:
    """Let Django's checks of a deployment cover the cache that web processes share."""
    register(missing_redis, Tags.caches, deploy=True)


def missing_redis(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report several web processes without a cache that they share."""
    if settings.WEB_PROCESSES < 2 or settings.REDIS_URL:
        return []
    text = (
        f"{settings.WEB_PROCESSES} web processes share no cache: each builds every page anew and "
        "keeps its own copies, so that an opening costs each of them what it should cost once."
    )
    hint = "Set REDIS_URL to a Redis that all of them reach, or WEB_PROCESSES to 1."
    return [Error(text, hint, id="limiting.E001")]
