"""What only experiences have: the languages in which guests are led, and until when they cancel."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import get_language, ngettext

from shop.core.languages import listed, locale_of, order_key

# Those of the shop, and others that hosts and visitors of Africa speak (ISO 639-1).
TONGUES = (
    "en", "fr", "zh", "ar", "sw", "pt", "af", "am", "de", "es", "ha", "hi", "ig", "it", "ja", "ko",
    "ln", "mg", "ny", "om", "ru", "rw", "sn", "so", "st", "ti", "tn", "tr", "wo", "xh", "yo", "zu",
)  # fmt: skip
CANCEL_CHOICES = (24, 48, 72, 168)
"""Hours before the beginning, of which a host takes one: a day, two, three, a week."""


def tongue_name(code: str, language: str) -> str:
    """Return the name of a language in another one; its code where nobody knows it."""
    names = locale_of(language).languages
    name = names.get(code, code)
    return name[:1].upper() + name[1:]


def tongues(codes: Iterable[str], language: str) -> str:
    """Return the names of languages as a list, in the order that a host gave them."""
    return listed(tongue_name(code, language) for code in codes)


def tongue_choices() -> list[tuple[str, str]]:
    """Return the languages to choose from, in the language of the page, as it sorts them."""
    language = get_language() or settings.LANGUAGE_CODE
    named = [(code, tongue_name(code, language)) for code in TONGUES]
    return sorted(named, key=lambda pair: order_key(pair[1], language))


def ahead(hours: int) -> str:
    """Say how long before a date something is."""
    text = ngettext("%(count)d hour before it begins", "%(count)d hours before it begins", hours)
    return text % {"count": hours}
