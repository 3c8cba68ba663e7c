"""An organizer with a telephone: pages asked again, deals approved together, what was done."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from shop.core import clock
from shop.festivals.models import Deal
from tests import make
from tests.browsing.steps import sign_in, words
from tests.cms.dashboard.people import organizer
from tests.journeys.ways import journey

pytestmark = [journey, pytest.mark.parametrize("width", [390])]


@pytest.fixture
def boss(stage, market, page) -> Page:
    """Let an organizer in who is no superuser."""
    judge = organizer()
    assert not judge.is_superuser
    sign_in(page, judge.email, "/organize/")
    return page


def test_deals_of_a_product_are_approved_together_with_a_page_of_what_came(stage, market, boss):
    festival = make.festival(
        starts_at=clock.now() + timedelta(days=40), ends_at=clock.now() + timedelta(days=50)
    )
    flash = make.slot(festival, starts_at=festival.starts_at, ends_at=festival.ends_at)
    kettle = make.variant(20_00)
    for where, price in ((festival, 15_00), (flash, 12_00)):
        make.nomination(kettle, during=where, price=price, submitted_at=clock.now())

    boss.goto(f"/organize/festivals/{festival.pk}/nominations/?warnings=without")
    boss.get_by_role("button", name="Approve all 2 clean rows").click()
    boss.get_by_text("0 of 2 looked at").or_(boss.get_by_text("2 approved")).first.wait_for()
    stage.work()
    boss.reload()

    boss.get_by_text("2 approved, 0 not approved.").wait_for()
    assert Deal.objects.filter(slot__festival=festival).count() == 2
    boss.goto("/organize/desk_log/")
    done = boss.get_by_role("link", name=kettle.product.title).first
    done.wait_for()
    assert boss.request.get(done.get_attribute("href")).ok


def test_pages_are_asked_again_from_the_health_of_a_festival(stage, market, boss):
    boss.goto(f"/organize/festivals/{market.festival.pk}/health/")

    boss.get_by_role("button", name="Look again").click()

    boss.get_by_text("The worker asks the pages now").first.wait_for()
    assert "wrong price" not in words(boss)


def test_readiness_names_what_is_missing_before_a_festival_is_published(stage, market, boss):
    festival = make.festival(
        state="draft", target_stores=100,
        starts_at=clock.now() + timedelta(days=40), ends_at=clock.now() + timedelta(days=50),
    )  # fmt: skip

    boss.goto(f"/organize/festivals/{festival.pk}/")

    expect(boss.get_by_text("0 of 100 planned stores take part.").first).to_be_visible()
