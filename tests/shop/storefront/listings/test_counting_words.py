"""How often words are there is told by a part of a large shop's listings."""

import pytest
from django.db import connection

from shop.storefront.listings import search_index
from shop.storefront.listings.models import Listing, SearchWord
from shop.storefront.listings.search_index import count_words
from tests import make
from tests.make import NOON
from tests.shop.storefront.shelf import fill

pytestmark = pytest.mark.django_db


def listed(title, times):
    for _ in range(times):
        make.listed(make.variant(of=make.product(title=title)).product)


@pytest.fixture
def large(monkeypatch):
    """Let a shop of 120 listings be one of which half is counted."""
    fill(120, title=lambda n: "Basket")
    listed("Zebra basket", 1)
    monkeypatch.setattr(search_index, "COUNTED", 60)
    monkeypatch.setattr(search_index, "SIZE", "SELECT 121")


def test_a_part_of_the_listings_tells_how_often_a_word_is_there(large, monkeypatch):
    part = "SELECT text FROM shop_listing WHERE product_id % 2 = 0 AND {percent} > 0"
    monkeypatch.setattr(search_index, "PART", part)

    count_words(at=NOON)

    assert SearchWord.objects.get(word="basket").listings in range(115, 128)


def test_a_part_is_drawn_by_the_database(large):
    count_words(at=NOON)  # whole pages of the table, of a few none may be

    assert SearchWord.objects.filter(word="basket").exists()


def test_a_word_that_the_part_lacks_is_known_still(large, monkeypatch):
    monkeypatch.setattr(search_index, "PART", "SELECT text FROM shop_listing WHERE {percent} < 0")

    count_words(at=NOON)

    assert SearchWord.objects.filter(word="zebra").exists()


def test_a_word_that_no_listing_holds_is_dropped(large, monkeypatch):
    monkeypatch.setattr(search_index, "PART", "SELECT text FROM shop_listing WHERE {percent} < 0")
    Listing.objects.filter(title="Zebra basket").delete()

    count_words(at=NOON)

    assert not SearchWord.objects.filter(word="zebra").exists()


def test_a_small_shop_is_counted_whole():
    listed("Basket", 3)
    listed("Zebra basket", 1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE shop_listing")

    count_words(at=NOON)

    words = dict(SearchWord.objects.values_list("word", "listings"))
    assert (words["basket"], words["zebra"]) == (4, 1)


def test_a_word_of_texts_is_one_of_titles_as_soon_as_something_is_called_so():
    make.listed(make.variant(of=make.product(title="Cup", description="Like a zebra")).product)
    assert SearchWord.objects.get(word="zebra").titles == 0

    listed("Zebra", 1)

    assert SearchWord.objects.get(word="zebra").titles == 1


def test_a_part_without_a_title_does_not_forget_that_something_is_called_so(large, monkeypatch):
    made = make.product(title="Cup", description="Like a zebra")
    make.listed(make.variant(of=made).product)
    part = "SELECT text FROM shop_listing WHERE title = 'Cup' AND {percent} > 0"
    monkeypatch.setattr(search_index, "PART", part)

    count_words(at=NOON)

    assert SearchWord.objects.get(word="zebra").titles == 1
