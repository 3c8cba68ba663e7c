"""The words of products and stores in other languages than those of their stores."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from shop.catalogue.fields.table import TRANSLATED
from shop.catalogue.models import Product, Term, Translation
from shop.core.languages import in_language
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant

OF_PRODUCTS = TRANSLATED
OF_STORES = ("tagline", "story")
AT_FIRST = ("summary", "description", "meeting_point", *OF_STORES)

type Subject = Product | Merchant
type Texts = Mapping[str, Mapping[str, str]]
"""By language code, then by the name of the field."""


def fields_of(subject: Subject) -> tuple[str, ...]:
    """Return the fields that are translated, in the order in which they are shown."""
    return OF_PRODUCTS if isinstance(subject, Product) else OF_STORES


def rows_of(subject: Subject) -> dict[str, Translation]:
    """Return the translations of a product's or a store's words by language."""
    return {row.language: row for row in subject.translations.all()}


def words_in(subject: Subject) -> dict[str, dict[str, str]]:
    """Return the translated words of a product or a store by language and field."""
    return {language: row.words for language, row in rows_of(subject).items()}


def digest(subject: Subject) -> str:
    """Return a digest of the words that translations are made from."""
    words = {name: getattr(subject, name) for name in fields_of(subject)}
    # A field that is declared later changes no digest as long as it is empty.
    told = [text for name, text in words.items() if text or name in AT_FIRST]
    return sha256("\0".join(told).encode()).hexdigest()[:16]


def is_behind(row: Translation, subject: Subject) -> bool:
    """Tell whether the words that a translation was made from have changed since."""
    return row.of != digest(subject)


@transaction.atomic
def write(
    subject: Subject, texts: Texts, *, at: datetime, by: User | None = None, is_read: bool = True
) -> list[str]:
    """Put the words of some languages in the place of those that are there.

    A language without any words loses its row; one that is not named keeps what it has. Pages
    that show the words are told by the caller.

    Args:
        is_read: whether somebody who speaks the language has read them.

    Returns:
        The languages whose words changed.
    """
    known = rows_of(subject)
    changed = []
    for language, words in texts.items():
        kept = {name: words[name] for name in fields_of(subject) if words.get(name)}
        if kept:
            facts = {"words": kept, "is_read": is_read, "of": digest(subject)}
            if _says(known.get(language), facts):
                continue
            facts |= {"changed_at": at, "by": by}
            subject.translations.update_or_create(language=language, defaults=facts)
        elif language in known:
            known[language].delete()
        else:
            continue
        changed.append(language)
    return changed


def clear(subject: Subject) -> None:
    """Take away a product's or a store's words in all languages."""
    subject.translations.all().delete()


def term_names(kind: str, words: Collection[str]) -> dict[str, dict[str, str]]:
    """Return the names of words that many products share, by word and language code."""
    rows = Term.objects.filter(kind=kind, term__in=words)
    return dict(rows.values_list("term", "names"))


def shared_names(words: Collection[str], language: str) -> dict[str, str]:
    """Return the shop's names of words in a language, by word. One statement, also for no words."""
    rows = Term.objects.filter(term__in=[*words, ""]).order_by("-pk")
    return {row.term: name for row in rows if (name := in_language(row.names, language))}


def _says(row: Translation | None, facts: Mapping[str, Any]) -> bool:
    return row is not None and all(getattr(row, name) == facts[name] for name in facts)
