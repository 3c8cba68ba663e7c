"""Dates and tickets have no barriers, for guests and for the hosts that let them in."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import transaction

from shop.catalogue.delivery.models import Contact
from shop.catalogue.models import DatePlan, Product
from shop.catalogue.stock.models import Pool
from shop.money.payments.call_off import call_off
from shop.orders import end
from shop.orders.models import Order
from shop.orders.tickets import issue, redeem
from shop.orders.tickets.models import Ticket
from shop.orders.tickets.needs import tell_needs
from shop.people.accounts.models import User
from tests import make
from tests.browsing.steps import sign_in
from tests.make import NOON
from tests.shop.merchant.dashboard.desk import EVIL
from tests.shop.orders.tickets import visits

LONG = "Anuninterruptedlylongwordthatnoscreenofatelephonecanholdwithoutbreakingit"


@dataclass(frozen=True)
class Visit:
    """An experience with dates: one that is booked, one that is full, one that is called off."""

    product: Product
    host: User
    pool: Pool
    order: Order
    tickets: list[Ticket]


@pytest.fixture
def visit(stage) -> Visit:
    """Open dates of an experience."""
    return opened()


def opened() -> Visit:
    """Book seats, use one ticket, call another session off; of one the host has to decide."""
    product = visits.experience(title=f"Dyeing {LONG}", meeting_point=EVIL)
    adult, child, family = visits.session(product)
    full, *_ = visits.session(product, seats=1, starts=visits.FRIDAY + timedelta(days=1))
    gone, *_ = visits.session(product, starts=visits.FRIDAY + timedelta(days=2))
    for week in range(1, 9):
        visits.session(product, starts=visits.FRIDAY + timedelta(days=7 * week))
    make.listed(product)
    host = make.member(product.merchant)
    order = paid({adult: 2, child: 1, family: 1})
    paid({full: 1})
    tickets = list(Ticket.objects.filter(line__order=order).order_by("pk"))
    redeem.redeem(tickets[0], at=NOON, by=host, is_other_day=True)
    call_off(Pool.objects.get(pk=gone.pool_id), reason="Rain", at=NOON, by=host)
    tell_needs(order.pk, adult.pool_id, f"{EVIL} {LONG}", at=NOON)
    DatePlan.objects.create(
        pool_id=adult.pool_id, guide=host.memberships.get(), least_guests=9,
        decides_at=NOON + timedelta(days=7), asked_at=NOON,
    )  # fmt: skip
    return Visit(product, host, Pool.objects.get(pk=adult.pool_id), order, tickets)


def paid(wanted: dict) -> Order:
    """Return a paid order with its tickets."""
    order = make.order(wanted)
    Contact.objects.filter(pk=order.contact_id).update(name=f"Lin {LONG}")
    with transaction.atomic():
        end.mark_paid(end.lock(order.pk), at=NOON)
        issue.issue(order)
    return order


def test_dates_and_tickets_have_no_barriers_for_guests(visit, inspector):
    page = inspector.page
    address = f"/products/{visit.product.slug}/"
    inspector.visit(address)
    page.locator(".days a").last.click()
    inspector.look("with another day")
    inspector.visit(f"/ar{address}")
    page.goto(address)
    page.get_by_role("button", name="Reserve").click()
    page.wait_for_url("**/cart/")
    inspector.look("with seats")
    order = f"/orders/{visit.order.number}/{visit.order.token}/"
    inspector.visit(order, f"{order}tickets/", f"/ar{order}tickets/")

    assert inspector.found == []


def test_dates_and_tickets_have_no_barriers_for_hosts(visit, inspector):
    page = inspector.page
    store = f"/merchant/{visit.product.merchant.slug}"
    sign_in(page, visit.host.email, "/merchant/")
    page.watch.expect(404)
    inspector.visit(f"{store}/sessions/calendar/")
    page.get_by_role("button", name="Make an address").click()
    page.get_by_label("Secret address").wait_for()
    inspector.look("with an address")

    inspector.visit(
        f"{store}/sessions/",
        f"{store}/sessions/month/",
        f"{store}/sessions/{visit.pool.pk}/",
        f"{store}/sessions/{visit.pool.pk}/change/",
        f"{store}/sessions/{visit.pool.pk}/door/",
        f"{store}/products/{visit.product.pk}/dates/",
        "/merchant/tickets/",
        *(f"/merchant/tickets/{ticket.code}/" for ticket in visit.tickets[:2]),
    )
    page.get_by_text("Let somebody in all the same…").click()
    inspector.look("with the button for another day")
    page.get_by_role("button", name="Mark as used all the same").click()
    inspector.look("just used")
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("The ticket is good again.").wait_for()
    page.goto("/merchant/tickets/?code=nothing")
    page.get_by_text("No ticket of yours has this code").wait_for()
    inspector.look("with a wrong code")

    assert inspector.found == []


def test_the_mail_about_a_new_hour_is_shown_without_barriers(visit, inspector):
    page = inspector.page
    sign_in(page, visit.host.email, "/merchant/")
    page.goto(f"/merchant/{visit.product.merchant.slug}/sessions/{visit.pool.pk}/change/")

    page.get_by_label("Begins").fill("19:30")
    page.get_by_label("Add a few words").fill(EVIL)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Who is told").wait_for()
    inspector.look("with the mail")

    assert inspector.found == []


def test_what_a_host_gets_wrong_is_told_without_barriers(visit, inspector):
    page = inspector.page
    store = f"/merchant/{visit.product.merchant.slug}"
    sign_in(page, visit.host.email, "/merchant/")

    for address, button in (
        (f"{store}/products/{visit.product.pk}/dates/", "Open dates"),
        (f"{store}/sessions/{visit.pool.pk}/stop/", "Call off and refund"),
    ):
        page.goto(address)
        page.get_by_role("button", name=button).click()
        page.get_by_text("There is a problem").wait_for()
        inspector.look("with errors")
    page.get_by_label("Why?").fill("Too much wind")
    page.get_by_role("button", name="Call off and refund").click()
    page.get_by_text("The session is called off.").wait_for()
    inspector.look("called off")
    inspector.visit(f"/merchant/tickets/{visit.tickets[1].code}/")

    assert inspector.found == []
