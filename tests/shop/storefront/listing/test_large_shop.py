"""A shop whose catalogue is larger than what a page may look at: the sizes are set low here."""

import random
from datetime import timedelta

import pytest

from shop.catalogue.models import Category, Product
from shop.festivals.models import ProductSpan
from shop.storefront.listing import counts
from shop.storefront.listing.facets import facets_of
from shop.storefront.listings.count import count_listings
from shop.storefront.listings.models import ChangedStore, Listing, ListingCell
from shop.storefront.listings.popularity import refresh_popularity
from shop.storefront.listings.refresh import refresh, refresh_availability
from shop.storefront.search import ranking
from shop.storefront.search.filters import Filters
from shop.storefront.search.find import find
from shop.storefront.search.understand import understand
from tests import make
from tests.make import LONG_AGO, NOON
from tests.shop.storefront.shelf import fill

pytestmark = pytest.mark.django_db


def facets(**asked):
    filters = Filters(**asked)
    search = understand(filters.words, "en") if filters.words else None
    return facets_of(filters, at=NOON, since=LONG_AGO, festivals=(), language="en", search=search)


@pytest.fixture(params=[10, 20_000], ids=["deep", "wide"])
def large(request, monkeypatch):
    """Let a shop of 60 products be a large one: with something behind its floor, or without."""
    monkeypatch.setattr("shop.storefront.listings.popularity.FLOOR", request.param)
    monkeypatch.setattr(counts, "LIVE", 20)
    monkeypatch.setattr(counts, "MOST_COUNTED", 10)
    monkeypatch.setattr("shop.storefront.listings.popularity.FRONT", 30)
    for module in (counts, ranking):
        monkeypatch.setattr(module, "FEW_BEHIND", 5)
    return fill(60, price=lambda n: 1_00 + n, popularity=lambda n: n)


def slow_count(filters):
    """Count the products that pass some filters, one by one."""
    return sum(
        (not filters.countries or row.country in filters.countries)
        and (not filters.category or f"{row.category}/".startswith(f"{filters.category}/"))
        and (not filters.kind or row.kind == filters.kind)
        and (not filters.in_stock or row.is_available)
        and (not filters.stores or row.store_slug in filters.stores)
        for row in Listing.objects.all()
    )


@pytest.mark.parametrize("is_large", [False, True])
def test_counts_are_those_of_a_slow_count_on_random_filters(is_large, monkeypatch):
    chance = random.Random(7)
    rugs = Category.objects.create(path="home/rugs", name="Rugs")
    stores = [
        make.merchant(country=code, slug=f"s{n}") for n, code in enumerate(["KE", "RW", "GH"])
    ]
    for _ in range(40):
        facts = {"category": rugs} if chance.random() < 0.4 else {}
        made = make.product(of=chance.choice(stores), **facts)
        make.variant(of=made, on_hand=chance.choice([0, 5]))
        make.listed(made)
    count_listings(at=NOON)
    if is_large:
        monkeypatch.setattr(counts, "LIVE", 3)

    for _ in range(60):
        asked = {
            "countries": tuple(sorted(chance.sample(["KE", "RW", "GH"], chance.randrange(3)))),
            "category": chance.choice(["", "home", "home/rugs", "home/kitchen"]),
            "stores": tuple(sorted(chance.sample(["s0", "s1", "s2"], chance.randrange(2)))),
            "in_stock": chance.random() < 0.5,
            "kind": chance.choice(["", "goods", "experience"]),
        }
        assert facets(**asked).total == slow_count(Filters(**asked)), asked


def test_kept_counts_follow_what_changes(large):
    assert count_listings(at=NOON) > 0
    assert count_listings(at=NOON) == 0
    assert facets().total == 60
    refresh_availability([large[0].pk], at=NOON)  # it has no variant that could be bought

    count_listings(at=NOON)

    assert facets(in_stock=True).total == 59
    assert sum(ListingCell.objects.values_list("listings", flat=True)) == 60


def test_only_stores_that_changed_are_counted_again(large):
    count_listings(at=NOON)
    other = make.variant().product  # of a store of its own
    make.listed(other)
    Listing.objects.filter(pk=large[0].pk).update(category="home/rugs")  # noted by nobody

    count_listings(at=NOON)

    cells = ListingCell.objects.values_list("merchant_id", "category")
    assert (other.merchant_id, "home/kitchen") in cells
    assert "home/rugs" not in {category for _, category in cells}
    assert ChangedStore.objects.count() == 0

    count_listings(at=NOON + timedelta(days=1))  # all are once a day

    assert "home/rugs" in ListingCell.objects.values_list("category", flat=True)


def test_a_price_that_begins_or_ends_is_counted_then(large):
    count_listings(at=NOON)
    later = NOON + timedelta(hours=2)
    ProductSpan.objects.filter(product=large[0]).update(ends_at=later)

    count_listings(at=later - timedelta(hours=1))
    assert sum(ListingCell.objects.values_list("listings", flat=True)) == 60
    count_listings(at=later)
    assert sum(ListingCell.objects.values_list("listings", flat=True)) == 59


def test_what_is_taken_off_the_shop_is_counted_off(large):
    count_listings(at=NOON)
    Product.objects.filter(pk=large[0].pk).update(state="draft")
    refresh([large[0].pk], at=NOON)

    count_listings(at=NOON)

    assert sum(ListingCell.objects.values_list("listings", flat=True)) == 59


def test_whose_popularity_changed_is_counted_again(large):
    count_listings(at=NOON)
    Listing.objects.filter(pk=large[0].pk).update(popularity=0)

    refresh_popularity(at=NOON)

    assert large[0].merchant_id in ChangedStore.objects.values_list("merchant_id", flat=True)


def test_what_is_not_counted_every_minute_says_at_least(large):
    count_listings(at=NOON)

    found = facets(low=1_01)

    assert (found.total, found.is_least) == (11, True)
    assert found.countries[0].shown == "11+"
    assert not facets(low=1_55).is_least


def test_a_search_reaches_behind_the_front_of_the_shop(large):
    refresh_popularity(at=NOON)
    search = understand("thing", "en")
    filters, seen, pages = Filters(words="thing", sort="best"), [], 0
    while filters and pages < 9:
        page = find(filters, at=NOON, festivals=(), language="en", search=search)
        seen += [row.product_id for row in page.rows]
        filters = page.next and filters.changed(place=page.next)
        pages += 1

    assert len(seen) == len(set(seen)) == 60
    front = Listing.objects.filter(is_front=True).values_list("pk", flat=True)
    floor = Listing.objects.filter(is_floor=True).values_list("pk", flat=True)
    assert (set(seen[:30]), set(seen[30 : 30 + len(floor)])) == (set(front), set(floor))
    assert (len(front), len(floor)) in {(30, 10), (30, 30)}


def test_a_page_that_is_full_is_not_looked_for_further_behind(large):
    refresh_popularity(at=NOON)
    best = Listing.objects.order_by("-popularity")
    Listing.objects.filter(pk=best.last().pk).update(text=best.first().text)
    ends = {"front": best.filter(is_front=True), "floor": best.filter(is_floor=True)}

    def searched(most):
        found = understand("thing", "en")
        asked = Filters(words="thing", sort="best")
        page = find(asked, at=NOON, festivals=(), language="en", search=found)
        return {row.product_id for row in page.rows} <= {row.pk for row in ends[most]}

    assert searched("front")  # all of the front fit: 24 of them are shown
    best.filter(is_front=True).update(text=None)
    assert searched("floor") is (best.filter(is_floor=True).count() > ranking.PAGE)


def test_a_search_counts_what_it_looks_at(large):
    refresh_popularity(at=NOON)

    assert facets(words="thing").is_least  # the front alone fills a page
    assert facets(words="thing").total == 30
    Listing.objects.filter(is_front=True).update(text=None)
    rest = facets(words="thing")

    assert (rest.total, rest.is_least) == (30, False)


def test_the_way_back_of_a_search_is_the_way_there(large):
    refresh_popularity(at=NOON)
    search = understand("thing", "en")
    filters = Filters(words="thing", sort="best")

    def ids(page):
        return [row.product_id for row in page.rows]

    def at(place):
        asked = filters.changed(place=place)
        return find(asked, at=NOON, festivals=(), language="en", search=search)

    first = at(None)
    second = at(first.next)
    third = at(second.next)

    assert ids(at(third.previous)) == ids(second)
    assert ids(at(second.previous)) == ids(first)
