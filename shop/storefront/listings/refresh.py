"""Keeps one listing row per published product, in the transaction of whoever changes it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import cast

from django.db import connection, transaction
from django.db.models import Q

from shop.catalogue.models import Product, ProductPicture, Variant, on_sale_sql
from shop.catalogue.stock.models import free_sql
from shop.core.images.models import Picture
from shop.festivals.models import Participation
from shop.festivals.prices import spans
from shop.storefront.listings.lock import lock_listings
from shop.storefront.listings.models import CellCount, Listing
from shop.storefront.listings.search_index import index

BATCH = 500
OVERLAP = timedelta(minutes=10)  # a date may be written with a moment that is past by then

WRITTEN_ELSEWHERE = {
    "product", "popularity", "rating", "rating_count", "text", "edition", "is_front",
    "is_floor",
}  # fmt: skip
AVAILABLE = f"""
WITH changed AS (
UPDATE shop_listing AS l SET is_available = now.there
FROM (SELECT asked.id, EXISTS (
        SELECT FROM shop_variant v JOIN shop_pool q ON q.id = v.pool_id
        WHERE v.product_id = asked.id AND {on_sale_sql("v")}
          AND {free_sql("q")} >= v.units_per_item) AS there
      FROM unnest(%(products)s::bigint[]) AS asked (id)) AS now
WHERE l.product_id = now.id AND l.is_available <> now.there RETURNING l.merchant_id)
INSERT INTO shop_changedstore (merchant_id) SELECT DISTINCT merchant_id FROM changed
"""  # noqa: S608 (constants only)
CHANGED = """
INSERT INTO shop_changedstore (merchant_id)
SELECT DISTINCT merchant_id FROM shop_product WHERE id = ANY(%s)
"""
TURN_OVER = """
SELECT product_id FROM shop_listing
WHERE product_id IN (SELECT product_id FROM shop_variant WHERE pool_id = ANY(%s))
ORDER BY product_id FOR NO KEY UPDATE
"""


@transaction.atomic
def refresh(product_ids: Collection[int], *, at: datetime) -> None:
    """Bring the listing rows of products up to date, and delete those of products not public."""
    lock_listings(product_ids)
    products = (
        Product.objects.public()
        .filter(pk__in=product_ids)
        .select_related("merchant", "category")
        .order_by("pk")
    )
    rows = [_row(product) for product in products]
    festivals = _festivals(product_ids)
    pictures = _pictures(product_ids)
    for row in rows:
        row.festivals = festivals.get(row.product_id, [])
        row.picture = pictures.get(row.product_id, {})
    kept = [row.product_id for row in rows]
    Listing.objects.filter(product_id__in=set(product_ids) - set(kept)).delete()
    fields = [
        field.name for field in Listing._meta.concrete_fields if field.name not in WRITTEN_ELSEWHERE
    ]
    Listing.objects.bulk_create(
        rows, BATCH, update_conflicts=True, unique_fields=["product"], update_fields=fields
    )
    index(kept)
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, [sorted(product_ids)])
    refresh_availability(kept, at=at)
    spans.mark_change("listings", at=at)


def refresh_availability(product_ids: Collection[int], *, at: datetime) -> None:
    """Note which products have units left, set aside for deals or not.

    Of an experience only dates count whose sale has not closed.
    """
    with connection.cursor() as cursor:
        cursor.execute(AVAILABLE, {"at": at, "products": sorted(product_ids)})


@transaction.atomic
def close_dates(*, at: datetime) -> None:
    """Note which experiences have no seat left since the sale of a date closed; part of the beat.

    Nothing else happens at that instant that could note it. Only what closed since the last round
    is looked at, and after the first one or a clock that went back everything.
    """
    last = CellCount.locked(at=at)
    closed = Q(session_start__lte=at) | Q(sales_close__lte=at)
    if last.closed_at is not None and last.closed_at <= at:
        since = last.closed_at - OVERLAP
        closed = Q(session_start__gt=since, session_start__lte=at)
        closed |= Q(sales_close__gt=since, sales_close__lte=at)
    dates = Variant.objects.filter(closed, product__listing__is_available=True)
    product_ids = sorted(set(dates.order_by().values_list("product_id", flat=True)))
    lock_listings(product_ids)
    refresh_availability(product_ids, at=at)
    last.closed_at = at
    last.save(update_fields=["closed_at"])


def note_stock(pool_ids: Collection[int], *, at: datetime) -> None:
    """Note products that sold out or came back, in the transaction that moved the pools.

    Two statements. The rows are locked first and read in the next statement: of two orders that
    take the last units of two variants, the second one sees that nothing is left.
    """
    with connection.cursor() as cursor:
        cursor.execute(TURN_OVER, [sorted(pool_ids)])
        product_ids = [row[0] for row in cursor.fetchall()]
    if product_ids:
        refresh_availability(product_ids, at=at)


def picture_facts(picture: Picture) -> dict[str, str]:
    """Return the addresses that cards show: a small file, sets by width, and the words."""
    return addresses(picture.sizes, picture.alt, is_card=True)


def addresses(
    sizes: dict[str, dict[str, str]], alt: str, *, is_card: bool = False
) -> dict[str, str]:
    """Return the addresses of a picture's ready-made files, by their use on pages.

    A format of which the widest files are still to come is for cards alone: elsewhere a browser
    would stretch what is there.
    """
    jpeg = sizes.get("jpeg", {})
    widths = sorted(jpeg, key=int)
    if not widths:
        return {"alt": alt}
    found = {"alt": alt, "small": jpeg[widths[0]], "large": jpeg[widths[-1]]}
    for kind in ("jpeg", "avif"):
        files = sizes.get(kind, {})
        if not is_card and files.keys() < jpeg.keys():
            files = {}
        found[kind] = ", ".join(f"{files[w]} {w}w" for w in sorted(files, key=int))
    return found


def _row(product: Product) -> Listing:
    merchant = product.merchant
    return Listing(
        product=product,
        slug=product.slug,
        kind=product.kind,
        title=product.title,
        titles=product.titles,
        summary=product.summary,
        merchant_id=merchant.pk,
        store_slug=merchant.slug,
        store=merchant.name,
        city=merchant.city,
        country=merchant.country,
        category=product.category.path,
        top_category=product.category.path.partition("/")[0],
        published_at=cast("datetime", product.published_at),
    )


def _festivals(product_ids: Collection[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    rows = Participation.objects.filter(product_id__in=product_ids).order_by("festival_id")
    for product_id, festival_id in rows.values_list("product_id", "festival_id"):
        found.setdefault(product_id, []).append(festival_id)
    return found


def _pictures(product_ids: Collection[int]) -> dict[int, dict[str, str]]:
    covers = ProductPicture.objects.filter(product_id__in=product_ids, position=0)
    rows = covers.select_related("picture")
    return {row.product_id: picture_facts(row.picture) for row in rows}
