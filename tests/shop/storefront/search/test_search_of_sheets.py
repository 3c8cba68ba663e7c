"""What a search finds on sheets of the sample."""

import io

import pytest
from django.test import Client, override_settings

from sample.edition import edition
from sample.loading import write_rows
from sample.progress import Progress
from shop.catalogue.models import Product
from shop.core import clock
from shop.storefront.listings.popularity import refresh_popularity
from shop.storefront.listings.search_index import count_words
from tests import worlds
from tests.sample.loaded import DAY_0, root_collection
from tests.shop.storefront.shelf import listed

pytestmark = [pytest.mark.django_db, pytest.mark.long]
STORES = {
    "tongo-road-straw", "ammeln-press-house", "gimbo-forest-gatherers", "balanzan-dye-court",
    "krakadouw-tea-yard", "laboratoire-karite-tchaoudjo",
}  # fmt: skip


@pytest.fixture(scope="module")
def written(django_db_setup, django_db_blocker):
    """Load six stores of the sample with the synonyms."""
    with override_settings(DEMO=True), worlds.world(django_db_blocker, write, at=DAY_0):
        yield


def write():
    root_collection()
    write_rows(edition(at=clock.now(), only=STORES), Progress(io.StringIO()))
    refresh_popularity(at=clock.now())
    count_words(at=clock.now())


@pytest.fixture
def sheets(written, clock_at):
    """Be there on the day on which they were loaded."""
    clock_at(DAY_0)


QUALITY = [
    ("basket", "basket"), ("Baskets", "basket"), ("BASKT", "basket"), ("baket", "basket"),
    ("bakset", "basket"), ("bask", "basket"), ("panier rond", "Round market basket"),
    ("市集篮", "Round market basket"), ("博尔加", "Round market basket"), ("篮", "basket"),
    ("argan oil", "argan"), ("huile d’argan", "argan"), ("زيت أركان", "Argan"),
    ("shea buter", "shea butter"), ("karite", "Shea"), ("beurre de karité", "shea"),
    ("mudcloth", "bogolan"), ("rooibos", "ooibos"), ("kahawa", "Kaffa"), ("قهوة", "Kaffa"),
    ("咖啡", "Kaffa"), ("basket xyzzyq", "basket"),
    ("lamp shade", "pendant shade"), ("abajur", "pendant shade"), ("laundry basket", "hamper"),
]  # fmt: skip


def test_people_find_what_they_mean(sheets):
    at = clock.now()
    first = {typed: listed(at=at, words=typed, sort="best")[:4] for typed, _ in QUALITY}

    missed = [
        (typed, wanted, first[typed])
        for typed, wanted in QUALITY
        if not any(wanted.lower() in title.lower() for title in first[typed])
    ]
    assert missed == []


def test_the_name_of_a_store_finds_what_it_sells(sheets):
    titles = Product.objects.filter(merchant__slug="tongo-road-straw").values_list(
        "title", flat=True
    )

    assert set(listed(at=clock.now(), words="tongo road", sort="best")[:4]) <= set(titles)


def test_a_page_says_how_it_understood_a_search(sheets):
    text = Client().get("/products/?q=baskt").text

    assert "Showing results for “basket”." in text
    assert "?q=baskt&amp;exact=1" in text
    exact = Client().get("/products/?q=baskt&exact=1").text
    assert "No products match “baskt”" in exact
