"""The choice of a country in forms."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from shop.cart.wording import language
from shop.delivery.names import countries_by_name


class CountrySelect(forms.Select):
    """A list of all countries; its two hundred and fifty options are written once for each choice.

    Django would draw a template for each of them: half the time that the cart's page takes.
    """

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """Return the list with the value chosen."""
        facts = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        options = _options(language(), str(value or "")[:2])
        return format_html("<select{}>{}</select>", flatatt(facts), options)


class CountryField(forms.ChoiceField):
    """A country, in the order of the page's language."""

    widget = CountrySelect

    def __init__(self, **kwargs: Any) -> None:
        """Offer all countries, named when a form is made."""
        super().__init__(choices=lambda: countries_by_name(language()), **kwargs)
        self.widget.attrs["autocomplete"] = "country"


@lru_cache(maxsize=1_000)
def _options(language: str, chosen: str) -> SafeString:
    rows = (
        (code, " selected" if code == chosen else "", name)
        for code, name in countries_by_name(language)
    )
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)
