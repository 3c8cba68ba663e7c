"""The form of a benefit shows what belongs to the kind that is chosen, without any script."""

import pytest
from playwright.sync_api import expect

from tests import make
from tests.browsing.steps import sign_in
from tests.cms.dashboard.people import organizer

pytestmark = pytest.mark.journey

COMMON = {"title", "what", "min_spend", "trigger", "use_from", "use_to", "max_uses", "per_shopper",
          "budget", "organizer_share", "fund"}  # fmt: skip
CLAIMED = {"claim_from", "claim_to", "max_claims"}


def fields(page):
    """Return the names of the fields that can be seen, read at once when the page is whole."""
    page.wait_for_load_state()
    found = page.locator(".desk-benefit :is(input, select):visible:not([type=hidden])")
    return set(found.evaluate_all("fields => fields.map(field => field.name)")) - {""}


@pytest.fixture
def script():
    return False


def test_fields_of_other_kinds_are_not_shown(stage, page):
    festival = make.festival(state="draft")
    user = organizer()
    sign_in(page, user.email, f"/organize/festivals/{festival.pk}/benefits/new/")

    assert fields(page) == COMMON | {"amount", "every", "max_steps", "cap"}
    for what, trigger, own in (
        ("save:amount", "automatic", {"amount"}),
        ("voucher:percent", "claim", {"percent", "cap"} | CLAIMED),
        ("merchant:amount", "code", {"amount", "merchant", "code"}),
        ("shipping:free_shipping", "automatic", {"cap"}),
    ):
        page.locator("[name=what]").select_option(what)
        page.locator("[name=trigger]").select_option(trigger)
        assert fields(page) == COMMON | own, what


def test_a_field_with_an_error_is_shown_whatever_is_chosen(stage, page):
    festival = make.festival(state="draft")
    sign_in(page, organizer().email, f"/organize/festivals/{festival.pk}/benefits/new/")
    page.locator("[name=trigger]").select_option("code")
    page.locator("[name=code]").fill("NILE5")
    page.locator("[name=trigger]").select_option("automatic")
    page.get_by_role("button", name="Save the draft").click()

    expect(page.get_by_text("Only a benefit that is typed has a code.").first).to_be_visible()
    assert "code" in fields(page)
