"""Moments as mails about an account say them."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import translation

from shop.core import dates


def written(at: datetime, language: str) -> str:
    """Return a moment in the reader's language: "12 May 2027 at 17:05 (East Africa Time)"."""
    with translation.override(language):
        return dates.moment(at, settings.SHOP_ZONE, language, has_year=True)
