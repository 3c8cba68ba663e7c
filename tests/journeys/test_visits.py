"""Somebody chooses a date and tickets, and sees what they cost together."""

from datetime import timedelta

from shop.core import clock
from shop.orders.cart.models import CartLine
from shop.storefront.listings.sessions import TicketKind
from tests.browsing.steps import words
from tests.journeys.ways import journey, with_and_without_script
from tests.shop.orders.tickets import visits

pytestmark = journey
DEAR = (TicketKind("Adult", 50_00), TicketKind("Child", 30_00), TicketKind("Family", 150_00, 4))


def two_dates(market):
    """Open two dates with other prices; return the kinds of both."""
    at = clock.now()
    walk = visits.experience(of=market.jar.product.merchant)
    first = visits.session(walk, seats=6, starts=at + timedelta(days=9), at=at)
    second = visits.session(walk, seats=3, starts=at + timedelta(days=16), kinds=DEAR, at=at)
    return first, second


def total(page):
    """Return what the bar says."""
    return " ".join(page.locator("seat-total").inner_text().split())


def offered(page, label):
    """Return how many tickets of a kind can be chosen."""
    return page.get_by_label(label).locator("option").count() - 1


def test_the_total_and_the_seats_follow_what_is_chosen(stage, market, page):
    (adult, *_), _second = two_dates(market)
    page.goto(f"/products/{adult.product.slug}/")
    assert total(page) == "$40.00 1 × Adult"
    assert (offered(page, "Child"), offered(page, "Family")) == (5, 1)

    page.get_by_label("Child").select_option("2")
    assert total(page) == "$88.00 1 × Adult + 2 × Child"
    assert (offered(page, "Adult"), offered(page, "Family")) == (4, 0)

    page.locator("[name=session]").nth(1).check()
    assert total(page) == "$110.00 1 × Adult + 2 × Child"
    assert "$50.00" in words(page)
    assert offered(page, "Adult") == 1


@with_and_without_script
def test_tickets_are_reserved_on_the_chosen_date(stage, market, page):
    _first, (adult, *_) = two_dates(market)
    page.goto(f"/products/{adult.product.slug}/")

    page.locator("[name=session]").nth(1).check()
    page.get_by_role("button", name="Reserve").click()
    page.wait_for_url("**/cart/")

    assert [(line.variant_id, line.quantity) for line in CartLine.objects.all()] == [(adult.pk, 1)]
