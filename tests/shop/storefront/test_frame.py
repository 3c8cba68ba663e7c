"""The frame of every page: languages, the festival, what a visitor chose."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from shop.catalogue.delivery.models import Country
from tests import make
from tests.make import END, START

pytestmark = pytest.mark.django_db

LANGUAGES = ["en", "fr", "zh-hans", "ar", "sw", "pt"]


def alternates(text):
    return dict(re.findall(r'<link rel="alternate" hreflang="([\w-]+)" href="([^"]*)">', text))


def test_every_page_has_an_address_in_every_language(settings):
    root = settings.SITE_URL
    page = Client().get("/fr/products/?sort=price&country=KE&utm_source=x").text

    assert alternates(page) == {
        "en": f"{root}/products/?country=KE&amp;sort=price",
        "x-default": f"{root}/products/?country=KE&amp;sort=price",
        "fr": f"{root}/fr/products/?country=KE&amp;sort=price",
        "zh-hans": f"{root}/zh-hans/products/?country=KE&amp;sort=price",
        "ar": f"{root}/ar/products/?country=KE&amp;sort=price",
        "sw": f"{root}/sw/products/?country=KE&amp;sort=price",
        "pt": f"{root}/pt/products/?country=KE&amp;sort=price",
    }


@pytest.mark.parametrize(
    ("asked", "listed"),
    [
        ("/fr/products/?sort=price&country=KE&utm_source=x", "/fr/products/?country=KE"),
        ("/products/?kind=goods&stock=1", "/products/?kind=goods&amp;stock=1"),
        ("/products/?kind=goods&stock=1&festival=1", ""),
        ("/products/?country=KE&country=GH", ""),
        ("/products/?q=kettle", ""),
        ("/products/?from=5", ""),
        ("/products/?after=5.5", ""),
        ("/stores/?sort=name", "/stores/"),
        ("/stores/?page=2", ""),
        ("/cart/", ""),
        ("/orders/find/", ""),
    ],
)
def test_a_page_names_the_one_address_under_which_it_is_listed(settings, asked, listed):
    page = Client().get(asked).text

    names = re.findall(r'<link rel="canonical" href="([^"]*)">', page)
    assert names == ([settings.SITE_URL + listed] if listed else [])
    assert ('<meta name="robots" content="noindex">' in page) == (not listed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_product_is_listed_once_whatever_is_chosen(settings, language):
    kettle = make.variant()
    make.listed(kettle.product)
    place = f"{'' if language == 'en' else f'/{language}'}/products/{kettle.product.slug}/"

    for query in ("", f"?variant={kettle.pk}", "?utm_source=x"):
        page = Client().get(place + query).text
        assert f'<link rel="canonical" href="{settings.SITE_URL}{place}">' in page
        assert "noindex" not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_speaks_the_language_of_its_address_whatever_the_browser_prefers(language):
    kettle = make.variant()
    make.deal(kettle, during=make.festival(zone="Africa/Nairobi"), price=15_00, allotment=9)
    make.listed(kettle.product)
    prefix = "" if language == "en" else f"/{language}"
    store = kettle.product.merchant

    for path in ("/", "/products/", f"/products/{kettle.product.slug}/", "/stores/",
                 f"/stores/{store.slug}/", "/products/?q=none"):  # fmt: skip
        answer = Client().get(f"{prefix}{path}", headers={"Accept-Language": "de"})
        assert answer.status_code == 200
        direction = "rtl" if language == "ar" else "ltr"
        assert f'<html lang="{language}" dir="{direction}">' in answer.text
        assert answer.headers["Content-Language"] == language
        assert f'href="{prefix}/products/"' in answer.text


def test_the_masthead_tells_when_the_festival_ends():
    make.festival(zone="Africa/Nairobi", starts_at=START, ends_at=END - timedelta(hours=3))

    page = Client().get("/stores/").text

    assert '<time-left until="2027-05-19T21:00:00+00:00" pattern="Festival ends in {time}">' in page
    assert "Closes 19 May</time-left>" in page


def test_the_masthead_is_quiet_without_a_festival():
    assert "time-left" not in Client().get("/stores/").text


def test_only_countries_that_are_served_can_be_chosen():
    for code, service in (("CN", "open"), ("FR", "check"), ("RU", "closed_until_checked")):
        Country.objects.create(
            code=code, zone="Z", service=service, currency="USD", seen_on="2026-11-24"
        )

    options = re.findall(r'<option value="(\w\w)"', Client().get("/stores/").text)

    assert options == ["CN", "FR"]


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("/", "Festival"),
        ("/products/", "Products"),
        ("/products/?kind=experience", "Experiences"),
        ("/products/?deal=flash", "Flash deals"),
        ("/stores/", "Stores"),
    ],
)
def test_the_navigation_marks_where_one_is(path, entry):
    nav = Client().get(path).text.split('<nav class="nav"')[1].split("</nav>")[0]

    assert re.findall(r'aria-current="page">([^<]*)', nav) == [entry]


def test_an_unknown_address_is_answered_in_the_frame():
    answer = Client().get("/fr/nowhere/")

    assert answer.status_code == 404
    assert '<html lang="fr"' in answer.text


@pytest.mark.parametrize(
    ("language", "codes"),
    [
        ("fr", ["DK", "EG", "EC", "ES", "FO", "IN", "ZM"]),  # Égypte, Équateur, Îles Féroé
        ("zh-hans", ["EG", "FJ", "KE", "TZ", "CN"]),  # by their sounds, not by their code points
        ("pt", ["AF", "ZA", "AL", "EG"]),  # África do Sul
    ],
)
def test_countries_are_offered_as_in_a_dictionary_of_the_language(language, codes):
    for code in codes:
        Country.objects.create(code=code, zone="X", service="open", seen_on="2026-11-24")

    page = Client().get(f"/{language}/stores/").text

    offered = re.findall(r'<option value="([A-Z]{2})"', page)
    assert [code for code in offered if code in codes] == codes
