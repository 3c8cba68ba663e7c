"""Moments as mails about an account say them."""

from __future__ import annotations

from datetime import datetime

from babel import Locale
from babel.dates import format_date
from django.utils import translation
from django.utils.translation import gettext


def written(at: datetime, language: str) -> str:
    """Return a moment in the reader's language: "12 May 2027 at 14:05 UTC"."""
    locale = Locale.parse({"en": "en-GB"}.get(language, language), sep="-")
    date = format_date(at, format="long", locale=locale)
    with translation.override(language):
        return gettext("%(date)s at %(time)s") % {"date": date, "time": f"{at:%H:%M} UTC"}
