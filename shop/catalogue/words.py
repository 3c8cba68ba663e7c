"""The names of products, stores and shared words in a language.

Each text falls back by itself: to the words of its store, with their language beside them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import JSONField, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from shop.catalogue.models import Product, Term
from shop.core.languages import Wording, in_language, languages_like, listed

# As columns of statements that ask for other things: no page asks once more for a translation.
TRANSLATED = """(
  SELECT t.words FROM shop_translation t
  WHERE t.{of}_id = {id} AND t.language IN ({language}, {plain})
  ORDER BY length(t.language) DESC LIMIT 1
)"""
TERMS = """(
  SELECT jsonb_object_agg(t.kind || ':' || t.term,
                          coalesce(t.names->>{language}, t.names->>{plain}))
  FROM shop_term t WHERE t.term = ANY({words})
)"""
BY_NAME = {"language": "%(language)s", "plain": "%(plain)s"}  # of a statement with named values
SHARED = (Term.Kind.OPTION, Term.Kind.VALUE)


@dataclass(frozen=True, slots=True)
class ProductTerms:
    """Words of one product in a language: first as its store says them, then as the shop does."""

    language: str
    shared: Mapping[str, str | None] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)

    def called(self, kind: str, word: str) -> Wording:
        """Return the name of a word, or the word itself as its store wrote it."""
        if self.language == settings.LANGUAGE_CODE:
            return Wording(word)
        name = self.own.get(word) or self.shared.get(f"{kind}:{word}")
        if name is None and kind in SHARED:  # sizes and tickets have names in a shop without terms
            name = said if (said := _(word) if word else "") != word else None
        is_said = name is not None or not any(sign.isalpha() for sign in word)
        return Wording(name or word, "" if is_said else settings.LANGUAGE_CODE)

    def all(self, kind: str, words: Iterable[str]) -> Wording:
        """Return words as a list, marked where none of them is known in the language."""
        found = [self.called(kind, word) for word in words if word]
        foreign = found[0].lang if found and all(one.lang for one in found) else ""
        return Wording(listed(one.text for one in found), foreign)

    def label(self, options: Iterable[str]) -> Wording:
        """Return the options of a variant in words."""
        return self.all(Term.Kind.VALUE, options)


def terms_of(
    product: Product, shared: Mapping[str, str | None] | None, language: str
) -> ProductTerms:
    """Return the words of a product in a language.

    Args:
        shared: what a column of ``called_column`` holds.
    """
    return ProductTerms(language, shared or {}, in_language(product.terms, language) or {})


def terms_for(product: Product, words: Collection[str], language: str) -> ProductTerms:
    """Return the words of a product in a language. One statement; none in English."""
    rows: QuerySet[Term] | list[Term] = []
    if words and language != settings.LANGUAGE_CODE:
        rows = Term.objects.filter(term__in=words)
    shared = {f"{row.kind}:{row.term}": in_language(row.names, language) for row in rows}
    return terms_of(product, shared, language)


def translated_column(of: str, language: str) -> RawSQL:
    """Return the long words of each row in a language, by field, as a column; null without any.

    Args:
        of: the table that is asked: product or merchant.
    """
    sql = TRANSLATED.format(of=of, id=f"shop_{of}.id", language="%s", plain="%s")
    return RawSQL(sql, languages_like(language), JSONField())  # noqa: S611 (no words from outside)


def called_column(words: str, language: str) -> RawSQL:
    """Return the names of words in a language as a column, by kind and word.

    Args:
        words: an array of words, as SQL.
    """
    sql = TERMS.format(words=words, language="%s", plain="%s")
    return RawSQL(sql, languages_like(language), JSONField())  # noqa: S611
