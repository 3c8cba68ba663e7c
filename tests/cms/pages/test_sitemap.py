"""All pages that are to be found stand in the sitemap, and none that is not."""

import re
from xml.etree import ElementTree

import pytest
from django.test import Client
from wagtail.models import PageViewRestriction

from cms.models import FestivalPage, StoryPage
from cms.pages import sitemap
from shop.festivals.models import Festival
from shop.storefront.cache import catalogue_version
from tests import make, pages
from tests.budgets import statements

pytestmark = pytest.mark.django_db
LANGUAGES = ["en", "fr", "zh-hans", "ar", "sw", "pt"]


def read(path):
    """Return the addresses of a list, without the shop's own."""
    catalogue_version.forget()
    answer = Client().get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    tree = ElementTree.fromstring(answer.content)  # noqa: S314 (our own)
    found = [place.text for place in tree.iter() if place.text]
    return [address for address in found if address.strip()]


@pytest.fixture
def shop(settings):
    """Fill the shop with what is to be found, and with what is not."""
    settings.SITE_URL = "http://testserver"
    store = make.merchant(slug="loom", name="Loom & Sons")
    make.listed(make.product(of=store, slug="kettle"), make.product(of=store, slug="lamp"))
    make.merchant(slug="shut", state="suspended")
    make.product(of=store, slug="draft", state="draft")
    pages.page(StoryPage, slug="six-days", title="Six days")
    private = pages.page(StoryPage, slug="private", title="Private")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    pages.page(StoryPage, slug="unfinished", title="Unfinished", live=False)
    pages.page(FestivalPage, festival=make.festival(), slug="harvest")
    planned = make.festival()
    pages.page(FestivalPage, festival=planned, slug="secret")
    Festival.objects.filter(pk=planned.pk).update(state=Festival.State.DRAFT)


def test_the_index_names_the_parts_of_every_language(shop, monkeypatch):
    monkeypatch.setattr(sitemap, "MOST", 1)

    found = read("/sitemap.xml")

    assert found == [
        f"http://testserver/sitemap-{code}-{part}.xml" for code in LANGUAGES for part in range(3)
    ]
    assert [len(read(address[len("http://testserver") :])) for address in found[1:3]] == [1, 1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_address_is_a_page_that_is_to_be_found_under_this_very_address(shop, language):
    prefix = "" if language == "en" else f"/{language}"
    parts = read("/sitemap.xml")
    found = [
        address
        for part in parts
        if f"-{language}-" in part
        for address in read(part.removeprefix("http://testserver"))
    ]

    places = [address.removeprefix(f"http://testserver{prefix}") for address in found]
    assert {"/", "/products/", "/stores/", "/stores/loom/", "/products/kettle/", "/products/lamp/",
            "/stories/six-days/", "/festivals/harvest/"} <= set(places)  # fmt: skip
    hidden = re.compile("shut|draft|private|unfinished|secret")
    assert [place for place in places if hidden.search(place)] == []
    assert len(places) == len(set(places))
    for address in found:
        answer = Client().get(address.removeprefix("http://testserver"))
        assert answer.status_code == 200, address
        canonical = re.search(r'<link rel="canonical" href="([^"]*)">', answer.text)
        assert canonical
        assert canonical[1].replace("&amp;", "&") == address
        assert "noindex" not in answer.text


def test_it_costs_few_statements_and_what_is_not_there_is_a_404(shop):
    for path in ("/sitemap.xml", "/sitemap-fr-0.xml", "/sitemap-fr-1.xml"):
        with statements(most=4):
            assert Client().get(path).status_code == 200

    for path in (
        "/sitemap-fr-2.xml",
        "/sitemap-de-0.xml",
        "/sitemap-fr-x.xml",
        "/sitemap-fr--1.xml",
    ):
        assert Client().get(path).status_code == 404
