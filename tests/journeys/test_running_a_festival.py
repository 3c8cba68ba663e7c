"""An organizer makes this year's festival from last year's, runs it, and reports on it.

The work of the beat is done where a person would wait for it; nothing that turns over waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from shop.catalogue.models import Product
from shop.core import clock
from shop.festivals.models import Festival
from tests import make, pages
from tests.browsing.steps import check_out, choose, give_address, pay, press_pay, sign_in, words
from tests.cms.dashboard.people import organizer
from tests.journeys.ways import journey, on_desk_and_phone
from tests.paying import assert_books_agree
from tests.queue import run_queued_work

pytestmark = [journey, pytest.mark.long]
HOUR = timedelta(hours=1)


@dataclass
class Cast:
    """Who has a part, each with an own browser, and what they work on."""

    organizer: Page
    merchant: Page
    shopper: Page
    last: Festival


@pytest.fixture
def cast(stage, visitor) -> Cast:
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    make.delivery(5_00)
    pages.home()
    store = make.merchant(name="Rift Kettles", slug="rift-kettles", country="KE")
    make.member(store, "akinyi@example.org")
    kettle = make.variant(20_00, on_hand=40, of=make.product(of=store, title="Enamel kettle",
                          slug="enamel-kettle"), listed_at=now - timedelta(days=90))  # fmt: skip
    last = make.festival(title="Kettle Days", slug="kettle-days", zone="Africa/Nairobi",
                         starts_at=now - timedelta(days=40), ends_at=now - timedelta(days=38),
                         max_extensions=1, must_beat_prior_price=True)  # fmt: skip
    make.slot(
        last,
        label="Night",
        starts_at=now - timedelta(days=40) + HOUR,
        ends_at=now - timedelta(days=40) + 3 * HOUR,
    )
    make.promotion(last, title="Three off", value=3_00, organizer_share=100)
    make.listed(kettle.product, at=now)
    return Cast(visitor(), visitor(), visitor(), last)


@on_desk_and_phone
def test_a_festival_is_run_from_its_clone_to_its_report(stage, cast):
    festival = clone(cast.organizer, cast.last)
    invite(cast.organizer, festival)
    take_part(cast.merchant, festival)
    decide(cast.organizer, festival)
    prepare(cast.organizer, festival)
    look_at_its_start(cast.organizer, festival)
    publish(cast.organizer, festival)

    stage.set_clock(festival.starts_at + timedelta(seconds=2))
    buy(cast.shopper)
    intervene(cast.organizer, festival)
    stage.beat()
    watch(cast.organizer, festival)
    stop(cast.organizer, festival)
    festival.refresh_from_db()
    stage.set_clock(festival.ends_at + timedelta(days=15))
    stage.beat()
    close(cast.organizer, festival)
    report(cast.organizer, festival)
    statement(cast.merchant, festival)
    read_result(cast.shopper, festival)
    assert_books_agree()


def clone(page: Page, last: Festival) -> Festival:
    """Make this year's from last year's; it is in the calendar."""
    sign_in(page, organizer().email, f"/organize/festivals/{last.pk}/")
    page.get_by_role("link", name="Clone").click()
    page.get_by_label("Title").fill("Kettle Days again")
    first_day = (clock.now() + timedelta(days=2)).date()
    page.get_by_label("First day").fill(first_day.isoformat())
    page.get_by_role("button", name="Make it").click()
    page.get_by_text("“Kettle Days again” is planned.").wait_for()
    page.goto("/organize/calendar/")
    expect(page.get_by_role("link", name="Kettle Days again")).to_be_visible()
    made = Festival.objects.get(slug="kettle-days-again")
    assert (made.starts_at.hour, made.slots.count()) == (last.starts_at.hour, 2)
    return made


def invite(page: Page, festival: Festival) -> None:
    """Write the terms and invite all stores of a country."""
    page.goto(f"/organize/festivals/{festival.pk}/terms/")
    page.locator("textarea[name=text_en]").fill("Ship within three days.")
    page.get_by_role("button", name="Publish").first.click()
    page.goto(f"/organize/festivals/{festival.pk}/stores/invite/?country=KE")
    page.get_by_role("link", name="Invite all 1 of this filter").click()
    page.get_by_role("button", name="Invite 1 store").click()
    page.get_by_text("invited").first.wait_for()


def take_part(page: Page, festival: Festival) -> None:
    """Read the terms, join, and offer the kettle for a quarter less, ten of them."""
    sign_in(page, "akinyi@example.org", f"/merchant/rift-kettles/festivals/{festival.pk}/")
    expect(page.get_by_text("Ship within three days.").first).to_be_visible()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Join the festival").click()
    page.get_by_role("button", name="Offer a product").first.wait_for()
    slot, product = festival.slots.get(kind="whole"), Product.objects.get(slug="enamel-kettle")
    page.goto(f"/merchant/rift-kettles/slots/{slot.pk}/{product.pk}/")
    page.get_by_label("Percent off").fill("25")
    page.locator("[name^=units], [name^=aside]").first.fill("10")
    page.get_by_role("button", name="Send for review").click()
    page.get_by_text("Waiting for review").first.wait_for()


def decide(page: Page, festival: Festival) -> None:
    """Approve what has no warning, all at once."""
    page.goto(f"/organize/festivals/{festival.pk}/nominations/")
    expect(page.get_by_text("Enamel kettle").first).to_be_visible()
    page.get_by_role("link", name="Show those without a warning").click()
    page.get_by_role("button", name="Approve all 1 clean row of this filter").click()
    page.get_by_text("0 of 1 looked at").wait_for()
    run_queued_work()
    page.get_by_text("1 approved, 0 not approved.").wait_for()


def prepare(page: Page, festival: Festival) -> None:
    """Add a sponsor, and activate the benefit that came along; its effect stands first."""
    page.goto(f"/organize/festivals/{festival.pk}/benefits/")
    page.get_by_role("link", name="Add a sponsor").click()
    page.get_by_label("Sponsor").fill("Chamber of Commerce")
    page.get_by_label("Gives").fill("500")
    page.get_by_role("button", name="Add the sponsor").click()
    page.get_by_role("link", name="Three off").click()
    page.get_by_role("link", name="Change", exact=True).first.click()
    page.get_by_label("Budget").fill("90")
    page.get_by_label("Sponsor", exact=True).select_option(label="Chamber of Commerce")
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_role("link", name="Activate it").click()
    expect(page.get_by_text("$90.00 of what Chamber of Commerce gives")).to_be_visible()
    page.get_by_role("button", name="Activate it").click()
    page.get_by_text("Active. Shoppers can use it in its time.").wait_for()


def look_at_its_start(page: Page, festival: Festival) -> None:
    """Look at the whole shop as it will be at the start; nothing can be bought there."""
    page.goto(f"/organize/festivals/{festival.pk}/preview/")
    page.get_by_role("button", name="Look").click()
    page.goto("/products/enamel-kettle/")
    assert "$15.00" in words(page)
    page.get_by_role("button", name="Leave the preview").first.click()
    page.goto("/products/enamel-kettle/")
    assert "$15.00" not in words(page)


def publish(page: Page, festival: Festival) -> None:
    """Clear or override what is missing, then publish."""
    page.goto(f"/organize/festivals/{festival.pk}/")
    while page.get_by_label("Or publish all the same, because").count():
        page.get_by_label("Or publish all the same, because").first.fill("A small festival")
        page.get_by_role("button", name="Override").first.click()
        page.wait_for_load_state()
    page.get_by_role("link", name="Publish", exact=True).click()
    page.get_by_role("button", name="Publish it").click()
    page.get_by_text("“Kettle Days again” is published.").wait_for()


def buy(page: Page) -> None:
    """Buy two at the deal's price, less the benefit."""
    page.goto("/products/enamel-kettle/")
    assert "$15.00" in words(page)
    choose(page)
    check_out(page)
    give_address(page, "lin@example.org")
    press_pay(page)
    pay(page)
    assert "$17.00" in words(page)  # 15.00, three off, a parcel


def intervene(page: Page, festival: Festival) -> None:
    """Pause the deal and resume it, raise its allotment, extend the festival."""
    deal = festival.slots.get(kind="whole").deals.get()
    page.goto(f"/organize/festivals/{festival.pk}/deals/{deal.pk}/")
    page.get_by_role("link", name="Pause", exact=True).click()
    expect(page.get_by_text("1 paid order had this price. It stays as it is.")).to_be_visible()
    page.get_by_role("button", name="Pause it now").click()
    page.get_by_role("link", name="Resume", exact=True).click()
    page.get_by_role("button", name="Resume it now").click()
    page.get_by_role("link", name="Raise the allotment").click()
    page.get_by_label("Units set aside in all").fill("12")
    page.get_by_role("button", name="Raise it").click()
    page.get_by_text("12 units are set aside now.").wait_for()
    page.goto(f"/organize/festivals/{festival.pk}/")
    page.get_by_role("link", name="Extend the festival").click()
    ends: datetime = festival.ends_at + timedelta(hours=3) + timedelta(days=1)
    page.get_by_label("New end").fill(f"{ends:%Y-%m-%dT%H:%M}")
    page.get_by_label("Reason").fill("The harvest is late")
    page.get_by_role("button", name="Show the effect").click()
    page.get_by_role("button", name="Extend", exact=True).click()
    page.get_by_text("Extended to").first.wait_for()


def watch(page: Page, festival: Festival) -> None:
    """The live board knows the order."""
    page.goto(f"/organize/festivals/{festival.pk}/live/")
    expect(page.get_by_text("Three off").first).to_be_visible()
    assert "$12.00" in words(page)  # for goods
    page.goto(f"/organize/festivals/{festival.pk}/health/")
    expect(page.get_by_text("Stock counters").first).to_be_visible()


def stop(page: Page, festival: Festival) -> None:
    """Stop it, with a reason; the everyday price counts."""
    page.goto(f"/organize/festivals/{festival.pk}/")
    page.get_by_role("link", name="Stop the festival").click()
    page.get_by_label("Reason").fill("All is sold that was to be sold")
    page.get_by_role("button", name="Stop it", exact=True).click()
    page.get_by_text("Stopped. Everyday prices count from now on.").wait_for()


def close(page: Page, festival: Festival) -> None:
    """Follow the list of what is left to do, show the result, close."""
    page.goto(f"/organize/festivals/{festival.pk}/live/")
    expect(page.get_by_text("No unpaid order is left.")).to_be_visible()
    page.get_by_role("button", name="Show the result").click()
    page.goto(f"/organize/festivals/{festival.pk}/live/")
    page.get_by_role("button", name="Close the festival").click()
    page.get_by_text("is closed. Its figures are final.").wait_for()


def report(page: Page, festival: Festival) -> None:
    """The report says who paid what; it can be taken away."""
    page.goto(f"/organize/festivals/{festival.pk}/report/")
    assert "$12.00" in words(page)
    with page.expect_download() as taken:
        page.get_by_role("link", name="All as XLSX").click()
    assert taken.value.suggested_filename.endswith(".xlsx")
    page.goto(f"/organize/festivals/{festival.pk}/prices/")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Enamel kettle").first).to_be_visible()


def statement(page: Page, festival: Festival) -> None:
    """The store finds what it sold, and who paid for the discount."""
    page.goto(f"/merchant/rift-kettles/festivals/{festival.pk}/statement/")
    assert "Enamel kettle" in words(page)


def read_result(page: Page, festival: Festival) -> None:
    """Everybody may read the result."""
    page.goto(f"/festivals/{festival.slug}/result/")
    assert "Kettle Days again" in words(page)
