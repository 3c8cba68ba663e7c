"""What feeds say of each thing on sale: read some products at a time, as their pages show them.

The price is the one in force. Of prices to come nothing is read, so none can be told before it is
announced: a deal appears once it runs, with its own end or the beginning of the next one, which
the product's page names as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import JSONField
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils import translation

from shop.catalogue.delivery.quote import Parcel, parcel_of, possible_options
from shop.catalogue.fields.table import FIELDS
from shop.catalogue.models import Category, Product
from shop.catalogue.words import called_column, translated_column
from shop.catalogue.worn import COLOUR_NAMES, SIZE_NAMES
from shop.people.merchants.holidays import is_away
from shop.storefront.feeds.addresses import FeedScope
from shop.storefront.feeds.demands import ADULT_FROM, Channel, fit_for
from shop.storefront.listings.refresh import addresses
from shop.storefront.product.page import GALLERY
from shop.storefront.product.variants import VariantNow, variants_of
from shop.storefront.product.words import WORDS, ProductWords, product_words

PART = 200  # products that are read together
FED = tuple(name for name, row in FIELDS.items() if row.feeds)
FACTS = {
    "material": "material", **dict.fromkeys(SIZE_NAMES, "size"),
    **dict.fromkeys(COLOUR_NAMES, "color"),
}  # fmt: skip
"""What channels call options, by the options' names in lower case."""
ONE_SIZE = "OS"
"""Google's value for clothes without sizes."""


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One thing to buy. Amounts are minor units; ``sale`` is the lowered price, if it is one.

    ``price`` is what the shop strikes through where a price is lowered: the lowest of the 30 days
    before. ``sale_from`` and ``sale_until`` are there where a deal of a festival lowers it.
    """

    id: str
    group: str
    title: str
    description: str
    link: str
    images: tuple[str, ...]
    price: int
    sale: int | None
    sale_from: datetime | None
    sale_until: datetime | None
    is_available: bool
    brand: str
    mpn: str
    product_type: str
    weight_g: int
    ships_from: str
    handling: tuple[int, int]
    is_goods: bool
    is_for_adults: bool
    fields: Mapping[str, str] = field(default_factory=dict)
    """What the product's fields hold that some channel takes, by their names."""
    shipping: tuple[str, str, int] | None = None
    """The country, the way, and the price."""
    starts: datetime | None = None
    """When an experience begins."""
    zone: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


def items(
    scope: FeedScope, channel: Channel, language: str, *, at: datetime, country: str = ""
) -> Iterator[list[FeedItem]]:
    """Yield what is on sale and fit for a channel, some products at a time. Three statements each.

    Args:
        country: what is sent there, with the price of the cheapest way; empty: everything.
    """
    tree = {row.path: row for row in Category.objects.all()}
    types = {path: _type(path, tree, language) for path in tree}
    after = 0
    while True:
        # The language of the request is over before the last part of its answer is sent.
        with translation.override(language):
            products = list(_rows(scope, channel, language, at=at).filter(pk__gt=after)[:PART])
            found = _of_products(products, language, types, at=at)
            if country:
                found = list(_sent(found, country))
        if found:
            yield [item for _variant, _product, item in found]
        if len(products) < PART:
            return
        after = products[-1].pk


type Found = tuple[VariantNow, Product, FeedItem]


def _rows(scope: FeedScope, channel: Channel, language: str, *, at: datetime) -> Any:
    rows = fit_for(scope.products(), channel, language, at=at)
    return rows.select_related("merchant", "category").annotate(
        gallery=RawSQL(GALLERY, [], JSONField()),  # noqa: S611 (nothing comes from outside)
        translated=translated_column("product", language),
        called=called_column(WORDS, language),
    ).order_by("pk")  # fmt: skip


def _of_products(
    products: Sequence[Product], language: str, types: Mapping[str, str], *, at: datetime
) -> list[Found]:
    variants = variants_of([product.pk for product in products], at=at)
    found: list[Found] = []
    for product in products:
        own = [row for row in variants[product.pk] if row.price is not None]
        words = product_words(product, product.translated, product.called, language)
        kind = types[product.category.path]
        is_here = product.kind != Product.Kind.GOODS or not is_away(product.merchant, at=at)
        found += [
            (row, product, _item(product, row, words, kind, len(own) > 1, is_here)) for row in own
        ]
    return found


def _item(
    product: Product, variant: VariantNow, words: ProductWords, kind: str, is_one_of_many: bool,
    is_here: bool,
) -> FeedItem:  # fmt: skip
    merchant = product.merchant
    is_goods = product.kind == Product.Kind.GOODS
    link = settings.SITE_URL + reverse("product", args=[product.slug])
    label = words.terms.label(variant.options).text
    pictures = [
        addresses(row["sizes"], row["alt"]) for row in product.gallery if row["sizes"].get("jpeg")
    ]
    price, sale, since, until = _prices(variant)
    is_for_adults = product.category.min_age >= ADULT_FROM
    return FeedItem(
        id=f"{merchant.pk}-{variant.sku}",
        group=f"{merchant.pk}-P{product.pk}" if is_one_of_many else "",
        title=f"{words.title.text} – {label}" if label and is_one_of_many else words.title.text,
        description=words.said["description"].text or words.said["summary"].text,
        link=f"{link}?variant={variant.id}" if is_one_of_many else link,
        images=tuple(_absolute(facts["large"]) for facts in pictures),
        price=price,
        sale=sale,
        sale_from=since,
        sale_until=until,
        is_available=is_here and variant.is_buyable,
        brand=merchant.name,
        mpn=variant.sku,
        product_type=kind,
        weight_g=variant.weight_g,
        ships_from=merchant.country if is_goods else "",
        handling=(merchant.dispatch_from, merchant.dispatch_to),
        is_goods=is_goods,
        is_for_adults=is_for_adults,
        fields=_fields(product, words, is_for_adults=is_for_adults),
        starts=variant.session_start,
        zone=variant.session_zone,
        facts=_facts(product, variant, words),
    )


def _fields(product: Product, words: ProductWords, *, is_for_adults: bool) -> dict[str, str]:
    """Return what the fields hold that some channel takes."""
    found = {}
    for name in FED:
        value = getattr(product, name)
        said = words.of_field(name, value)
        found[name] = said.text if said else FIELDS[name].type.cell(value)
    found["age_group"] = found["age_group"] or (Product.AgeGroup.ADULT if is_for_adults else "")
    return found


def _prices(variant: VariantNow) -> tuple[int, int | None, datetime | None, datetime | None]:
    """Return the usual price, the lowered one, and the time in which a deal lowers it."""
    price: Any = variant.price
    if not variant.prior_price or not variant.percent:
        return price, None, None, None
    if not variant.has_deal:
        return variant.prior_price, price, None, None
    until = min(filter(None, (variant.deal_ends, variant.next_starts)))
    return variant.prior_price, price, variant.deal_starts, until


def _facts(product: Product, variant: VariantNow, words: ProductWords) -> dict[str, str]:
    """Return what channels have names for: size, colour, material."""
    found = {
        "material": words.terms.all("material", product.materials).text,
        "color": words.terms.label([product.colour]).text,
        "size": ONE_SIZE if product.category.is_worn else "",
    }
    for name, value in zip(product.option_names, variant.options, strict=False):
        if what := FACTS.get(name.casefold()):
            found[what] = words.terms.label([value]).text
    return {name: text for name, text in found.items() if text}


def _sent(found: Sequence[Found], country: str) -> Iterator[Found]:
    """Yield what is sent to a country, with the price of the cheapest way. One statement."""
    parcels: dict[int, Parcel] = {}
    for variant, product, item in found:
        if item.is_goods and country not in product.category.barred:
            parcel = parcel_of(product.merchant, variant.weight_g, country)
            parcels[variant.id] = replace(parcel, goods=variant.price or 0)
    ways = possible_options(parcels, country)
    for variant, product, item in found:
        if not item.is_goods:
            yield variant, product, item
        elif options := ways.get(variant.id):
            shipping = (country, options[0].service, options[0].price)
            yield variant, product, replace(item, shipping=shipping)


def _type(path: str, tree: Mapping[str, Category], language: str) -> str:
    """Return the place of a category in our tree, in words: Fashion > Footwear."""
    parts = path.split("/")
    above = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    return " > ".join(tree[one].name_in(language) for one in above if one in tree)


def _absolute(address: str) -> str:
    return address if "://" in address else f"{settings.SITE_URL}{address}"
