"""A page that is shared shows its name, a sentence and a picture; no two lists are called alike."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from shop.people.merchants.models import Merchant
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
EVIL = 'A "quoted" <b>kettle</b> & co'


def facts(path):
    """Return what a page tells other sites of itself, with its title."""
    text = Client().get(path).text
    found = dict(re.findall(r'<meta property="og:([\w:]+)" content="([^"]*)">', text))
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
    assert shown["image"] == f"{settings.SITE_URL}/media/sizes/none-share.jpg"
    assert (shown["image:width"], shown["image:height"]) == ("1200", "630")
    assert shown["image:alt"] == "A kettle on a table"
    assert (shown["type"], shown["locale"]) == ("product", "en_GB")


def test_every_language_is_named_as_apps_know_it():
    named = [facts(f"{start}/products/")["locale"] for start in ("", "/fr", "/zh-hans", "/ar")]

    assert named == ["en_GB", "fr_FR", "zh_CN", "ar_AR"]


def test_a_store_is_shared_with_its_banner():
    store = make.merchant()
    banner = make.shown_picture(make.product(of=store), alt="Kettles in a row").picture
    Merchant.objects.filter(pk=store.pk).update(banner=banner)

    shown = facts(f"/stores/{store.slug}/")

    assert shown["image"] == f"{settings.SITE_URL}/media/sizes/none-share.jpg"
    assert shown["image:alt"] == "Kettles in a row"
    assert shown["type"] == "website"


def test_no_price_is_told_beside_a_link():
    variant = make.variant(20_00)
    make.shown_picture(variant.product)
    coming = make.festival(starts_at=NOON + timedelta(days=40), ends_at=NOON + timedelta(days=50))
    make.deal(variant, during=coming, price=13_37, allotment=5, approved_at=NOON)

    text = Client().get(f"/products/{variant.product.slug}/").text

    assert "13.37" not in text
    assert not [line for line in text.splitlines() if "og:" in line and "20.00" in line]


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
