"""Puts stores into the database: their products, units on hand and prices from the first day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.db import transaction
from django.utils.text import slugify

from sample.certified import certify
from sample.edition import Edition
from sample.languages import certificate
from sample.picturing import Pictures, cloth_address
from sample.reference import ship_regions
from sample.scheduling import schedule
from sample.sheets import ProductSheet, StoreSheet, VariantSheet
from shop.catalogue.models import Category, Product, ProductPicture, Variant
from shop.catalogue.stock.models import Pool, StockMove
from shop.core.images.models import Picture
from shop.festivals.models import RegularPrice
from shop.festivals.prices import spans
from shop.people.merchants.models import Merchant

OWN_COMMISSION_BP = {"goods": 1000, "experiences": 1200}
TO_OPEN_A_STORE_DAYS = 5


@transaction.atomic
def stock(edition: Edition, sheets: Sequence[StoreSheet]) -> list[Product]:
    """Put stores with all that they sell into the database; return their products.

    The price spans cover each product's whole life: what was shown on any past day is known.
    """
    pictures = Pictures()
    merchants = _merchants(edition, sheets, pictures)
    first_day = edition.at(-edition.plan.listed_days_ago)
    certify([(sheet, merchants[sheet.slug]) for sheet in sheets], at=first_day,
            today=edition.at(0).date())  # fmt: skip
    products = _products(edition, sheets, merchants, pictures)
    variants = _variants(edition, sheets, products)
    _write_prices(edition, variants)
    ids = [product.pk for product in products]
    spans.rebuild(ids, since=spans.lock_prices(ids, at=first_day), what="sample")
    for (store, sheet), product in zip(_pairs(sheets), products, strict=True):
        if sheet.outing:
            schedule(product, store, sheet, since=product.published_at, at=edition.at(0, 12))
    return products


def missing(edition: Edition) -> list[StoreSheet]:
    """Return the stores that are not in the database; one that is there is whole."""
    known = set(Merchant.objects.values_list("slug", flat=True))
    return [sheet for sheet in edition.stores if sheet.slug not in known]


def _merchants(
    edition: Edition, sheets: Sequence[StoreSheet], pictures: Pictures
) -> dict[str, Merchant]:
    regions = ship_regions()
    logos = Picture.objects.bulk_create(pictures.of_store(sheet) for sheet in sheets)
    banners = Picture.objects.bulk_create(pictures.banner_of(sheet) for sheet in sheets)
    rows = [
        _merchant(edition, sheet, regions[sheet.country], logo=logo, banner=banner)
        for sheet, logo, banner in zip(sheets, logos, banners, strict=True)
    ]
    return {row.slug: row for row in Merchant.objects.bulk_create(rows)}


def _merchant(
    edition: Edition, sheet: StoreSheet, region: str, *, logo: Picture, banner: Picture
) -> Merchant:
    joined = -edition.plan.listed_days_ago - TO_OPEN_A_STORE_DAYS
    return Merchant(
        slug=sheet.slug,
        name=sheet.name,
        kind=sheet.kind,
        state=Merchant.State.APPROVED,
        country=sheet.country,
        city=sheet.city,
        ship_region=region,
        founded=sheet.founded,
        makers=sheet.makers,
        tagline=sheet.tagline,
        story=sheet.story,
        certifications=sorted({certificate(name) for name in sheet.certifications}),
        dispatch_from=sheet.dispatch_days[0],
        dispatch_to=sheet.dispatch_days[1],
        colours=list(sheet.colours),
        pattern=sheet.pattern,
        cloth=cloth_address(sheet),
        logo=logo,
        banner=banner,
        commission_bp=OWN_COMMISSION_BP[sheet.kind],
        created_at=edition.spread(sheet.slug, joined, TO_OPEN_A_STORE_DAYS),
    )


def _products(
    edition: Edition,
    sheets: Sequence[StoreSheet],
    merchants: Mapping[str, Merchant],
    pictures: Pictures,
) -> list[Product]:
    categories = {category.path: category for category in Category.objects.all()}
    pairs = list(_pairs(sheets))
    products = Product.objects.bulk_create(
        _product(edition, sheet, merchants[store.slug], categories[sheet.category])
        for store, sheet in pairs
    )
    covers = Picture.objects.bulk_create(pictures.of_product(*pair) for pair in pairs)
    ProductPicture.objects.bulk_create(
        ProductPicture(product=product, picture=cover)
        for product, cover in zip(products, covers, strict=True)
    )
    return products


def _product(
    edition: Edition, sheet: ProductSheet, merchant: Merchant, category: Category
) -> Product:
    outing = sheet.outing
    return Product(
        merchant=merchant,
        category=category,
        slug=slugify(sheet.title),
        kind=Product.Kind.EXPERIENCE if outing else Product.Kind.GOODS,
        state=Product.State.PUBLISHED,
        title=sheet.title,
        summary=sheet.summary,
        description=sheet.description,
        materials=list(sheet.materials),
        origin=sheet.origin,
        hs_code=sheet.hs_code,
        gender=sheet.gender,
        age_group=sheet.age_group,
        colour=sheet.colour,
        option_names=[option.name for option in sheet.options],
        tags=list(sheet.tags),
        duration_minutes=outing.duration_minutes if outing else None,
        sessions_per_week=outing.sessions_per_week if outing else None,
        meeting_point=outing.meeting_point if outing else "",
        published_at=edition.listed_at(sheet),
    )


def _variants(
    edition: Edition, sheets: Sequence[StoreSheet], products: Sequence[Product]
) -> list[tuple[VariantSheet, Variant]]:
    rows = [
        (variant, position, product)
        for (_, sheet), product in zip(_pairs(sheets), products, strict=True)
        if not sheet.outing  # its seats belong to dates
        for position, variant in enumerate(sheet.variants)
    ]
    pools = Pool.objects.bulk_create(Pool(on_hand=sheet.stock) for sheet, _, _ in rows)
    variants = Variant.objects.bulk_create(
        Variant(
            product=product,
            sku=sheet.sku,
            options=list(sheet.option),
            position=position,
            weight_g=sheet.weight_g,
            pool=pool,
            listed_at=product.published_at,
        )
        for (sheet, position, product), pool in zip(rows, pools, strict=True)
    )
    StockMove.objects.bulk_create(
        StockMove(pool=pool, kind=StockMove.Kind.COUNT, change=pool.on_hand, at=row.listed_at)
        for row, pool in zip(variants, pools, strict=True)
        if pool.on_hand
    )
    return [(sheet, row) for (sheet, _, _), row in zip(rows, variants, strict=True)]


def _write_prices(edition: Edition, variants: Sequence[tuple[VariantSheet, Variant]]) -> None:
    earlier = {row.variant: row for row in edition.plan.earlier_prices}
    rows = []
    for sheet, variant in variants:
        before = earlier.get(sheet.sku)
        prices = [(variant.listed_at, before.price if before else sheet.price)]
        if before:
            prices.append((edition.at(-before.days_ago), sheet.price))
        rows += [
            RegularPrice(variant=variant, amount=amount, starts_at=starts_at)
            for starts_at, amount in prices
        ]
    RegularPrice.objects.bulk_create(rows)


def _pairs(sheets: Sequence[StoreSheet]) -> Iterator[tuple[StoreSheet, ProductSheet]]:
    for store in sheets:
        for product in store.products:
            yield store, product
