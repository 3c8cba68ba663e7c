"""Texts typed in other languages: a field for each, in its own direction of writing."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings

from shop.core.forms.visible_text import seen_only
from shop.core.languages import locale_of

# In languages written from the right these hold sums together.
MARKS = "\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}"


class TranslationField(forms.CharField):
    """Plain words of one language; blanks that keep words together stay as they were typed."""

    def __init__(self, *, code: str, lines: int = 0, **facts: Any) -> None:
        marks = {"lang": code, "dir": locale_of(code).text_direction}
        widget = forms.Textarea(marks | {"rows": lines}) if lines else forms.TextInput(marks)
        self.has_lines = bool(lines)
        super().__init__(widget=widget, required=facts.pop("required", False), **facts)

    def to_python(self, value: Any) -> str:
        """Return the words with single blanks between them, and lines where there may be some."""
        text = (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")
        text = seen_only(text, keep=f"{MARKS}\t\n\x00")
        blanks = r"[ \t]+" if self.has_lines else r"[ \t\n]+"
        return re.sub(blanks, " ", text).strip(" \n")


def other_languages() -> list[tuple[str, str]]:
    """Return the languages of the shop but its own, with the names that people give them."""
    return [(code, name) for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
