"""A shopper reports a product on a telephone, reads the decision, and objects; the store reads."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from shop.merchant.content_reports.models import ContentReport
from tests import make, pages
from tests.browsing.steps import sign_in, words
from tests.browsing.watching import goes_sideways
from tests.cms.dashboard.people import organizer
from tests.journeys.ways import journey, on_phone_and_later_desk

pytestmark = [journey]
LIN = "lin@example.org"


@on_phone_and_later_desk
def test_a_report_is_decided_and_objected_to(stage, visitor, width):
    pages.home()
    kettle = make.product(title="Blue kettle", of=make.merchant(name="Amani Kettles"))
    make.variant(20_00, of=kettle)
    make.listed(kettle)
    make.member(kettle.merchant, "ama@example.org")
    lin, judge, other = visitor(), visitor(), visitor()
    sign_in(judge, organizer("reviewer").email, "/organize/")
    sign_in(other, organizer().email, "/organize/")
    report(lin, kettle)
    stage.work()

    decide(judge, "Nothing is wrong", "The pattern is older than both.")
    stage.work()
    object_to_it(lin, stage.letters(LIN)[0].text)

    decide(other, "Take the product down", "The page of Lin is older.")
    stage.work()
    lin.reload()
    assert "The page of Lin is older." in words(lin)
    assert not goes_sideways(lin)
    kettle.refresh_from_db()
    assert kettle.state == "taken_down"
    assert "The page of Lin is older." in stage.letters("ama@example.org")[0].text


def report(page: Page, product) -> None:
    """Report what a page shows, and read how it stands."""
    page.goto(f"/products/{product.slug}/")
    page.get_by_role("link", name="Report this product").click()
    assert not goes_sideways(page)
    page.get_by_label("Words or pictures are not true").check()
    page.get_by_label("Why you think so").fill("The pattern is mine: see my page of 2019.")
    page.get_by_label("Your name").fill("Lin Wei")
    page.get_by_label("Email").fill(LIN)
    page.get_by_label("As far as I know").check()
    page.get_by_role("button", name="Send the report").click()
    page.get_by_text("Thank you. A person reads it").wait_for()
    assert not goes_sideways(page)


def object_to_it(page: Page, letter: str) -> None:
    """Follow the link of the decision, and object."""
    page.goto(re.search(r"https?://\S+/report/\d+/\S+/", letter)[0])
    assert "The pattern is older than both." in words(page)
    page.get_by_text("Object to it").click()
    page.get_by_label("Why the decision is wrong").fill("Look at the date of my page.")
    assert not goes_sideways(page)
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Somebody who did not decide before reads it.").wait_for()


def decide(page: Page, choice: str, reasons: str) -> None:
    """Decide on the only notice from the queue."""
    page.goto("/organize/notices/")
    page.get_by_role("link", name="Blue kettle").first.click()
    page.get_by_label(choice).check()
    page.get_by_label("The reasons").fill(reasons)
    assert not goes_sideways(page)
    page.get_by_role("button", name="Decide and tell them").click()
    page.get_by_text("Decided.").wait_for()
    assert not ContentReport.objects.filter(state="open").exists()
