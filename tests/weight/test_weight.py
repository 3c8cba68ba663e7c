"""What the first view of a page costs somebody with an empty cache, beside the pictures."""

import io

import pytest
from playwright.sync_api import Page, Request

from sample.edition import edition
from sample.loading import write_rows
from sample.progress import Progress
from shop import clock
from shop.catalogue.models import Product
from shop.listings.models import Listing
from tests.browsing.stage import Stage
from tests.sample.loaded import DAY_0, root_collection

pytestmark = pytest.mark.xdist_group("access")
MOST_BYTES = 100_000
MOST_FIRST_BYTES = 600  # of script that holds the painting up
LONG_TITLE = 60  # characters


@pytest.fixture
def addresses(stage: Stage, settings) -> list[str]:
    """Fill the shop with the whole sample, and name one page of each kind."""
    settings.DEMO = True  # the sample is for demonstrations only
    stage.set_clock(DAY_0)
    root_collection()
    write_rows(edition(at=clock.now()), Progress(io.StringIO()))
    product = Product.objects.filter(option_names__len__gte=1, kind="goods").first()
    return ["/", "/products/", f"/products/{product.slug}/"]


def test_a_first_view_is_light_and_all_of_it_comes_from_the_shop(stage, addresses, visitor):
    print(Listing.objects.count())
    for address in addresses:
        page = visitor()
        without_pictures(page)
        requests = []
        page.on("requestfinished", requests.append)

        page.goto(address, wait_until="networkidle")

        print(address, [(r.url, weight(r)) for r in requests], sum(map(weight,requests)))
        assert [request.url for request in requests if not request.url.startswith(stage.url)] == []


def weight(request: Request) -> int:
    """Return how many bytes of an answer came over the wire, compressed as they were."""
    return request.sizes()["responseBodySize"]


def without_pictures(page: Page) -> None:
    """Answer every question for a picture of the catalogue with nothing."""
    page.route("**/media/**", lambda route: route.fulfill(body="", content_type="image/jpeg"))
