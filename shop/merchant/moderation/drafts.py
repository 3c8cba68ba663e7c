"""A draft that begins as a copy of another product, and a draft that goes."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from shop.catalogue.models import Product, ProductPicture, Variant
from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.festivals.changelog import log
from shop.festivals.models import RegularPrice
from shop.merchant.moderation.contents import content_of, pending_change_of
from shop.merchant.moderation.translate import apply, wanted_words
from shop.orders.unused_pictures import discard
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.storefront.listings.edit import create_product
from shop.storefront.listings.lock import lock_product_with_pools
from shop.storefront.listings.variants import TypedVariant, save_rows

LONGEST_SKU = 40


@transaction.atomic
def copy_product(product: Product, *, at: datetime, by: User) -> Product:
    """Make a draft with the words, sizes and prices of a product, in all its languages.

    It has no pictures, since they show the other one, no stock, and SKUs of its own.
    """
    pending_change = pending_change_of(product)
    content = content_of(product, pending_change)
    variants = []
    if product.kind == Product.Kind.GOODS:
        variants = list(product.variants.filter(is_active=True).order_by("position", "pk"))
    prices = RegularPrice.objects.filter(variant__in=variants).amounts()
    rows = [
        (row.sku, content.options.get(row.pk, row.options), row.weight_g, prices.get(row.pk))
        for row in variants
    ]
    rows += [(row.sku, row.options, row.weight_g, row.price) for row in content.variants]
    skus = _free_skus(product.merchant_id, [sku for sku, *_facts in rows])
    typed = [
        TypedVariant(n, None, skus[n], tuple(options), weight_g, price, 0)
        for n, (_sku, options, weight_g, price) in enumerate(rows)
    ]
    is_experience = product.kind == Product.Kind.EXPERIENCE
    made = create_product(
        product.merchant, content.words, typed, is_experience=is_experience, at=at, by=by
    )
    others = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
    texts = {language: wanted_words(product, language, pending_change) for language in others}
    apply(made, {language: words for language, words in texts.items() if any(words.values())},
          at=at, by=by)  # fmt: skip
    return made


@transaction.atomic
def delete_draft(product: Product, *, at: datetime, by: User) -> None:
    """Delete a product that was never on sale, with its sizes and pictures.

    Raises:
        NotPossible: it was on sale once, waits for a review, or something refers to it.
    """
    merchant = lock_one(Merchant.objects, product.merchant_id)
    now = lock_product_with_pools(product.pk)
    was_listed = now.variants.filter(listed_at__isnull=False).exists()
    if now.state != Product.State.DRAFT or now.published_at or was_listed:
        raise NotPossible(_("Only a draft that was never on sale can be deleted."))
    gone = [TypedVariant(n, row.pk, row.sku, is_off=True)
            for n, row in enumerate(now.variants.order_by("pk"))]  # fmt: skip
    shown = ProductPicture.objects.filter(product=now).select_related("picture")
    pictures = [row.picture for row in shown]
    try:
        with transaction.atomic():
            save_rows(now, gone, at=at, by=by)
            shown.delete()
            now.delete()
    except ProtectedError:
        raise NotPossible(_("Only a draft that was never on sale can be deleted.")) from None
    for picture in pictures:
        discard(picture)
    log(merchant, "delete draft", at=at, by=by, festival=None, before={"title": product.title})


def _free_skus(merchant_id: int, before: list[str]) -> list[str]:
    """Return a new SKU for each: the same with the first number behind it that all can have."""
    stems = [sku[: LONGEST_SKU - 8] for sku in before]
    if len({stem.casefold() for stem in stems}) < len(stems):  # they differed in what was cut off
        stems = [f"{stem}-{n}" for n, stem in enumerate(stems, 1)]
    number = 2
    own = Variant.objects.filter(merchant=merchant_id)
    while own.filter(sku__in=[f"{stem}-{number}" for stem in stems]).exists():
        number += 1
    return [f"{stem}-{number}" for stem in stems]
