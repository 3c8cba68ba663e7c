"""Which pages have a copy: whoever makes addresses up fills no cache and gets no other's page."""

from threading import Barrier

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, RequestFactory

from shop.storefront.cache import shared_page as cache_shared_page
from shop.storefront.cache.shared_page import shared_page
from shop.storefront.search.filters import Filters
from tests import make
from tests.crowd import at_once
from tests.patience import PATIENCE

pytestmark = pytest.mark.django_db


@pytest.fixture
def kettle():
    """Offer a kettle."""
    made = make.variant(20_00)
    make.listed(made.product)
    return made


def pages():
    return [key for key in cache._cache if "page:" in key]


ODD = ["", "0", "-1", "007", "made-up", "home/none", "1.2", "KE"]


@pytest.mark.parametrize(
    "name",
    ["country", "category", "store", "from", "to", "festival", "deal", "slot", "kind", "stock",
     "q", "sort", "after", "before"],
)  # fmt: skip
def test_no_address_gets_the_page_of_another(kettle, name):
    plain = Client().get("/products/").content
    for value in ODD:
        cache.clear()
        own = Client().get(f"/products/?{name}={value}").content
        assert Client().get("/products/").content == plain, value
        assert Client().get(f"/products/?{name}={value}").content == own, value


@pytest.mark.parametrize(
    "path",
    [
        "/products/?after=5.1", "/products/?before=5.1&sort=price", "/products/?from=1&to=90",
        "/products/?country=KE&country=RW", "/products/?country=KE&category=home",
        "/products/?country=KE&stock=1&kind=goods", "/products/?from=x", "/products/?q=x",
        "/products/?country=GH", "/products/none/", "/stores/none/", "/stores/?country=GH",
        "/stores/{store}/?after=-5.1", "/stores/{store}/?category=home&before=9.9",
    ],
)  # fmt: skip
def test_what_has_no_end_leaves_no_page_behind(kettle, path):
    Client().get(path.format(store=kettle.product.merchant.slug))

    assert pages() == []


def test_a_word_that_htmx_does_not_say_makes_no_other_copy(kettle):
    for said in ("true", "false", "tru", "true!", "TRUE", "1", "x" * 100):
        Client().get("/products/", headers={"HX-Request": said})
    Client().get("/products/")

    assert len(pages()) == 2


@pytest.mark.parametrize("path", ["/", "/products/{product}/", "/stores/", "/stores/{store}/"])
def test_a_page_has_one_copy_whatever_is_added_to_its_address(kettle, path):
    path = path.format(product=kettle.product.slug, store=kettle.product.merchant.slug)

    for query in ("", "?x=1", "?category=made-up", "?country=XX", "?after=x", "?slot=0&stock=1"):
        Client().get(path + query)

    assert len(pages()) == 1


@pytest.mark.django_db(transaction=True)
def test_who_asks_for_what_is_not_kept_waits_for_nobody(monkeypatch):
    monkeypatch.setattr(cache_shared_page, "BUILDING", 2 * PATIENCE)
    monkeypatch.setattr(cache_shared_page, "TRIES", int(2 * PATIENCE / cache_shared_page.PAUSE))
    meeting = Barrier(4, timeout=PATIENCE)  # where one waited for another it would not come about

    @shared_page(takes=lambda data, known: Filters(low=int(data["from"])))
    def search(request):
        meeting.wait()  # all four are here at once
        return HttpResponse("found")

    answers = at_once([lambda: search(RequestFactory().get("/?from=1"))] * 4)

    assert [answer.content for answer in answers] == [b"found"] * 4
