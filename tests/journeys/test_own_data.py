"""Somebody takes the own data along and deletes the account; an organizer erases who writes."""

import json
from pathlib import Path

import pytest

from shop.people.accounts.models import User
from tests import make
from tests.browsing.steps import PASSWORD, sign_in
from tests.browsing.watching import goes_sideways
from tests.cms.dashboard.people import organizer
from tests.journeys.ways import in_each_browser, journey
from tests.shop.operations.retention.people import ordered

pytestmark = journey
EMAIL = "amina@example.org"


@in_each_browser
def test_a_shopper_takes_the_own_data_along_and_goes(stage, page):
    make.user(EMAIL)
    sign_in(page, EMAIL)
    page.goto("/account/")
    page.get_by_role("link", name="Your data").click()
    page.get_by_role("link", name="Download my data").wait_for()
    assert not goes_sideways(page)

    page.get_by_role("link", name="Delete your account").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_text("This stays, and why").wait_for()
    assert not goes_sideways(page)
    page.get_by_role("link", name="Cancel").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download my data").click()
    assert json.loads(Path(saved.value.path()).read_text())["account"]["email"] == EMAIL

    page.get_by_role("link", name="Delete your account").click()
    page.get_by_role("button", name="Delete my account").click()

    page.get_by_text("Your account is deleted.").wait_for()
    assert not User.objects.filter(email=EMAIL).exists()


@pytest.mark.parametrize("width", [390])
def test_an_organizer_erases_a_guest_who_has_written(stage, page):
    ordered(ends="expired", email=EMAIL)
    sign_in(page, organizer().email)
    page.goto("/organize/people/erase/")
    page.get_by_label("Mail address").fill(EMAIL)
    page.get_by_role("button", name="Look").click()
    page.get_by_text("There is no account under this address").wait_for()
    assert not goes_sideways(page)

    page.get_by_label("Reason").fill("Asked by mail on 2 May")
    page.get_by_role("button", name="Erase").click()

    page.get_by_text("Erased.").wait_for()
