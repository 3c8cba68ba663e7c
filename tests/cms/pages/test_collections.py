"""Parts of the catalogue on pages: the picture of what is bought most, and words."""

import pytest
from django.test import Client

from shop.catalogue.models import Category
from shop.storefront.listings.models import Listing
from tests import make, pages

pytestmark = pytest.mark.django_db
PICTURE = {"small": "/media/s.jpg", "large": "/media/l.jpg", "jpeg": "/media/l.jpg 800w", "alt": ""}


def listed(path, large="/media/l.jpg", **facts):
    """Return the listing of a product that lies in a category."""
    category = Category.objects.get(path=path)
    product = make.product(category=category)
    make.variant(of=product)
    make.listed(product)
    picture = PICTURE | {"large": large}
    Listing.objects.filter(product=product).update(picture=picture, **facts)
    return product


@pytest.fixture
def catalogue():
    for place, (path, name, names) in enumerate(
        [
            ("food", "Food and drink", {"fr": "Alimentation"}),
            ("food/coffee", "Coffee", {"fr": "Café"}),
            ("food/tea", "Tea", {}),
            ("food/honey", "Honey", {}),
            ("food/nuts", "Nuts", {}),
            ("beauty", "Beauty", {}),
            ("fashion", "Fashion", {}),
        ]
    ):
        Category.objects.create(path=path, name=name, names=names, position=place)


def home(body, language=""):
    page = pages.home()
    page.body = body
    page.save()
    return Client().get(f"/{language}/".replace("//", "/")).text


def test_a_tile_shows_what_is_bought_most_in_it_and_leads_there(catalogue):
    listed("food/tea", large="/media/few.jpg", popularity=1_000)
    listed("food/coffee", large="/media/most.jpg", popularity=9_000)
    listed("food/nuts", large="/media/gone.jpg", popularity=99_000, is_available=False)

    text = home([("collections", {})])

    assert 'href="/products/?category=food"' in text
    assert "/media/most.jpg" in text
    assert "/media/few.jpg" not in text
    assert "/media/gone.jpg" not in text
    assert "Coffee, Tea, Honey</bdi>" in text
    assert "Beauty" not in text.partition('class="bento"')[2]


def test_the_first_parts_and_the_last_one_come_by_themselves(catalogue):
    for path in ("food", "beauty", "fashion"):
        listed(path)

    tiles = home([("collections", {"count": 2})]).partition('class="bento"')[2]

    assert "Food and drink" in tiles
    assert "Fashion" in tiles
    assert "Beauty" not in tiles


def test_an_editor_chooses_parts_their_order_and_their_words(catalogue):
    for path in ("food", "food/coffee", "fashion"):
        listed(path)
    tiles = [
        {"category": "fashion", "title": "Worn <close>", "text": "Beads and leather"},
        {"category": "food/coffee", "title": "", "text": ""},
        {"category": "beauty", "title": "Nothing there", "text": ""},
    ]

    text = home([("collections", {"tiles": tiles}), ("collections", {"count": 2})])

    found = text.partition('class="bento"')[2]
    assert found.index("Worn &lt;close&gt;") < found.index("Coffee")
    assert "Beads and leather" in found
    assert "Nothing there" not in found
    assert "Food and drink" in found.partition('class="bento"')[2]


def test_names_are_those_of_the_reader_s_language_or_say_that_they_are_not(catalogue):
    listed("food")

    text = home([("collections", {})], "fr")

    assert "<b>Alimentation</b>" in text
    assert '<bdi lang="en">Coffee, Tea, Honey</bdi>' in text


def test_a_catalogue_without_anything_on_sale_has_no_collections(catalogue):
    assert 'class="bento"' not in home([("collections", {})])
