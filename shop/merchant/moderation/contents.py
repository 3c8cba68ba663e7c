"""The content that a pending change proposes: words, labels, new variants, pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from shop.catalogue.fields.table import FIELDS, TypedWords
from shop.catalogue.models import Product, ProductPicture
from shop.core.images.models import Picture
from shop.merchant.moderation.models import PendingChange, PendingPicture
from shop.people.merchants.models import Merchant
from shop.storefront.listings.edit import words_of
from shop.storefront.listings.variants import TypedVariant

Place = PendingPicture.Place

# Numbers that carry no words: a store needs them right at once, and nobody is deceived by them.
AT_ONCE = tuple(name for name, row in FIELDS.items() if not row.is_moderated)
LOOKED_AT = tuple(part.name for part in fields(TypedWords) if part.name not in AT_ONCE)
STORE_WORDS = ("tagline", "story", "founded", "makers")
STORE_PICTURES = (Place.LOGO, Place.BANNER)
ROW = ("sku", "options", "weight_g", "price", "units")


@dataclass(frozen=True, slots=True)
class PlacedPicture:
    """A picture at its place, with the words that stand for it."""

    picture_id: int
    alt: str


@dataclass(frozen=True, slots=True)
class Content:
    """A product's content on its desk: the public words with the proposed ones over them."""

    words: TypedWords
    options: Mapping[int, Sequence[str]] = field(default_factory=dict)
    variants: tuple[TypedVariant, ...] = ()


def pending_change_of(subject: Product | Merchant) -> PendingChange | None:
    """Return the pending change of a product or a store, if there is one."""
    if isinstance(subject, Product):
        return PendingChange.objects.filter(product=subject).first()
    return PendingChange.objects.filter(merchant=subject).first()


def content_of(product: Product, pending_change: PendingChange | None) -> Content:
    """Return a product's content after its pending change, or as it is without one."""
    words = words_of(product)
    if pending_change is None:
        return Content(words)
    options = {int(pk): labels for pk, labels in pending_change.options.items()}
    return Content(replace(words, **pending_change.words), options, new_rows(pending_change))


def new_rows(pending_change: PendingChange) -> tuple[TypedVariant, ...]:
    """Return the variants that a pending change adds, numbered from 0."""
    return tuple(TypedVariant(n, None, **facts) for n, facts in enumerate(pending_change.variants))


def kept_row(row: TypedVariant) -> dict[str, Any]:
    """Return a new variant as it is kept in JSON."""
    return {name: getattr(row, name) for name in ROW} | {"options": list(row.options)}


def public_album(product: Product) -> list[PlacedPicture]:
    """Return the pictures of a product that shoppers see, in their order."""
    rows = ProductPicture.objects.filter(product=product).order_by("position")
    return [PlacedPicture(*row) for row in rows.values_list("picture_id", "picture__alt")]


def album_of(product: Product, pending_change: PendingChange | None) -> list[PlacedPicture]:
    """Return the pictures of a product as its store wants them, in their order."""
    if pending_change is None or not pending_change.has_pictures:
        return public_album(product)
    return pictures_at(pending_change, Place.ALBUM)


def pictures_at(pending_change: PendingChange, place: str) -> list[PlacedPicture]:
    """Return the pictures that a pending change shows at a place, in their order."""
    rows = pending_change.pictures.filter(place=place).order_by("position")
    return [PlacedPicture(*row) for row in rows.values_list("picture_id", "alt")]


def pictures_of(product: Product, pending_change: PendingChange | None) -> list[Picture]:
    """Return the pictures of a product as its store wants them, with their words. One statement."""
    if pending_change is None or not pending_change.has_pictures:
        rows = ProductPicture.objects.filter(product=product).select_related("picture")
        return [row.picture for row in rows.order_by("position")]
    found = []
    for row in pending_change.pictures.filter(place=Place.ALBUM).select_related("picture"):
        row.picture.alt = row.alt
        found.append(row.picture)
    return found
