"""The content that an amendment proposes: words, labels, new variants, pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from shop.catalogue.fields.table import FIELDS, TypedWords
from shop.catalogue.models import Product, ProductPicture
from shop.core.images.models import Picture
from shop.merchant.moderation.models import AmendedPicture, Amendment
from shop.people.merchants.models import Merchant
from shop.storefront.listings.edit import words_of
from shop.storefront.listings.variants import TypedVariant

Place = AmendedPicture.Place

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


def amendment_of(subject: Product | Merchant) -> Amendment | None:
    """Return the amendment of a product or a store, if there is one."""
    if isinstance(subject, Product):
        return Amendment.objects.filter(product=subject).first()
    return Amendment.objects.filter(merchant=subject).first()


def content_of(product: Product, amendment: Amendment | None) -> Content:
    """Return a product's content after its amendment; its present content where there is none."""
    words = words_of(product)
    if amendment is None:
        return Content(words)
    options = {int(pk): labels for pk, labels in amendment.options.items()}
    return Content(replace(words, **amendment.words), options, new_rows(amendment))


def new_rows(amendment: Amendment) -> tuple[TypedVariant, ...]:
    """Return the variants that an amendment adds, numbered from 0."""
    return tuple(TypedVariant(n, None, **facts) for n, facts in enumerate(amendment.variants))


def kept_row(row: TypedVariant) -> dict[str, Any]:
    """Return a new variant as it is kept in JSON."""
    return {name: getattr(row, name) for name in ROW} | {"options": list(row.options)}


def public_album(product: Product) -> list[PlacedPicture]:
    """Return the pictures of a product that shoppers see, in their order."""
    rows = ProductPicture.objects.filter(product=product).order_by("position")
    return [PlacedPicture(*row) for row in rows.values_list("picture_id", "picture__alt")]


def album_of(product: Product, amendment: Amendment | None) -> list[PlacedPicture]:
    """Return the pictures of a product as its store wants them, in their order."""
    if amendment is None or not amendment.has_pictures:
        return public_album(product)
    return pictures_at(amendment, Place.ALBUM)


def pictures_at(amendment: Amendment, place: str) -> list[PlacedPicture]:
    """Return the pictures that an amendment shows at a place, in their order."""
    rows = amendment.pictures.filter(place=place).order_by("position")
    return [PlacedPicture(*row) for row in rows.values_list("picture_id", "alt")]


def pictures_of(product: Product, amendment: Amendment | None) -> list[Picture]:
    """Return the pictures of a product as its store wants them, with their words. One statement."""
    if amendment is None or not amendment.has_pictures:
        rows = ProductPicture.objects.filter(product=product).select_related("picture")
        return [row.picture for row in rows.order_by("position")]
    found = []
    for row in amendment.pictures.filter(place=Place.ALBUM).select_related("picture"):
        row.picture.alt = row.alt
        found.append(row.picture)
    return found
