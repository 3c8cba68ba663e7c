"""A claimed voucher comes along by itself; one deal is stopped, and its pieces are free."""

import pytest
from playwright.sync_api import expect

from shop.core import clock
from shop.festivals.models import Claim
from tests import make, pages
from tests.browsing.steps import (
    check_out,
    give_address,
    pay,
    press_pay,
    put_in_cart,
    sign_in,
    words,
)
from tests.cms.dashboard.people import organizer
from tests.journeys.ways import in_each_browser, journey, on_desk_and_phone
from tests.paying import assert_books_agree

pytestmark = journey


@pytest.fixture
def ada(market):
    """Return an account that has claimed two vouchers of the festival."""
    made = make.user("ada@example.org")
    for title, value in (("Welcome", 4_00), ("Small thanks", 1_00)):
        voucher = make.promotion(market.festival, group="voucher", trigger="claim", title=title,
                                 value=value)  # fmt: skip
        Claim.objects.create(promotion=voucher, shopper=made, claimed_at=clock.now())
    return made


@in_each_browser
def test_a_claimed_voucher_is_used_by_itself_taken_off_and_put_back(market, ada, page):
    sign_in(page, ada.email, "/account/vouchers/")
    put_in_cart(page, market.indigo.product, choice="Indigo")

    assert "Welcome $4.00 off It is used because you claimed it." in words(page)
    assert "Total $33.00" in words(page)
    page.get_by_role("button", name="Remove voucher Welcome").click()
    # Now the other one is the best that is left.
    expect(page.get_by_text("Festival voucher Small thanks").last).to_be_visible()
    assert "Total $36.00" in words(page)
    page.get_by_role("button", name="Apply Welcome").click()
    expect(page.get_by_text("Festival voucher Welcome").last).to_be_visible()
    check_out(page)
    give_address(page, ada.email)
    assert "Pay $33.00" in words(page)
    press_pay(page)
    pay(page)

    assert set(Claim.objects.values_list("promotion__title", "state")) == {
        ("Welcome", "used"), ("Small thanks", "available"),
    }  # fmt: skip
    assert_books_agree()


@on_desk_and_phone
def test_an_organizer_stops_one_deal(market, visitor):
    pages.home()
    desk, shopper = visitor(), visitor()
    deal = market.jar.deals.get()
    put_in_cart(shopper, market.jar.product)
    sign_in(desk, organizer().email, f"/organize/festivals/{market.festival.pk}/deals/{deal.pk}/")

    desk.get_by_role("link", name="Stop it").click()
    expect(desk.get_by_text("20 units are set aside and not taken.")).to_be_visible()
    desk.get_by_label("Reason").fill("The glaze cracks")
    desk.get_by_role("button", name="Stop it").click()

    desk.get_by_text("Stopped. The everyday price counts from now on.").wait_for()
    expect(desk.get_by_text("The glaze cracks").first).to_be_visible()
    shopper.goto("/cart/")
    assert "$18.00" in words(shopper)
    assert "Total $23.00" in words(shopper)
