"""The statement of a list walks along an index however many products there are."""

import pytest
from django.db import connection
from django.forms import model_to_dict
from django.test.utils import CaptureQueriesContext

from shop.catalogue.models import Variant
from shop.festivals.models import Deal
from shop.storefront.listing import counts
from shop.storefront.listing.facets import facets_of
from shop.storefront.listings.count import count_listings
from shop.storefront.search.filters import Filters
from shop.storefront.search.find import ListPlace, find
from shop.storefront.search.understand import understand
from tests import make
from tests.make import LONG_AGO, NOON
from tests.shop.storefront.shelf import fill

pytestmark = [pytest.mark.django_db, pytest.mark.long]


def test_prices_are_sorted_by_walking_along_the_index():
    fill(2_000, price=lambda n: 5_00 + n * 7919 % 20_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE shop_productspan, shop_listing")
    place = ListPlace(100_00, 1)

    for filters in (Filters(sort="price"), Filters(sort="-price", place=place)):
        plan = explained(filters)
        assert "product_span_by_price" in plan
        assert "Seq Scan on shop_listing" not in plan
        assert "Seq Scan on shop_productspan" not in plan


def test_what_is_popular_is_found_by_walking_along_the_index():
    fill(2_000, popularity=lambda n: n % 50)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE shop_productspan, shop_listing")

    for filters in (Filters(), Filters(countries=("KE",))):
        plan = explained(filters)
        assert "listing_popular" in plan or "listing_of_country" in plan
        assert "Seq Scan on shop_listing" not in plan
        assert "Seq Scan on shop_productspan" not in plan


def test_flash_deals_are_looked_up_and_not_sought_among_all_products():
    fill(2_000, popularity=lambda n: n % 50)
    variant = make.variant(20_00)
    make.deal(variant, during=make.slot(make.festival()), price=15_00, allotment=5)
    make.listed(variant.product)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    plan = explained(Filters(in_flash=True))

    assert "shop_listing_pkey" in plan
    assert "listing_popular" not in plan
    assert "Seq Scan on shop_listing" not in plan


def test_what_is_not_reduced_follows_without_being_sorted():
    fill(2_000, percent=lambda n: 1 + n % 50 if n % 2 else None)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE shop_productspan, shop_listing")

    for filters in (Filters(sort="saving"), Filters(sort="saving", place=ListPlace(10, 1))):
        plan = explained(filters)
        assert "product_span_by_percent" in plan
        assert "Seq Scan on shop_listing" not in plan
        assert "Seq Scan on shop_productspan" not in plan


def test_claimed_units_are_looked_up_and_not_sought_among_all_deals():
    first = make.variant(20_00)
    deal = make.deal(first, during=make.slot(make.festival()), price=15_00, allotment=5)
    make.listed(first.product)
    more = [
        Variant(product=first.product, sku=f"more-{n}", pool=first.pool, listed_at=LONG_AGO)
        for n in range(1_000)
    ]
    facts = model_to_dict(deal, exclude=["id", "variant", "slot", "nomination"])
    Deal.objects.bulk_create(
        Deal(variant=variant, slot=deal.slot, nomination=deal.nomination, **facts)
        for variant in Variant.objects.bulk_create(more)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    assert "Seq Scan on shop_deal" not in explained(Filters())


def test_prices_of_a_large_shop_are_counted_by_walking_along_the_index(monkeypatch):
    monkeypatch.setattr(counts, "LIVE", 20)
    monkeypatch.setattr(counts, "MOST_COUNTED", 10)
    fill(2_000, price=lambda n: 5_00 + n * 7919 % 20_000)
    count_listings(at=NOON)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE shop_productspan, shop_listing")
    asked = {"since": LONG_AGO, "festivals": (), "language": "en"}

    with CaptureQueriesContext(connection) as queries:
        assert facets_of(Filters(low=20_00, high=40_00), at=NOON, **asked).total == 11

    assert "product_span_by_price" in plan_of(queries[0]["sql"])


def explained(filters):
    """Return the plan of a list's statement."""
    with CaptureQueriesContext(connection) as queries:
        assert find(filters, at=NOON, festivals=(), language="en").rows
    return plan_of(queries[0]["sql"])


def plan_of(statement):
    """Return how the database would go about a statement."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + statement)
        return "\n".join(row[0] for row in cursor.fetchall())


def test_the_beginnings_of_words_are_looked_up_and_not_sought_in_the_whole_vocabulary():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO shop_searchword (word, listings, titles, near_misses)"
            " SELECT md5(n::text), 1, 0, '{}' FROM generate_series(1, 20000) n"
        )
        cursor.execute("ANALYZE shop_searchword")
        cursor.execute("SET LOCAL enable_seqscan = off")  # as where there are more of them

    for text in ("zanz", "abc abcde", "calabsah"):
        with CaptureQueriesContext(connection) as queries:
            understand(text, "en")
        plan = plan_of(queries[0]["sql"])
        assert "Index Only Scan using shop_searchword_pkey" in plan
        assert "Seq Scan on shop_searchword" not in plan
