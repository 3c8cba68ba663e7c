"""Crawlers are told what is no page, and where the list of all pages is."""

from urllib.robotparser import RobotFileParser

import pytest

NOWHERE = ["/organize/", "/merchant/x/", "/mail/", "/health/", "/clock/", "/webhooks/stripe/",
           "/suggestions/?q=a", "/fr/suggestions/", "/ar/preferences/"]  # fmt: skip


def test_the_file_names_the_sitemap_and_what_is_no_page(client, settings):
    settings.SITE_URL = "https://baobab.example"

    answer = client.get("/robots.txt")

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    rules = RobotFileParser()
    rules.parse(answer.text.splitlines())
    assert rules.site_maps() == ["https://baobab.example/sitemap.xml"]
    assert [path for path in NOWHERE if rules.can_fetch("any", path)] == []


@pytest.mark.parametrize("path", ["/", "/fr/products/basket/", "/stores/?country=KE", "/cart/",
                                  "/media/a.jpg", "/static/css/shop.css"])  # fmt: skip
def test_pages_may_be_read_even_those_that_ask_not_to_be_listed(client, path):
    rules = RobotFileParser()
    rules.parse(client.get("/robots.txt").text.splitlines())

    assert rules.can_fetch("any", path)
