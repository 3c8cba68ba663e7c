"""A page is offered once in the language that the browser asks for, to that browser alone."""

import pytest
from django.test import Client

from tests.budgets import statements

pytestmark = pytest.mark.django_db
HERE = "http://testserver"


def offer(language, *, on="/products/", browser=None, referer=None):
    """Return what the fragment of a page says to a browser that asks for a language."""
    prefix = on.split("/")[1] if on.split("/")[1] in ("fr", "ar", "zh-hans", "sw", "pt") else ""
    where = f"/{prefix}/cart/summary/" if prefix else "/cart/summary/"
    headers = {"Accept-Language": language, "Referer": referer or f"{HERE}{on}"}
    return (browser or Client()).get(where, headers=headers).text


def test_the_page_that_is_read_is_offered_in_the_browser_s_language_and_only_once():
    browser, page = Client(), "/products/?country=KE&sort=price"

    first = offer("fr-CA, en;q=0.5", on=page, browser=browser)
    second = offer("fr-CA, en;q=0.5", on=page, browser=browser)

    assert '<div data-slot="tongue"><section lang="fr" dir="ltr" aria-label="Lire' in first
    assert 'href="/fr/products/?country=KE&amp;sort=price" hreflang="fr"' in first
    assert "Lire cette page en français" in first
    assert "tongue" not in second


@pytest.mark.parametrize(
    ("wanted", "on", "url"),
    [
        ("zh-TW", "/", "/zh-hans/"),
        ("ar", "/fr/stores/", "/ar/stores/"),
        ("en-GB", "/fr/products/", "/products/"),
        ("de, sw;q=0.7", "/", "/sw/"),
        ("pt-BR", "/fr/", "/pt/"),
    ],
)
def test_the_first_language_of_the_shop_that_is_asked_for_is_meant(wanted, on, url):
    assert f'<a href="{url}"' in offer(wanted, on=on)


def test_from_right_to_left_is_offered_from_right_to_left():
    assert 'lang="ar" dir="rtl"' in offer("ar")


@pytest.mark.parametrize(
    "wanted", ["en", "en-US, fr;q=0.9", "de", "*", "", ";;q=,x", "*, fr;q=0.1"]
)
def test_whoever_reads_in_a_fitting_language_is_asked_nothing(wanted):
    browser = Client()

    assert "tongue" not in offer(wanted, browser=browser)
    assert "offered_language" not in browser.cookies


@pytest.mark.parametrize(
    "page", ["/cart/", "/fr/checkout/", "/orders/B-1/x/", "/merchant/", "/organize/"]
)
def test_nothing_is_offered_on_the_way_to_pay_and_at_desks(page):
    browser = Client()

    assert "tongue" not in offer("ar", on=page, browser=browser)
    assert "tongue" in offer("ar", on="/", browser=browser)  # it was not spent there


@pytest.mark.parametrize("referer", ["https://elsewhere.example/products/", "nonsense"])
def test_a_page_of_another_site_leads_home(referer):
    assert '<a href="/fr/"' in offer("fr", referer=referer)


def test_an_address_is_no_way_out_of_the_page():
    text = offer("fr", on='/products/?q="><script>')

    assert "<script" not in text


def test_shared_pages_are_the_same_whatever_the_browser_asks_for():
    pages = [
        Client().get("/products/", headers={"Accept-Language": wanted}) for wanted in ("fr", "en")
    ]

    assert pages[0].content == pages[1].content
    assert '<div class="wrap" data-slot="tongue"></div>' in pages[0].text
    assert not pages[0].cookies


def test_an_offer_costs_no_statement():
    with statements(most=0):
        assert "tongue" in offer("fr")
