"""What docs/how-to/organizers.md and pages.md tell, walked by the organizer of the sample."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from shop.festivals.models import Festival
from tests.browsing.steps import preview
from tests.journeys.pictures.camera import Camera


def plan(page: Page, camera: Camera) -> None:
    """Type a festival whose start a clock leaves out: the neighbours are offered."""
    page.goto("/organize/festivals/")
    page.get_by_role("link", name="New festival").click()
    page.fill("[name=title]", "Cloth Days")
    page.fill("[name=tagline]", "Two days of cloth.")
    page.select_option("[name=zone_name]", "Africa/Cairo")
    page.fill("[name=starts]", "2028-04-28T00:00")
    page.fill("[name=ends]", "2028-05-02T00:00")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("does not exist").first.wait_for()
    camera.take(page, "organizers-plan")


def bring_a_store_in(page: Page, camera: Camera, festival: Festival) -> None:
    """Accept a store that has applied."""
    page.goto(f"/organize/festivals/{festival.pk}/stores/")
    camera.take(page, "organizers-stores")
    row = page.get_by_role("row", name="Iveti Hills Market")
    row.get_by_role("button", name="Accept").click()
    page.get_by_text("Iveti Hills Market").first.wait_for()
    expect(row.get_by_role("button", name="Accept")).to_have_count(0)


def decide(page: Page, camera: Camera, festival: Festival, title: str) -> None:
    """Look at the board and at what waits, and approve what a store offers."""
    page.goto(f"/organize/festivals/{festival.pk}/")
    camera.take(page, "organizers-board")
    page.locator("main").get_by_role("link", name="Nominations", exact=True).click()
    page.get_by_role("link", name=title).wait_for()
    camera.take(page, "organizers-nominations")
    page.get_by_role("link", name=title).click()
    page.get_by_role("heading", name="What it means").wait_for()
    camera.take(page, "organizers-nomination")
    page.get_by_role("button", name="Approve").click()
    page.get_by_text("is approved").wait_for()


def look_ahead(page: Page, camera: Camera, festival: Festival) -> None:
    """Open the festival's page, and look at it as it will be at the start."""
    page.goto(f"/organize/festivals/{festival.pk}/")
    page.get_by_role("link", name="Its page", exact=True).click()
    page.wait_for_url("**/edit/")
    camera.take(page, "pages-editor")
    page.get_by_role("button", name="Toggle preview").click()
    frame = page.frame_locator("#w-preview-iframe")
    expect(frame.locator("aside.preview")).to_be_visible()
    preview(page, "start", festival.starts_at)
    camera.take(page, "pages-preview")


def watch(page: Page, camera: Camera, live: Festival, coming: Festival) -> None:
    """Look at the screens on which a festival is prepared, watched and reported."""
    deal = live.slots.get(kind="whole").deals.filter(state="approved").order_by("pk")[0]
    mine = f"/organize/festivals/{live.pk}"
    for name, address in {
        "calendar": "/organize/calendar/",
        "invite": f"/organize/festivals/{coming.pk}/stores/invite/",
        "benefits": f"{mine}/benefits/",
        "previews": f"{mine}/preview/",
        "health": f"{mine}/health/",
        "live": f"{mine}/live/",
        "effect": f"{mine}/deals/{deal.pk}/void/",
        "report": f"{mine}/report/",
    }.items():
        page.goto(address)
        page.locator("main").first.wait_for()
        camera.take(page, f"organizers-{name}")
