"""The words of a festival in a language: its title, the line below it, its introduction."""

from __future__ import annotations

from typing import Any, Protocol

from django.conf import settings

from shop.languages import Wording, in_language, lang_mark


class Worded(Protocol):
    """A festival, as its row or as pages know it."""

    texts: dict[str, Any]


def festival_text(festival: Worded, name: str, language: str) -> Wording:
    """Return a text of a festival in a language, else in the shop's own, marked as such."""
    found = (in_language(festival.texts, language) or {}).get(name)
    own = festival.texts.get(settings.LANGUAGE_CODE, {}).get(name) or getattr(festival, name, "")
    return Wording(found or own, lang_mark(found or not own, language))


def festival_title(festival: Worded, language: str) -> str:
    """Return what a festival is called in a language."""
    return festival_text(festival, "title", language).text
