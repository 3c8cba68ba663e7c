"""Lets allauth count where all processes count together.

It takes the default cache, which is that of pages, and has no setting for another one.
"""

from __future__ import annotations

from allauth.core.internal import ratelimit
from allauth.mfa.totp.internal import auth
from django.core.cache import cache as of_pages

from shop.core.rate_limits.store import limits


def join_allauth() -> None:
    """Give allauth the store of limits instead of the cache of pages.

    Raises:
        RuntimeError: this allauth counts elsewhere; limits would hold in one process alone.
    """
    for module in (ratelimit, auth):
        if module.cache not in (of_pages, limits):
            raise RuntimeError(f"{module.__name__} counts in a place that is not known.")
        module.cache = limits
