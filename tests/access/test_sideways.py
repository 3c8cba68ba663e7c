"""On a telephone no page of the shop is wider than the screen, however much a festival holds."""

from datetime import timedelta

import pytest

from cms.models import FestivalPage
from shop.festivals.models import Participation
from tests import make, pages
from tests.browsing.steps import put_in_cart, sign_in
from tests.browsing.watching import goes_sideways
from tests.make import NOON


def voucher(festival):
    """Give a festival a voucher whose name is as long as one of the sample's is in French."""
    title = "Chaque tranche de 300,00 dollars fait économiser 50,00 dollars"
    make.promotion(festival, title=title, group="voucher", value=5_00, trigger="claim")


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
    voucher(market.festival)
    body = [("hero", {}), ("slots", {}), ("deals", {"look": "rail"}), ("vouchers", {})]
    return pages.page(FestivalPage, festival=market.festival, body=body)


@pytest.fixture
def large(market):
    """Give a page with many pavilions and shelves."""
    body = [("hero", {}), ("deals", {"count": 10}), ("deals", {"count": 8, "sort": "price"})]
    countries = ("KE", "GH", "ET", "RW", "SN", "ML", "MA", "TZ", "UG", "BF")
    stores = [make.merchant(country=code, name=f"Store of {code}") for code in countries]
    products = [make.variant(of=make.product(of=s)).product for _ in range(7) for s in stores]
    Participation.objects.bulk_create(
        Participation(festival=market.festival, product=product) for product in products
    )
    make.listed(*products)
    words = "<p>Cloth and copper.</p>" * 4
    body += [("pavilion", {"country": code, "about": words}) for code in countries]
    return pages.page(FestivalPage, festival=market.festival, body=body)


def test_a_festival_page_shows_a_product_once_and_folds_its_pavilions(market, large, page):
    page.goto(pages.address(large))
    page.wait_for_load_state()
    links = page.locator("main li h3 a").evaluate_all("all => all.map((one) => one.href)")

    assert not goes_sideways(page)
    assert page.locator("main details.fold[open]").count() == 1
    assert len(links) == len(set(links)) > 20
    assert page.evaluate("document.body.scrollHeight") < 6_000
    empty = "all => all.filter((one) => one.offsetHeight < 90).map((one) => one.outerHTML)"
    assert page.locator("main section.section").evaluate_all(empty) == []
    page.locator("main details.fold summary").nth(5).click()
    assert page.locator("main details.fold[open]").count() == 2


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
        if address == pages.address(festival):
            assert page.locator(".offers .tag").count()
        if address == "/":
            assert page.locator(".slots .remind").count() > 3

    assert {address: said for address, said in found.items() if said} == {}


def test_a_cart_with_a_voucher_does_not_go_sideways_on_a_telephone(market, page):
    voucher(market.festival)
    sign_in(page, make.user().email)
    put_in_cart(page, market.jar.product)

    offered = page.locator(".voucher .tag.info")
    assert offered.count() == 1
    assert not goes_sideways(page)
    page.locator(".voucher:has(.tag.info) button").click()
    offered.wait_for(state="detached")
    assert page.locator(".voucher button[name=remove]").count() == 1
    assert not goes_sideways(page)
