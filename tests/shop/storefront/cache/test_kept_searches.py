"""Searches that many make are kept, apart from pages; what else is typed is not."""

import gzip
from datetime import timedelta

import pytest
from django.core.cache import cache, caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.make import END
from tests.shop.storefront.shelf import page_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]


@pytest.fixture
def kettle():
    """Offer a kettle at 20, at 15 while the festival runs."""
    made = make.variant(20_00, of=make.product(title="Kettle"))
    make.deal(made, during=make.festival(), price=15_00)
    make.listed(made.product)
    return made


def asked(path):
    with CaptureQueriesContext(connection) as queries:
        answer = Client().get(path)
    return answer, [query["sql"] for query in queries]


@pytest.mark.parametrize("query", ["from=1&to=90", "q=kettle&stock=1", "q=kettle&from=1"])
def test_what_was_typed_is_not_kept(kettle, query):
    for _time in range(3):
        _, statements = asked(f"/products/?{query}")

    assert statements
    assert list(cache._cache) == []


def test_a_search_is_kept_from_the_second_time_on_apart_from_pages(kettle):
    first, _ = asked("/products/?q=kettle")
    _, statements = asked("/products/?q=kettle")
    assert statements

    again, statements = asked("/products/?q=+kettle+")

    assert statements == []
    assert again.content == first.content
    assert list(cache._cache) == []


def test_a_kept_search_turns_over_with_the_prices(kettle):
    early = END - timedelta(microseconds=1)
    for _time in range(3):
        assert b"$15.00" in unpacked(page_at("/products/?q=kettle", early))

    assert b"$15.00" not in unpacked(page_at("/products/?q=kettle", END))


def test_made_up_searches_push_out_searches_alone(kettle, settings):
    asked("/products/")
    for number in range(2_100):
        assert not caches["searches"].get(f"page:{number}")
        caches["searches"].set(f"page:{number}", 1)

    _, statements = asked("/products/")

    assert statements == []
    assert len(caches["searches"]._cache) <= 1_000


def unpacked(answer):
    body = answer.content
    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
