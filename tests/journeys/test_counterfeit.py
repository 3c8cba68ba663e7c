"""An approved shawl is rewritten to a counterfeit watch: nobody sees it, and it is ended."""

import pytest

from tests.browsing.steps import sign_in, words
from tests.cms.dashboard.people import organizer
from tests.hostile_files import picture
from tests.journeys.ways import journey, on_phone_and_later_desk
from tests.patience import wait_until
from tests.sample.loaded import root_collection

pytestmark = journey
TITLE, TELEPHONE = "Rolex Submariner", "+254 700 000000"
SHAWL = "/products/adire-shawl/"


@pytest.fixture
def rolex():
    return {"name": "rolex.jpg", "mimeType": "image/jpeg", "buffer": picture("JPEG", (1200, 1200))}


@on_phone_and_later_desk
def test_a_counterfeit_is_refused_taken_down_and_the_shawl_comes_back(market, visitor, rolex):
    root_collection()
    weaver, shopper, reviewer = visitor(), visitor(), visitor()
    shawl = market.indigo.product
    sign_in(weaver, "weaver@example.org", f"/merchant/{market.loom.slug}/products/{shawl.pk}/")

    rewrite(weaver, rolex)
    assert_unchanged(shopper)
    refuse(reviewer, shawl)
    weaver.reload()
    weaver.get_by_text("Your change was not approved").wait_for()
    weaver.get_by_text("The reason: A counterfeit.").wait_for()
    act(reviewer, shawl, "Take it down", "Its store sells counterfeits.")
    shopper.watch.expect(404)
    reach(shopper, 404)
    weaver.reload()
    weaver.get_by_text("Taken down by the organizers").wait_for()
    act(reviewer, shawl, "Put it back")

    reach(shopper, 200)
    assert_unchanged(shopper)


def reach(page, status):
    """Wait until the shawl answers so: the server looks once a second what has changed."""
    wait_until(lambda: page.request.get(SHAWL).status == status)
    page.goto(SHAWL)
    assert page.reload().status == status  # since the browser keeps what it opened before


def rewrite(page, rolex):
    page.get_by_label("Name", exact=True).fill(TITLE)
    page.get_by_label("Description").fill(f"Real gold. Only by telephone: {TELEPHONE}.")
    page.get_by_role("button", name="Save").first.click()
    page.get_by_role("heading", name="Your change waits for a look").wait_for()
    page.get_by_role("link", name="Add pictures").click()
    page.get_by_label("Choose").set_input_files([rolex])
    fields = page.locator("[name=alt][id^=alt], [name=alt][id*=-alt-]").filter(visible=True)
    fields.last.fill("A golden watch")
    page.get_by_role("region", name="Add pictures").get_by_role("button", name="Upload").click()
    page.get_by_text("1 picture added.").wait_for()
    page.get_by_role("link", name="What is public, and what is proposed").click()
    page.get_by_role("heading", name="Pictures: Proposed").wait_for()


def assert_unchanged(page):
    page.goto(SHAWL)
    assert "Adire shawl with river pattern" in words(page)
    page.goto("/products/?q=shawl")
    assert "Adire shawl with river pattern" in words(page)
    page.goto("/products/?q=rolex")
    assert TITLE not in words(page)
    page.goto("/")
    assert TELEPHONE not in words(page)


def refuse(page, shawl):
    page.watch.expect(404)  # some pictures have no files
    sign_in(page, organizer("reviewer").email, "/organize/changes/")
    page.get_by_role("link", name=shawl.title).click()
    page.get_by_role("heading", name="Public now").first.wait_for()
    assert page.locator("ins").filter(has_text="Rolex").count()
    assert page.locator("del").filter(has_text="Adire").count()
    page.get_by_label("Why not?").fill("A counterfeit.")
    page.get_by_role("button", name="Refuse").click()
    page.get_by_text("is refused.").wait_for()


def act(page, shawl, button, reason=""):
    page.goto(f"/organize/new-products/{shawl.pk}/")
    page.get_by_role("link", name=button).first.click()
    page.get_by_text("What it does").wait_for()
    if reason:
        page.get_by_label("Reason").fill(reason)
    page.get_by_role("button", name=button).click()
    page.get_by_text("The store is told by mail").wait_for()
