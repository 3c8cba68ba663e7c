"""A store's words in another language; approved ones change only after another review."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from shop.catalogue import translations
from shop.catalogue.fields.row import FormSection
from shop.catalogue.fields.table import FIELDS, NAMED
from shop.catalogue.models import Product, Translation
from shop.core.languages import in_language, translated
from shop.festivals.changelog import log
from shop.festivals.prices.spans import mark_change
from shop.merchant.moderation.contents import pending_change_of
from shop.merchant.moderation.models import PendingChange
from shop.merchant.moderation.write import keep_words, lock, refuse_under_review
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.storefront.listings.edit import refuse_conflict
from shop.storefront.listings.refresh import refresh

READ, TERMS = "is_read", "terms"

type Subject = Product | Merchant


def names_of(subject: Subject) -> tuple[str, ...]:
    """Return the fields that a store says in other languages, in the order of the form."""
    fields = translations.fields_of(subject)
    if not isinstance(subject, Product):
        return fields
    is_experience = subject.kind == Product.Kind.EXPERIENCE
    own = (name for name in fields if is_experience or FIELDS[name].place != FormSection.EXPERIENCE)
    return ("title", *own)


def words_used(subject: Subject) -> list[str]:
    """Return the short words of a product that shoppers choose between or read: colours, materials.

    One statement; none for a store.
    """
    if not isinstance(subject, Product):
        return []
    labels = subject.variants.filter(is_active=True).order_by("options").distinct()
    options = [word for label in labels.values_list("options", flat=True) for word in label]
    named = [word for name in NAMED for word in FIELDS[name].type.words(getattr(subject, name))]
    found = dict.fromkeys([*subject.option_names, *options, *named])
    return [word for word in found if any(sign.isalpha() for sign in word)]


def public_words(subject: Subject, language: str) -> dict[str, Any]:
    """Return the public words in a language, and whether a native speaker has read them."""
    row = in_language(translations.rows_of(subject), language) or Translation()
    found = {name: row.words.get(name, "") for name in names_of(subject)}
    if isinstance(subject, Product):
        found["title"] = in_language(subject.titles, language) or ""
        found[TERMS] = in_language(subject.terms, language) or {}
    return found | {READ: row.is_read}


def wanted_words(
    subject: Subject, language: str, pending_change: PendingChange | None
) -> dict[str, Any]:
    """Return the store's words in a language: the proposed ones, else the public ones."""
    proposed = pending_change.texts.get(language) if pending_change else None
    return proposed or public_words(subject, language)


@transaction.atomic
def save_words(
    subject: Subject,
    language: str,
    told: Mapping[str, Any],
    *,
    version: int,
    at: datetime,
    by: User,
) -> bool:
    """Save a store's words in a language; those of approved content wait for review.

    Args:
        version: id of the newest edit that the form knew; 0 for none.

    Returns:
        Whether something new waits for a look.

    Raises:
        EditConflict: somebody else saved it in between.
        NotPossible: it waits for its first review.
    """
    now = lock(subject)
    refuse_conflict(now, version)
    if isinstance(now, Product):
        refuse_under_review(now)
    wanted = {name: told.get(name, "") for name in names_of(now)} | {READ: bool(told.get(READ))}
    public = public_words(now, language)
    if isinstance(now, Product):
        # What the form does not show, since nothing on sale has it now, stays as it is.
        terms = public[TERMS] | told.get(TERMS, {})
        wanted[TERMS] = {word: name for word, name in terms.items() if name}
    is_same = all(wanted[name] == public[name] for name in public if name != READ)
    if is_same or not _needs_look(now):
        # That somebody has read what is public already deceives nobody.
        apply(now, {language: wanted}, at=at, by=by)
        log(now, "edit", at=at, by=by, festival=None,
            before={"texts": {language: public}}, after={"texts": {language: wanted}})  # fmt: skip
    pending_change = pending_change_of(now)
    if not _needs_look(now) or (is_same and pending_change is None):
        return False
    texts = dict(pending_change.texts) if pending_change else {}
    texts.pop(language, None)
    if not is_same:
        texts[language] = wanted
    return keep_words(now, {"texts": texts}, at=at, by=by)


def apply(
    subject: Subject, texts: Mapping[str, Mapping[str, Any]], *, at: datetime, by: User | None
) -> None:
    """Let shoppers read words in other languages. Whoever calls holds the lock of the subject."""
    for language, words in texts.items():
        if isinstance(subject, Product):
            subject.titles = translated(subject.titles, language, words["title"])
            # What was proposed before stores named words of their own says nothing of them.
            own = words.get(TERMS, in_language(subject.terms, language) or {})
            subject.terms = translated(subject.terms, language, own)
        translations.write(subject, {language: words}, at=at, by=by, is_read=words[READ])
    if isinstance(subject, Product):
        Product.objects.filter(pk=subject.pk).update(titles=subject.titles, terms=subject.terms)
        refresh([subject.pk], at=at)
    else:
        mark_change("store", at=at)


def _needs_look(subject: Subject) -> bool:
    if isinstance(subject, Product):
        return subject.state in Product.APPROVED
    return subject.state != Merchant.State.APPLIED
