from dataclasses import replace
from datetime import timedelta

import pytest

from shop.catalogue.models import Category
from shop.catalogue.stock.models import Pool
from shop.storefront.search.filters import SORT_NAMES, Filters
from shop.storefront.search.find import PAGE, ListPlace, find
from tests import make
from tests.make import END, NOON, START
from tests.shop.storefront.shelf import fill, found, listed

pytestmark = pytest.mark.django_db

# What each order sorts by, ascending; the product's id decides between equals.
KEYS = {
    "popular": lambda row: (-row.popularity, row.product_id),
    "price": lambda row: (row.price, row.product_id),
    "-price": lambda row: (-row.price, -row.product_id),
    "saving": lambda row: (row.percent is None, -(row.percent or 0), row.product_id),
    "newest": lambda row: (-row.key, row.product_id),
}


def walk(filters, *, backwards=False):
    """Return the rows of all pages, page by page, from one end to the other."""
    pages = []
    place = filters.place
    while True:
        page = find(replace(filters, place=place), at=NOON, festivals=(), language="en")
        pages.append(page)
        assert len(pages) < 10
        place = page.previous if backwards else page.next
        if place is None:
            return pages


def ids(page):
    return [row.product_id for row in page.rows]


@pytest.fixture
def shelf():
    """Fill three pages, with many ties in price, saving, popularity and age."""
    return fill(
        60,
        price=lambda n: 5_00 + n % 4 * 1_00,
        percent=lambda n: [None, 10, 20, 10][n % 4] if n % 3 else None,
        popularity=lambda n: n % 5 if n % 2 else 0,
    )


@pytest.mark.parametrize("sort", SORT_NAMES)
def test_every_order_is_right_over_all_pages(shelf, sort):
    pages = walk(Filters(sort=sort))

    rows = [row for page in pages for row in page.rows]
    assert [len(page.rows) for page in pages] == [24, 24, 12]
    assert rows == sorted(rows, key=KEYS[sort])
    assert {row.product_id for row in rows} == {product.pk for product in shelf}


@pytest.mark.parametrize("sort", SORT_NAMES)
def test_the_way_back_shows_the_same_pages(shelf, sort):
    there = walk(Filters(sort=sort))

    back = walk(Filters(sort=sort, place=there[-1].previous), backwards=True)

    assert [ids(page) for page in reversed(back)] == [ids(page) for page in there[:-1]]
    assert back[-1].previous is None
    assert all(page.next for page in back)


def test_newest_comes_first(shelf):
    assert listed(sort="newest")[:4] == ["Thing 58", "Thing 59", "Thing 56", "Thing 57"]


def test_the_first_page_has_nothing_before_it(shelf):
    pages = walk(Filters())

    assert [bool(page.previous) for page in pages] == [False, True, True]
    assert [bool(page.next) for page in pages] == [True, True, False]


def test_a_full_last_page_has_nothing_after_it():
    fill(PAGE)

    page = find(Filters(), at=NOON, festivals=(), language="en")

    assert (len(page.rows), page.next) == (24, None)


@pytest.mark.parametrize("sort", SORT_NAMES)
@pytest.mark.parametrize("key", [-1, 0, 7, 10**18 - 1, -(10**17)])
@pytest.mark.parametrize("is_before", [False, True])
def test_a_place_that_somebody_made_up_is_no_error(shelf, sort, key, is_before):
    filters = Filters(sort=sort, place=ListPlace(key, 10**18 - 1, is_before=is_before))

    page = find(filters, at=NOON, festivals=(), language="en")

    assert len(page.rows) <= PAGE


def test_the_price_is_the_one_of_the_instant():
    kettle = make.variant(20_00)
    make.deal(kettle, during=make.festival(), price=15_00)
    make.listed(kettle.product)

    rows = [found(at=at)[0] for at in (START - timedelta(seconds=1), START, END)]

    assert [(row.price, row.prior_price, row.percent) for row in rows] == [
        (20_00, None, None),
        (15_00, 20_00, 25),
        (20_00, None, None),
    ]


def test_what_has_no_price_at_the_instant_is_not_listed():
    kettle = make.variant(sales_close=NOON)
    make.listed(kettle.product)

    assert len(found(at=NOON - timedelta(seconds=1))) == 1
    assert found(at=NOON) == ()


def test_a_title_comes_in_the_language_of_the_page():
    kettle = make.product(title="Kettle", titles={"fr": "Bouilloire", "zh": "水壶"})
    make.variant(of=kettle)
    make.listed(kettle)

    seen = [
        find(Filters(), at=NOON, festivals=(), language=language).rows[0].translated
        for language in ("en", "fr", "zh-hans", "ar")
    ]

    assert seen == [None, "Bouilloire", "水壶", None]


def things(**facts):
    """List a plain cup of a Kenyan store beside one thing that is different."""
    cup = make.product(title="Cup")
    other = make.product(**{"title": "Other"} | facts)
    for product in (cup, other):
        make.variant(10_00, of=product)
    make.listed(cup, other)
    return other


def test_countries_are_added_up():
    things(of=make.merchant(country="RW"))

    assert listed(countries=("RW",)) == ["Other"]
    assert listed(countries=("KE", "RW")) == ["Cup", "Other"]
    assert listed(countries=("GH",)) == []


def test_a_category_holds_what_lies_below_it():
    things(category=Category.objects.create(path="home/rugs", name="Rugs"))

    assert listed(category="home") == ["Cup", "Other"]
    assert listed(category="home/rugs") == ["Other"]
    assert listed(category="homes") == []


def test_stores_are_added_up():
    other = things()

    assert listed(stores=(other.merchant.slug,)) == ["Other"]
    assert listed(stores=("none",)) == []


def test_both_ends_of_a_price_range_are_inside():
    fill(6, price=lambda n: n * 1_00 + 1_00)

    titles = listed(low=2_00, high=4_00, sort="price")

    assert titles == ["Thing 1", "Thing 2", "Thing 3"]


def test_what_takes_part_in_the_festival_is_found():
    other = things()
    festival = make.festival()
    make.nomination(other.variants.get(), during=festival, price=9_00)
    make.listed(other)

    assert listed(in_festival=True, festivals=(festival.pk,)) == ["Other"]
    assert listed(in_festival=True) == []


def test_flash_deals_are_found_while_they_run():
    other = things()
    festival = make.festival()
    slot = make.slot(festival, starts_at=NOON, ends_at=NOON + timedelta(hours=6))
    make.deal(other.variants.get(), during=slot, price=8_00, allotment=5)

    seen = [
        listed(in_flash=True, at=NOON + timedelta(hours=hours)) for hours in (-0.001, 0, 5.999, 6)
    ]

    assert seen == [[], ["Other"], ["Other"], []]
    assert listed(slot=slot.pk, at=NOON - timedelta(days=1)) == ["Other"]


def test_a_flash_deal_stays_in_its_list_when_all_are_claimed():
    other = things()
    slot = make.slot(make.festival())
    deal = make.deal(other.variants.get(), during=slot, price=8_00, allotment=5)
    type(deal).objects.filter(pk=deal.pk).update(sold=3, held=2)

    (row,) = found(in_flash=True)

    assert (row.allotment, row.claimed, row.sold, row.is_flash) == (5, 5, 3, True)


def test_claims_of_all_variants_are_added_up():
    large, small = make.variant(20_00), None
    small = make.variant(10_00, of=large.product)
    slot = make.slot(make.festival())
    nomination = make.nomination(large, during=slot, price=15_00, allotment=7)
    nomination.prices[str(small.pk)] = 8_00
    nomination.allotments[str(small.pk)] = 4
    nomination.save()
    for deal in make.approve.approve(nomination, at=START - timedelta(days=3)):
        type(deal).objects.filter(pk=deal.pk).update(sold=2)
    make.listed(large.product)

    (row,) = found()

    assert (row.price, row.allotment, row.claimed) == (8_00, 11, 4)


def test_experiences_are_found():
    things(kind="experience")

    assert listed(kind="experience") == ["Other"]
    assert listed(kind="goods") == ["Cup"]


def test_what_is_sold_out_can_be_left_out():
    other = things()
    Pool.objects.filter(variants__product=other).update(on_hand=0)
    make.listed(other)

    assert listed(in_stock=True) == ["Cup"]
