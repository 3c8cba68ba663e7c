"""Creates products and edits their words and variants, as long as nobody has approved them.

What was approved changes after another look alone: see ``moderation``. The newest line of the
change log about an edit is the product's version: a form that was opened before it is refused,
and nothing is lost.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from shop.catalogue.fields.table import TypedWords
from shop.catalogue.models import Category, Product
from shop.core.errors import NotPossible, ShopError
from shop.core.stored_names import stored_name
from shop.festivals.changelog import log
from shop.festivals.models import ChangeLog
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.storefront.listings.lock import lock_product_with_pools
from shop.storefront.listings.variants import TypedVariant, check_rows, save_rows

SLUG_LENGTH = 100
# Lines of the log that make what a form shows an old version.
EDITS = ("edit", "propose", "take back change", "refuse change")


class EditConflict(ShopError):
    """Somebody else saved the row after this form was opened; nothing was changed.

    Args:
        edit: the newest edit: who and when.
    """

    def __init__(self, edit: ChangeLog) -> None:
        self.edit = edit
        super().__init__(
            _("Someone changed this while you were editing. Look at the new values and save again.")
        )


def newest_edit(row: Product | Merchant) -> ChangeLog | None:
    """Return the newest edit of a product's words or variants, or of a store's profile.

    A change that was refused counts: its store reads why before it sends the next one.
    """
    subject = stored_name(row)
    rows = ChangeLog.objects.filter(subject=subject, subject_id=row.pk, action__in=EDITS)
    return rows.select_related("by").order_by("-pk").first()


def kind_of(merchant: Merchant, *, is_experience: bool) -> str:
    """Return the kind of a store's new product, where it may be of that kind."""
    is_experience = merchant.is_host and (is_experience or not merchant.sells_goods)
    return Product.Kind.EXPERIENCE if is_experience else Product.Kind.GOODS


@transaction.atomic
def create_product(
    merchant: Merchant,
    words: TypedWords,
    rows: Sequence[TypedVariant],
    *,
    is_experience: bool = False,
    at: datetime,
    by: User,
) -> Product:
    """Make a draft with its variants.

    Args:
        is_experience: an experience, where the store leads some beside its goods.

    Raises:
        BadRows: something is wrong with the variants; nothing is made.
    """
    product = Product(merchant=merchant, kind=kind_of(merchant, is_experience=is_experience))
    fill(product, words)
    _save(product, rows, at=at, by=by)
    log(product, "edit", at=at, by=by, festival=None, after=told(words))
    return product


@transaction.atomic
def edit_product(
    product: Product,
    words: TypedWords,
    rows: Sequence[TypedVariant],
    *,
    version: int,
    at: datetime,
    by: User,
) -> Product:
    """Change a product's words and variants, before it is reviewed.

    Args:
        version: id of the newest edit that the form knew; 0 for none.

    Raises:
        EditConflict: somebody else saved it in between.
        NotPossible: it waits for a review, or was approved.
        BadRows: something is wrong with the variants; nothing is changed.
    """
    product = lock_product_with_pools(product.pk)
    refuse_conflict(product, version)
    if product.state == Product.State.SUBMITTED:
        raise NotPossible(_("It waits for a review. Take it back first, then change it."))
    if product.state in Product.APPROVED:
        raise NotPossible(_("What was approved changes after another look."))
    before = told(words_of(product))
    fill(product, words)
    _save(product, rows, at=at, by=by)
    after = told(words)
    changed = {name for name in after if after[name] != before[name]}
    log(
        product, "edit", at=at, by=by, festival=None,
        before={name: before[name] for name in sorted(changed)},
        after={name: after[name] for name in sorted(changed)},
    )  # fmt: skip
    return product


def refuse_conflict(row: Product | Merchant, version: int) -> None:
    """Refuse an edit by a form that does not know the newest one. Call it under the row's lock.

    Raises:
        EditConflict: somebody else saved it in between.
    """
    newest = newest_edit(row)
    if newest is not None and newest.pk != version:
        raise EditConflict(newest)


def words_of(product: Product) -> TypedWords:
    """Return the present words of a product."""
    found: dict[str, Any] = {one.name: getattr(product, one.name) for one in fields(TypedWords)}
    lists = {name: tuple(value) for name, value in found.items() if isinstance(value, list)}
    return TypedWords(**found | lists)


def _save(product: Product, rows: Sequence[TypedVariant], *, at: datetime, by: User) -> None:
    """Save the product and its rows; the sessions of an experience have pages of their own."""
    if product.kind == Product.Kind.EXPERIENCE:
        _store(product)
        return
    check_rows(product, rows)
    _store(product)
    save_rows(product, rows, at=at, by=by)


def _store(product: Product) -> None:
    """Save a product, a new one under an address that no other has."""
    if product.pk:
        product.save()
        return
    product.slug = _new_slug(product.title)
    try:
        with transaction.atomic():
            product.save()
    except IntegrityError:  # somebody took the address in a race
        product.slug = _numbered(product.slug)
        product.save()


def fill(product: Product, words: TypedWords) -> None:
    """Write words into a product that is saved afterwards."""
    if not Category.objects.filter(pk=words.category_id).exists():
        raise NotPossible(_("Choose a category"))
    for name, value in asdict(words).items():
        setattr(product, name, list(value) if isinstance(value, tuple) else value)
    # Translations that the form does not show stay as they are.
    product.titles = dict(words.titles)


def told(words: TypedWords) -> dict[str, object]:
    """Return words as they are kept in JSON."""
    return {
        name: list(value) if isinstance(value, (tuple, list)) else value
        for name, value in asdict(words).items()
    }


def _new_slug(title: str) -> str:
    """Return an address that no other product has."""
    name = slugify(title)[:SLUG_LENGTH].strip("-") or "product"
    return _numbered(name) if Product.objects.filter(slug=name).exists() else name


def _numbered(slug: str) -> str:
    return f"{slug}-{secrets.token_hex(4)}"
