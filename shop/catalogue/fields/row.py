"""What the table of fields says of each field of a product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

from shop.catalogue.fields.field_types import FieldType
from shop.catalogue.models import Product

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NOTHING: Mapping[str, str] = MappingProxyType({})
NO_HEADINGS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


class FormSection(Enum):
    """Where the store's form asks for a field. Only experiences have those of an experience."""

    WORDS = "words"
    CLOTHES = "clothes"
    SENDING = "sending"
    EXPERIENCE = "experience"
    ELSEWHERE = "elsewhere"
    """The template names the field."""


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line among the details on the product page, and what it is called if not by its label."""

    label: StrOrPromise = ""
    of_experience: StrOrPromise = ""


@dataclass(frozen=True, slots=True)
class OrganizerLine:
    """A line where organizers read a product.

    Args:
        label: in English, where it is not the field's own.
        of_experience: the same of an experience.
        text: with ``{}`` for the value.
        is_missed: a dash is shown where the field is empty.
        is_listed: the product's entry in the list of all products has it as well.
    """

    label: str = ""
    of_experience: str = ""
    text: str = "{}"
    is_missed: bool = False
    is_listed: bool = True


@dataclass(frozen=True, slots=True)
class SpreadsheetColumn:
    """A column of spreadsheets.

    Args:
        heading: in our own spreadsheets; translations are in columns like ``heading_fr``.
        example: a cell of the spreadsheet that a store without products downloads.
        guesses: what stores call the column in any language, in small letters, divided by ``|``.
        elsewhere: headings of other systems in small letters, by format.
        shopify: the heading that our export for Shopify writes, which is read as well.
    """

    heading: str
    example: str = ""
    guesses: str = ""
    elsewhere: Mapping[str, tuple[str, ...]] = NO_HEADINGS
    shopify: str = ""


@dataclass(frozen=True, slots=True)
class ProductField:
    """A field of a product. Its store writes it; each part below says who reads it.

    Args:
        label: in forms, comparisons and spreadsheets' columns.
        of_experience: the label for an experience, where it differs.
        help_text: one sentence: the format, and an example.
        missing: what the form says when the field is empty; without it the field is optional.
        place: where the store's form asks for it.
        is_moderated: a reviewer looks at a change of an approved product first.
        is_translated: the store writes it in each language.
        terms: the kind of shared words that its values are, which organizers translate.
        page: its line among the details on the product page.
        organizers: its line where organizers read products.
        column: of spreadsheets, out and in.
        feeds: its keys in feeds, by the channel's code.
    """

    type: FieldType
    label: StrOrPromise
    of_experience: StrOrPromise = ""
    help_text: StrOrPromise = ""
    missing: StrOrPromise = ""
    place: FormSection = FormSection.WORDS
    is_moderated: bool = True
    is_translated: bool = False
    terms: str = ""
    page: PageLine | None = None
    organizers: OrganizerLine | None = OrganizerLine()
    column: SpreadsheetColumn | None = None
    feeds: Mapping[str, str] = NOTHING

    def label_of(self, product: Product, line: PageLine | OrganizerLine | None = None) -> str:
        """Return what it is called of a product, in a line or everywhere else."""
        is_experience = product.kind == Product.Kind.EXPERIENCE
        names = [line.of_experience if is_experience else "", line.label] if line else []
        names += [self.of_experience if is_experience else "", self.label]
        return str(next(filter(None, names)))
