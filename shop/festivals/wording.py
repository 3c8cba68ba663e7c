"""The words of a festival in a language: its title, the line below it, its introduction."""

from __future__ import annotations

from typing import Any, Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from shop.languages import Wording, in_language


class Worded(Protocol):
    """A festival, as its row or as pages know it."""

    texts: dict[str, Any]


def festival_text(festival: Worded, name: str, language: str) -> Wording:
    """Return a text of a festival in a language, else in the shop's own.

    What nobody wrote in a language may still stand among the shop's own words.
    """
    found = (in_language(festival.texts, language) or {}).get(name)
    if found or language == settings.LANGUAGE_CODE:
        return Wording(found or getattr(festival, name, ""))
    own = festival.texts.get(settings.LANGUAGE_CODE, {}).get(name) or getattr(festival, name, "")
    translated = own and _(own)
    return Wording(translated) if translated != own else Wording(own, settings.LANGUAGE_CODE)


def festival_title(festival: Worded, language: str) -> str:
    """Return what a festival is called in a language."""
    return festival_text(festival, "title", language).text
