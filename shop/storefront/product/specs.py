"""The lines of a product's details: material, origin, weight, how long an experience lasts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from babel.units import format_unit
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from shop.catalogue.experiences import tongues
from shop.catalogue.fields.table import FIELDS
from shop.catalogue.models import Product
from shop.catalogue.returns import rule_of
from shop.core.languages import Wording, locale_of
from shop.storefront.product.words import ProductWords

KILOGRAM = 1_000  # grams
HOUR = 60  # minutes


@dataclass(frozen=True, slots=True)
class Spec:
    """A line of the details; ``lang`` marks a value that is not in the page's language."""

    name: str
    value: str
    lang: str = ""


def details(
    product: Product, words: ProductWords, weight_g: int, language: str
) -> tuple[Spec, ...]:
    """Return the known facts of a product, without lines for the unknown ones.

    Args:
        words: what its fields say in the language.
        weight_g: packed, of the variant that the page shows.
    """
    facts = (
        *_declared(product, words, language),
        Spec(_("Weight"), _weight(weight_g, language) if weight_g else ""),
        Spec(_("Customs code"), product.hs_code),
        Spec(_("Duration"), duration(product.duration_minutes or 0)),
        Spec(_("Guided in"), tongues(product.guided_in, language)),
        Spec(_("Age"), _youngest(product.guests_from)),
        Spec(*rule_of(product)),
    )
    return tuple(fact for fact in facts if fact.value)


def _declared(product: Product, words: ProductWords, language: str) -> Iterator[Spec]:
    """Yield a line for each field that has one in the table."""
    for name, row in FIELDS.items():
        if row.page is not None:
            value = getattr(product, name)
            said = words.of_field(name, value) or Wording(row.type.in_words(value, language))
            yield Spec(row.label_of(product, row.page), said.text, said.lang)


def _youngest(years: int) -> str:
    text = ngettext("from %(count)d year", "from %(count)d years", years)
    return text % {"count": years} if years else ""


def _weight(grams: int, language: str) -> str:
    locale = locale_of(language)
    if grams < KILOGRAM:
        return format_unit(grams, "mass-gram", length="short", locale=locale)
    kilograms = round(grams / KILOGRAM, 2)
    return format_unit(kilograms, "mass-kilogram", length="short", locale=locale)


def duration(minutes: int) -> str:
    """Return a length of time in words: 4 hours, or 1 hour 30 minutes."""
    hours, rest = divmod(minutes, HOUR)
    parts = []
    if hours:
        text = npgettext("length", "%(count)d hour", "%(count)d hours", hours)
        parts.append(text % {"count": hours})
    if rest:
        text = npgettext("length", "%(count)d minute", "%(count)d minutes", rest)
        parts.append(text % {"count": rest})
    if len(parts) < 2:
        return "".join(parts)
    return _("%(hours)s %(minutes)s") % dict(zip(("hours", "minutes"), parts, strict=True))
