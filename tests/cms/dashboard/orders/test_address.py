"""The address of an order is mended at the desk, by an organizer, and everybody is told."""

import pytest

from shop.orders.models import Order
from shop.orders.ship import ship
from shop.orders.tickets.models import Ticket
from tests import make
from tests.make import NOON
from tests.shop.orders.corrected import (
    SHIPS,
    everything,
    fix,
    paid_order,
    part_of,
    queued,
    typed,
)

pytestmark = pytest.mark.django_db
NOW = NOON  # of the desk


@pytest.fixture
def order(clock_at):
    clock_at(NOON)
    return paid_order()


def where(order):
    return f"/organize/orders/{order.pk}/address/"


def test_an_organizer_mends_the_street_and_everybody_is_told(desk, order):
    before, token = order.contact, order.token
    page = desk.get(where(order)).text
    assert "Still to send: Loom, Clay" in page
    assert "88 Renmin Road" in page

    answer = desk.post(where(order), typed(order, line1="90 Renmin Road"), follow=True)

    assert "The address is mended" in answer.text
    order.refresh_from_db()
    assert order.contact.line1 == "90 Renmin Road"
    assert order.contact.country == before.country
    before.refresh_from_db()
    assert before.line1 == "88 Renmin Road"  # a contact is never changed
    assert order.token == token
    told = [row[0] for row in queued()]
    assert told == ["send_address_mended", "send_order_address", "send_order_address"]
    assert "Order got another address" in answer.text
    assert "street and number" in answer.text


def test_the_desk_says_where_a_parcel_went_that_left_before(desk, order):
    ship(part_of(order, "Clay"), by=make.user(), **SHIPS)
    fix(order, line1="90 Renmin Road")

    shown = desk.get(f"/organize/desk_orders/inspect/{order.pk}/").text

    assert "88 Renmin Road" in shown
    assert "90 Renmin Road" in shown


def test_when_all_has_left_the_mail_address_alone_is_mended(desk, order):
    for part in order.suborders.all():
        ship(part, by=make.user(), **SHIPS)
    desk.post(where(order), {"email": "new@example.org", "seen": order.contact_id})

    order.refresh_from_db()
    assert order.contact.email == "new@example.org"
    assert order.contact.line1 == "88 Renmin Road"
    assert order.contact.phone


def test_another_country_is_refused_whoever_asks(desk, order):
    desk.post(where(order), typed(order, country="KE", line1="Moi Avenue"))

    order.refresh_from_db()
    assert order.contact.country == "CN"


@pytest.mark.parametrize("state", ["pending", "expired", "cancelled"])
def test_an_order_that_is_not_paid_is_sent_back_with_a_word(desk, order, state):
    Order.objects.filter(pk=order.pk).update(state=state)
    before = everything(order)

    answer = desk.post(where(order), typed(order, line1="90 Renmin Road"), follow=True)

    assert "Only a paid order" in answer.text
    assert everything(order) == before


def test_a_form_that_somebody_overtook_changes_nothing(desk, order):
    stale = typed(order, city="Loudi")
    fix(order, line1="90 Renmin Road")
    before = everything(order)

    answer = desk.post(where(order), stale)

    assert answer.status_code == 422
    assert "Someone changed this while you were looking" in answer.text
    assert everything(order) == before


@pytest.mark.parametrize("wrong", [{"postcode": "x"}, {"line1": ""}, {"email": "no"}, {"seen": ""}])
def test_what_is_no_address_is_refused_with_words(desk, order, wrong):
    before = everything(order)

    answer = desk.post(where(order), typed(order, **wrong))

    assert answer.status_code == 422
    assert everything(order) == before


def test_tickets_go_to_another_mail_address_too(desk, order):
    Ticket.objects.create(line=order.lines.first(), position=0)

    desk.post(where(order), typed(order, email="new@example.org"))

    told = [row[0] for row in queued()]
    assert "send_tickets" in told  # the receipt, with them
    assert "send_receipt" not in told
