"""Edits by a store: approved content stays public, and the change waits for review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from shop.catalogue.fields.table import TypedWords
from shop.catalogue.models import Category, Product, Variant
from shop.core.errors import NotPossible
from shop.festivals.changelog import log
from shop.merchant.moderation.contents import AT_ONCE, LOOKED_AT, kept_row, pending_change_of
from shop.merchant.moderation.write import drop, keep_words, lock
from shop.orders.tickets.change import tell_new_place
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.storefront.listings.edit import edit_product, refuse_conflict, told, words_of
from shop.storefront.listings.lock import lock_product_with_pools
from shop.storefront.listings.refresh import refresh
from shop.storefront.listings.variants import TypedVariant, check_rows, save_rows


@transaction.atomic
def save_product(
    product: Product,
    words: TypedWords,
    rows: Sequence[TypedVariant],
    *,
    version: int,
    at: datetime,
    by: User,
) -> bool:
    """Save a product as its store typed it. Of an approved one the words wait for review.

    Args:
        version: id of the newest edit that the form knew; 0 for none.

    Returns:
        Whether something new waits for a look.

    Raises:
        EditConflict: somebody else saved it in between.
        NotPossible: it waits for its first review.
        BadRows: something is wrong with the variants; nothing is changed.
    """
    now = lock_product_with_pools(product.pk)
    if now.state not in Product.APPROVED:
        edited = edit_product(now, words, rows, version=version, at=at, by=by)
        tell_new_place(edited, now.meeting_point, at=at)  # what was booked before takes place
        return False
    refuse_conflict(now, version)
    if not Category.objects.filter(pk=words.category_id).exists():
        raise NotPossible(_("Choose a category"))
    known = {} if now.kind == Product.Kind.EXPERIENCE else {v.pk: v for v in now.variants.all()}
    typed = rows if now.kind == Product.Kind.GOODS else ()
    parts = {
        "words": changed_words(now, words),
        "options": _labels(known, typed),
        "variants": [kept_row(row) for row in typed if row.id is None and not row.is_off],
    }
    now.option_names = list(words.option_names)
    check_rows(now, typed)  # as it would be
    now.refresh_from_db(fields=["option_names"])
    _save_at_once(now, words, [_as_public(row, known) for row in typed if row.id in known],
                  at=at, by=by)  # fmt: skip
    return keep_words(now, parts, at=at, by=by)


@transaction.atomic
def take_back(subject: Product | Merchant, *, at: datetime, by: User) -> None:
    """Take back a proposed change; the public content stays as it is.

    Raises:
        NotPossible: none is there any more.
    """
    subject = lock(subject)
    pending_change = pending_change_of(subject)
    if pending_change is None:
        raise NotPossible(_("This change was decided on or taken back already."))
    drop(pending_change)
    log(subject, "take back change", at=at, by=by, festival=None)


def changed_words(product: Product, words: TypedWords) -> dict[str, object]:
    """Return the words that differ from the public ones, as they are kept."""
    public, wanted = told(words_of(product)), told(words)
    return {name: wanted[name] for name in LOOKED_AT if wanted[name] != public[name]}


def _labels(known: Mapping[int, Variant], rows: Sequence[TypedVariant]) -> dict[str, list[str]]:
    """Return the labels that differ from the public ones, by variant id."""
    kept = [row for row in rows if row.id in known and not row.is_off]
    return {
        str(row.id): list(row.options)
        for row in kept
        if list(row.options) != known[cast("int", row.id)].options
    }


def _as_public(row: TypedVariant, known: Mapping[int, Variant]) -> TypedVariant:
    """Return a row with the label that shoppers see."""
    return replace(row, options=known[cast("int", row.id)].options)


def _save_at_once(
    product: Product, words: TypedWords, rows: Sequence[TypedVariant], *, at: datetime, by: User
) -> None:
    """Save what nobody reviews: fields like the customs code, SKUs, weights, rows off sale."""
    before, after = told(words_of(product)), told(words)
    changed = sorted(name for name in AT_ONCE if before[name] != after[name])
    Product.objects.filter(pk=product.pk).update(**{name: after[name] for name in changed})
    if product.kind == Product.Kind.GOODS:
        check_rows(product, rows)
        save_rows(product, rows, at=at, by=by)
    refresh([product.pk], at=at)
    log(
        product, "edit", at=at, by=by, festival=None,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )  # fmt: skip
