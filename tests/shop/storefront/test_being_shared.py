"""A page that is shared shows its name, a sentence and a picture; no two lists are called alike."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from tests import make

pytestmark = pytest.mark.django_db
EVIL = 'A "quoted" <b>kettle</b> & co'


def facts(path):
    """Return what a page tells other sites of itself, with its title."""
    text = Client().get(path).text
    found = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', text))
    return found | {"head": re.search(r"<title>(.*?) \| Baobab</title>", text)[1]}


def test_a_product_is_shared_with_its_own_words_and_picture():
    product = make.product(title=EVIL, summary='Boils "fast"')
    make.variant(20_00, of=product)
    make.shown_picture(product)

    shown = facts(f"/products/{product.slug}/")

    assert (
        shown["title"] == shown["head"] == "A &quot;quoted&quot; &lt;b&gt;kettle&lt;/b&gt; &amp; co"
    )
    assert shown["description"] == "Boils &quot;fast&quot;"
    assert shown["url"] == f"{settings.SITE_URL}/products/{product.slug}/"
    assert shown["image"].startswith(f"{settings.SITE_URL}/media/")
    assert shown["image"].endswith(".jpg")


def test_a_page_without_a_picture_is_shared_with_that_of_the_shop():
    shown = facts("/products/")

    assert shown["image"] == f"{settings.SITE_URL}{settings.STATIC_URL}img/share.png"
    with Image.open(Path(finders.find("img/share.png"))) as picture:
        assert picture.size == (1200, 630)


def test_a_page_that_nobody_should_find_tells_nothing():
    assert "og:" not in Client().get("/cart/").text
    assert "og:" not in Client().get("/products/?q=kettle").text


def test_no_two_lists_are_called_alike():
    for country in ("KE", "GH"):
        store = make.merchant(country=country, certifications=["Fair trade"])
        product = make.product(of=store, origin=country)
        make.variant(20_00, of=product)
        make.listed(product)

    narrowed = ("", "?country=KE", "?country=GH", "?festival=1", "?stock=1")
    paths = [f"/products/{query}" for query in narrowed]
    paths += [f"/stores/{query}" for query in narrowed[:3]]
    heads = [facts(path)["head"] for path in paths]

    assert len(set(heads)) == len(paths), heads
    assert facts("/products/?country=KE")["head"] == "Products, Kenya"
    assert facts("/stores/?country=KE")["description"].startswith("Stores, Kenya: 1 store. ")
