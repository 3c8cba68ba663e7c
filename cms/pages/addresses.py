"""Where pages are: the English tree gives the path, the language stands before it."""

from __future__ import annotations

import re

from django.conf import settings

# Places of the shop that know no language.
WITHOUT_LANGUAGE = re.compile(
    r"/(?:{}|organize|merchant|mail|media|static|health|webhooks)(?:/|$)".format(
        "|".join(code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE)
    )
)


def address(url_path: str, language: str) -> str:
    """Return the address of a page in a language.

    Args:
        url_path: Wagtail's, which begins with the slug of the language's home page.
    """
    return localized("/" + url_path.lstrip("/").partition("/")[2], language)


def localized(place: str, language: str) -> str:
    """Return an address of the shop in a language; any other address as it is."""
    is_own = place.startswith("/") and not place.startswith("//")
    if not is_own or language == settings.LANGUAGE_CODE or WITHOUT_LANGUAGE.match(place):
        return place
    return f"/{language}{place}"


def is_safe(place: str) -> bool:
    """Tell whether a link leads into the shop or over https elsewhere; never to a script."""
    is_own = place.startswith("/") and not place.startswith(("//", "/\\"))
    return is_own or place.startswith("https://")
