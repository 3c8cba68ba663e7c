"""What stands in front of the shop is told which pages it may keep, and until when."""

from datetime import timedelta

import pytest

from shop.catalogue.models import Product
from tests import make
from tests.make import NOON, START
from tests.shop.storefront.shelf import page_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]


@pytest.fixture(autouse=True)
def edge(settings):
    settings.EDGE_CACHE = True


@pytest.fixture
def page():
    kettle = make.variant(20_00)
    make.deal(kettle, during=make.festival(), price=15_00)
    make.listed(kettle.product)
    return lambda path="/products/", at=NOON: page_at(path, at)


def until(answer):
    return int(answer.headers["X-Accel-Expires"].removeprefix("@"))


def test_a_page_is_kept_for_some_seconds_and_browsers_ask_each_time(page):
    answer = page()

    assert until(answer) - NOON.timestamp() == 5
    assert answer.headers["CDN-Cache-Control"] == "public, max-age=5"
    assert "revision-" in answer.headers["Surrogate-Key"]
    assert answer.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(("before_start", "kept"), [(9, 5), (3, 2), (2.4, 1), (1.1, 0), (0.3, 0)])
def test_it_ends_a_whole_second_before_prices_turn(page, before_start, kept):
    at = START - timedelta(seconds=before_start)
    answer = page(at=at)

    if kept > 0:
        # Whoever counts whole seconds serves it to the end of the second that is named.
        assert until(answer) + 1 <= START.timestamp()
        assert answer.headers["CDN-Cache-Control"] == f"public, max-age={kept}"
    else:
        assert answer.headers["X-Accel-Expires"] == "0"


@pytest.mark.parametrize(
    "path", ["/products/?from=3", "/products/?q=nothing", "/suggestions/?q=ke"]
)
def test_what_anybody_can_make_up_is_not_kept(page, path):
    answer = page(path)

    if "from" in path:  # a page without products is not kept anyway
        assert f'href="/products/{Product.objects.get().slug}/"' in answer.text
    assert answer.headers["X-Accel-Expires"] == "0"
    assert "CDN-Cache-Control" not in answer.headers


@pytest.mark.parametrize("path", ["/cart/", "/account/login/", "/products/none/", "/health/"])
def test_what_is_not_everybodys_says_nothing(client, path):
    assert "X-Accel-Expires" not in client.get(path).headers


def test_without_an_edge_browsers_keep_pages_themselves(page, settings):
    settings.EDGE_CACHE = False
    answer = page()

    assert "X-Accel-Expires" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, max-age=30"
