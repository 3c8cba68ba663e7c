"""The words of a product on its page: each in the visitor's language as far as it has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shop.catalogue.fields.table import FIELDS, NAMED, TRANSLATED
from shop.catalogue.models import Product
from shop.catalogue.words import ProductTerms, terms_of
from shop.core.languages import Wording, lang_mark

NAMED_WORDS = " || ".join(FIELDS[name].type.words_sql(f"shop_product.{name}") for name in NAMED)
# Everything of a product that may have a name which others share.
WORDS = f"""(
  shop_product.option_names::text[] || {NAMED_WORDS} || ARRAY(
    SELECT DISTINCT unnest(v.options)::text FROM shop_variant v
    WHERE v.product_id = shop_product.id)
)"""  # noqa: S608 (constants only)


@dataclass(frozen=True, slots=True)
class ProductWords:
    """The product's own words on its page: its title, and all others by the names of fields."""

    title: Wording
    said: Mapping[str, Wording]
    terms: ProductTerms

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """Return the description by paragraphs."""
        return tuple(part for part in self.said["description"].text.split("\n") if part.strip())

    def of_field(self, name: str, value: Any) -> Wording | None:
        """Return the value of a field if somebody translates it, its store or organizers."""
        if kind := NAMED.get(name):
            return self.terms.all(kind, FIELDS[name].type.words(value))
        return self.said.get(name)


def product_words(
    product: Product,
    translated: Mapping[str, str] | None,
    shared: Mapping[str, str] | None,
    language: str,
) -> ProductWords:
    """Return the words of a product in a language.

    Args:
        translated: its long words in it, by field.
        shared: what its words are called that other products share.
    """
    return ProductWords(
        title=product.named(language),
        said={name: _said(translated, name, product, language) for name in TRANSLATED},
        terms=terms_of(product, shared, language),
    )


def _said(
    translated: Mapping[str, str] | None, name: str, product: Product, language: str
) -> Wording:
    text, original = (translated or {}).get(name), getattr(product, name)
    return Wording(text or original, lang_mark(text or not original, language))
