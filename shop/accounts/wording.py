"""Moments as mails about an account say them."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_date
from django.utils import translation
from django.utils.translation import gettext

from shop.languages import locale_of


def written(at: datetime, language: str) -> str:
    """Return a moment in the reader's language: "12 May 2027 at 14:05 UTC"."""
    date = format_date(at, format="long", locale=locale_of(language))
    with translation.override(language):
        return gettext("%(date)s at %(time)s") % {"date": date, "time": f"{at:%H:%M} UTC"}
