"""The organizers' board, report and statements have no barriers, nor has the public result."""

from datetime import timedelta
from random import Random

import pytest

from shop.reports import tallies
from shop.reports.checks import look_around
from shop.reports.results import PARTS, publish_result
from tests import make
from tests.access.inspector import Inspector
from tests.browsing.steps import sign_in
from tests.cms.dashboard.people import organizer
from tests.make import END, NOON
from tests.patience import IN_BROWSERS
from tests.sample.loaded import root_collection
from tests.shop.merchant.dashboard.desk import EVIL
from tests.shop.reports.past import World, paid_order, sent_back

OURS = "main"


@pytest.fixture
def sold(market, stage, inspector: Inspector):
    """Sell much in a festival whose stores, products and slots have hostile names."""
    root_collection()
    inspector.page.watch.expect(404)
    world, dice = World(), Random(1)
    for variant in world.variants:
        product = variant.product
        product.title, product.merchant.name = f"Jar {EVIL}", f"Loom {EVIL}"
        product.save()
        product.merchant.save()
    for n in range(30):
        order = paid_order(world, dice, at=NOON - timedelta(minutes=10 * n), email=f"{n}@e.org")
        if n % 7 == 0:
            sent_back(order, dice)
    make.order({world.variants[0]: 2})
    tallies.count_all_sales(at=NOON + timedelta(hours=1))
    look_around(at=NOON)
    inspector.within = OURS
    sign_in(inspector.page, organizer().email, "/organize/")
    return world


def test_the_board_of_a_running_festival_has_no_barriers(sold, inspector):
    here = f"/organize/festivals/{sold.festival.pk}/"
    inspector.visit(f"{here}live/", f"{here}health/", f"{here}report/", f"{here}statements/",
                    f"{here}statements/{sold.variants[0].product.merchant_id}/")  # fmt: skip

    assert inspector.found == []


def test_the_board_asks_for_new_figures_by_itself(sold, inspector):
    page = inspector.page
    page.clock.install()
    page.goto(f"/organize/festivals/{sold.festival.pk}/live/")
    with page.expect_response(lambda answer: "/live/" in answer.url, timeout=IN_BROWSERS) as answer:
        page.clock.run_for(15_000)

    assert answer.value.ok
    assert page.locator("#figures .desk-stats").count() == 1


def test_what_is_left_to_do_and_the_result_have_no_barriers(sold, inspector, stage):
    stage.set_clock(END + timedelta(days=1))
    inspector.visit(f"/organize/festivals/{sold.festival.pk}/live/")
    publish_result(sold.festival, list(PARTS), at=END, by=organizer())
    inspector.within = "body"
    for language in ("", "/ar"):
        inspector.visit(f"{language}/festivals/{sold.festival.slug}/result/")

    assert inspector.found == []
