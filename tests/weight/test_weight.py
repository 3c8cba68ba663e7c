"""What the first view of a page costs somebody with an empty cache, beside the pictures."""

import io
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request

from sample.edition import edition
from sample.loading import write_rows
from sample.progress import Progress
from sample.reading import stores
from shop.catalogue.models import Product
from shop.core import clock
from tests.browsing.stage import Stage
from tests.sample.loaded import DAY_0, root_collection

pytestmark = pytest.mark.long

MOST_BYTES = 100_000
MOST_BYTES_BEFORE_PAINTING = 500  # of script that the browser waits for
SCRIPTS = """() => Array.from(document.scripts, (script) => ({
  place: script.src,
  waits: script.src !== "" && !script.defer && !script.async && script.type !== "module",
  runs: ["", "module", "text/javascript"].includes(script.type),
}))"""


@pytest.fixture
def addresses(stage: Stage, settings) -> list[str]:
    """Fill the shop with every fifth store of the sample; name the page of each kind."""
    settings.DEMO = True  # the sample is for demonstrations only
    stage.set_clock(DAY_0)
    root_collection()
    some = {store.slug for store in stores()[::5]}
    write_rows(edition(at=clock.now(), only=some), Progress(io.StringIO()))
    product = Product.objects.filter(kind="goods", option_names__len__gte=1).earliest("pk")
    return ["/", "/products/", f"/products/{product.slug}/"]


def test_first_views_are_light_and_come_from_the_shop_alone(stage, addresses, visitor):
    for address in addresses:
        page = visitor()

        loaded = load(page, address)

        assert sum(loaded.values()) < MOST_BYTES, loaded
        assert {urlsplit(place).netloc for place in loaded} == {urlsplit(stage.url).netloc}
        scripts = page.evaluate(SCRIPTS)
        assert [script for script in scripts if script["runs"] and not script["place"]] == []
        awaited = [script["place"] for script in scripts if script["waits"]]
        assert sum(loaded[place] for place in awaited) < MOST_BYTES_BEFORE_PAINTING, awaited


def load(page: Page, address: str) -> dict[str, int]:
    """Open a page and return how many bytes each of its files took on the wire, compressed.

    Pictures of the catalogue are answered with nothing and not counted.
    """
    found: dict[str, Request] = {}
    page.route("**/media/**", lambda route: route.fulfill(body="", content_type="image/jpeg"))
    page.on("requestfinished", lambda request: found.setdefault(request.url, request))
    page.goto(address, wait_until="networkidle")
    weighed = {place: found[place] for place in found if "/media/" not in place}
    return {place: request.sizes()["responseBodySize"] for place, request in weighed.items()}
