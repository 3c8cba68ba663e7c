"""The choice of a country in forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString

from shop.catalogue.delivery.names import codes, countries_by_name
from shop.orders.cart.formats import language
from shop.storefront.listing.options import country_options


class CountrySelect(forms.Select):
    """A list of countries: those in ``offered``, or all; the chosen one always stands in it.

    Django would draw a template for each of them: half the time that the cart's page takes.
    """

    offered: frozenset[str] | None = None

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """Return the list with the value chosen."""
        facts = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        options = country_options(self.offered, language(), str(value or "")[:2])
        return format_html("<select{}>{}</select>", flatatt(facts), options)


class CountryField(forms.ChoiceField):
    """A country, in the order of the page's language.

    Any country is taken, so that one that is not served is refused with its own sentence.
    """

    widget = CountrySelect

    def __init__(self, **kwargs: Any) -> None:
        """Take all countries, named when a form is made."""
        super().__init__(choices=lambda: countries_by_name(language()), **kwargs)
        self.widget.attrs["autocomplete"] = "country"

    def valid_value(self, value: Any) -> bool:
        """Tell whether a value is the code of a country."""
        return value in codes()

    def offer(self, offered: frozenset[str]) -> None:
        """Show only these countries, and the chosen one."""
        self.widget.offered = offered
