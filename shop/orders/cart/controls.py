"""Controls of forms that are written without a template each: it would cost more than its field.

They are what Django's own templates write, letter for letter.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from shop.storefront.listing.options import options


class PlainInput(forms.TextInput):
    """A field of one line."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """Return the field with its value."""
        facts: dict[str, Any] = {"type": self.input_type, "name": name}
        if (text := self.format_value(value)) is not None:
            facts["value"] = text
        return format_html("<input{}>", _written(facts | self.build_attrs(self.attrs, attrs)))


class PlainEmail(PlainInput):
    """A field for a mail address."""

    input_type = "email"


class PlainSelect(forms.Select):
    """A list of texts to choose one of, with nothing chosen beforehand."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """Return the list with the value chosen."""
        facts = {"name": name} | self.build_attrs(self.attrs, attrs)
        return format_html(
            "<select{}>{}</select>", _written(facts), options(self.choices, str(value or ""))
        )


def _written(facts: dict[str, Any]) -> SafeString:
    """Return attributes in their order: true ones without a value, false ones left out."""
    told = (
        f" {name}" if value is True else f' {name}="{conditional_escape(value)}"'
        for name, value in facts.items()
        if value is not False
    )
    return mark_safe("".join(told))  # noqa: S308 (every value is escaped)
