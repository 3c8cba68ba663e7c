"""The types of a product's fields: how a value is typed, kept in a spreadsheet and read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import get_language

from shop.catalogue.delivery.names import countries_by_name, country_name
from shop.catalogue.experiences import CANCEL_CHOICES, ahead, tongue_choices, tongues
from shop.core.forms.fields import HsCodeField, LineField, ListField, ProseField
from shop.core.languages import listed

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class FieldType:
    """A type of values; each class below is one."""

    def form_field(self, **options: Any) -> forms.Field:
        """Return the field of a form.

        Args:
            options: its label, its help text, whether it is required and what it says then.
        """
        raise NotImplementedError

    def cell(self, value: Any) -> str:
        """Return a value as spreadsheets and feeds hold it."""
        return "" if value is None else str(value)

    def in_words(self, value: Any, _language: str) -> str:
        """Return a value as people read it."""
        return self.cell(value)

    def words(self, value: Any) -> Sequence[str]:
        """Return the words of a value that products share."""
        return [self.cell(value)]

    def words_sql(self, column: str) -> str:
        """Return the same as an array in SQL."""
        return f"ARRAY[{column}::text]"


@dataclass(frozen=True, slots=True)
class Line(FieldType):
    """One line of words."""

    longest: int

    def form_field(self, **options: Any) -> forms.Field:
        """Return a field of one line."""
        return LineField(max_length=self.longest, **options)


@dataclass(frozen=True, slots=True)
class Prose(FieldType):
    """Words with lines and paragraphs."""

    longest: int
    rows: int = 6

    def form_field(self, **options: Any) -> forms.Field:
        """Return a field of several lines."""
        widget = forms.Textarea(attrs={"rows": self.rows})
        return ProseField(max_length=self.longest, widget=widget, **options)


@dataclass(frozen=True, slots=True)
class WordList(FieldType):
    """Words or short names, each once.

    Args:
        most: how many.
        longest: letters of each.
        typed: letters of all of them together, as they are typed.
    """

    most: int
    longest: int
    typed: int

    def form_field(self, **options: Any) -> forms.Field:
        """Return a field of words divided by commas."""
        return ListField(
            most=self.most, longest=self.longest, max_length=self.typed, **options
        )  # fmt: skip

    def cell(self, value: Sequence[str]) -> str:
        """Return words divided by semicolons; a comma in the only one is no divider either."""
        return "; ".join(value) + (";" if len(value) == 1 and "," in value[0] else "")

    def in_words(self, value: Sequence[str], _language: str) -> str:
        """Return the words with the commas of the language."""
        return listed(value)

    def words(self, value: Sequence[str]) -> Sequence[str]:
        """Return the words."""
        return value

    def words_sql(self, column: str) -> str:
        """Return them as an array in SQL."""
        return f"{column}::text[]"


@dataclass(frozen=True, slots=True)
class CountryType(FieldType):
    """A country, by its two letters."""

    def form_field(self, **options: Any) -> forms.Field:
        """Return a choice of all countries."""
        countries = countries_by_name(get_language() or "en")
        return forms.ChoiceField(choices=[("", "–"), *countries], **options)

    def in_words(self, value: str, language: str) -> str:
        """Return the name of the country."""
        return country_name(value, language) if value else ""


@dataclass(frozen=True, slots=True)
class CustomsCode(FieldType):
    """A code of the Harmonized System: dddd.dd."""

    def form_field(self, **options: Any) -> forms.Field:
        """Return a field of one code, however it is divided."""
        return HsCodeField(max_length=14, **options)


@dataclass(frozen=True, slots=True)
class ChoiceType(FieldType):
    """One of a few codes.

    Args:
        names: what people read, by code.
        spellings: what spreadsheets write in any language, by code, divided by ``|``.
    """

    names: Mapping[str, StrOrPromise]
    spellings: Mapping[str, str]

    def form_field(self, **options: Any) -> forms.Field:
        """Return a choice of the names."""
        return forms.ChoiceField(choices=[("", "–"), *self.names.items()], **options)

    def in_words(self, value: str, _language: str) -> str:
        """Return the name of the code."""
        return str(self.names.get(value, ""))


@dataclass(frozen=True, slots=True)
class NumberType(FieldType):
    """A whole number."""

    least: int
    most: int

    def form_field(self, **options: Any) -> forms.Field:
        """Return a field of a number."""
        return forms.IntegerField(min_value=self.least, max_value=self.most, **options)


@dataclass(frozen=True, slots=True)
class Tongues(FieldType):
    """Languages that somebody speaks, by their codes."""

    def form_field(self, **options: Any) -> forms.Field:
        """Return a choice of several languages."""
        widget = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(choices=tongue_choices(), widget=widget, **options)

    def in_words(self, value: Sequence[str], language: str) -> str:
        """Return the names of the languages."""
        return tongues(value, language)


@dataclass(frozen=True, slots=True)
class HoursAhead(FieldType):
    """Hours before an experience begins."""

    def form_field(self, **options: Any) -> forms.Field:
        """Return a choice of a few times."""
        choices = [(hours, ahead(hours)) for hours in CANCEL_CHOICES]
        return forms.TypedChoiceField(choices=choices, coerce=int, **options)
