"""On a telephone no page of the shop is wider than the screen, however much a festival holds."""

from datetime import timedelta

import pytest

from cms.models import FestivalPage
from tests import make, pages
from tests.browsing.watching import goes_sideways
from tests.make import NOON


@pytest.fixture(params=["en", "ar"])
def look(request):
    """Look in both directions of writing."""
    return request.param


@pytest.fixture
def width():
    return 390


@pytest.fixture
def festival(market):
    """Give a festival with more flash deals to come than a telephone shows beside each other."""
    for hours in range(3, 12):
        begins = NOON + timedelta(hours=hours)
        make.slot(market.festival, starts_at=begins, ends_at=begins + timedelta(hours=1))
    body = [("hero", {}), ("slots", {}), ("deals", {"look": "rail"}), ("vouchers", {})]
    return pages.page(FestivalPage, festival=market.festival, body=body)


def test_no_page_of_the_shop_goes_sideways_on_a_telephone(market, festival, page, look):
    prefix = "" if look == "en" else f"/{look}"
    found = {}

    for address in (
        "/",
        "/products/",
        "/products/?deal=flash",
        f"/products/{market.jar.product.slug}/",
        f"/products/{market.tour.slug}/",
        "/stores/",
        f"/stores/{market.loom.slug}/",
        pages.address(festival.get_parent()),
        pages.address(festival),
        "/cart/",
        "/saved/",
        "/account/login/",
    ):
        page.goto(f"{prefix}{address}")
        page.wait_for_load_state()
        found[address] = goes_sideways(page)
        if address == "/":
            assert page.locator(".slots .remind").count() > 3

    assert {address: said for address, said in found.items() if said} == {}
