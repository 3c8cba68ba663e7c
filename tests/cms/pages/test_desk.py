"""Editors build a festival's page in a real browser, under the policy of the desk."""

from contextlib import suppress
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as TooLate

from cms.models import FestivalPage
from tests import pages
from tests.browsing.market import open_market
from tests.browsing.steps import preview

pytestmark = pytest.mark.journey


@pytest.fixture
def desk(stage, visitor):
    market = open_market()
    page = pages.page(FestivalPage, festival=market.festival, body=[("hero", {})])
    user = pages.editor()
    window = visitor()
    window.goto("/account/login/?next=/organize/")
    window.fill("input[name=login]", user.email)
    window.fill("input[name=password]", "baobab-tree")
    window.click("main button[type=submit], main button.btn")
    window.wait_for_url("**/organize/")
    return window, page, market


def choose(window: Page, title: str) -> None:
    """Choose a product; a press that comes before the new block listens is made again."""
    button = window.get_by_role("button", name="Choose a product").first
    found = window.get_by_role("link", name=title)
    button.click()
    with suppress(TooLate):
        found.wait_for(timeout=20_000)
    if not found.is_visible():
        button.click()
    found.click()


def test_a_festival_page_is_edited_previewed_and_published(desk):
    window, page, market = desk
    window.goto(f"/organize/pages/{page.pk}/edit/")
    window.get_by_role("button", name="Insert a block").last.click()
    window.get_by_role("option", name="Hand-picked products").click()
    choose(window, market.jar.product.title)
    expect(window.get_by_text(market.jar.product.title).first).to_be_visible()

    window.get_by_role("button", name="Toggle preview").click()
    frame = window.frame_locator("#w-preview-iframe")
    expect(frame.locator("aside.preview")).to_be_visible()
    expect(frame.get_by_role("link", name=market.jar.product.title).first).to_be_visible()
    preview(window, "before", page.festival.starts_at - timedelta(seconds=1))

    window.get_by_role("button", name="More actions").last.click()
    window.get_by_role("button", name="Publish", exact=True).click()
    expect(window.get_by_text("published").first).to_be_visible()
    window.goto(pages.address(page))
    expect(window.get_by_role("link", name=market.jar.product.title).first).to_be_visible()
