"""One booking is one mail, one date in the calendar, and one visit on the pages of its order."""

import re

import pytest
from django.core import mail
from icalendar import Calendar

from shop.orders.models import Order
from shop.orders.tickets.models import Ticket
from tests import make
from tests.make import NOON
from tests.queue import run_queued_work
from tests.shop.orders.tickets import visits
from tests.shop.orders.tickets.visits import FRIDAY, bought

pytestmark = pytest.mark.django_db
SATURDAY = FRIDAY + visits.DAY


def told(till, wanted):
    """Buy, and return the only mail that goes to the shopper."""
    order = bought(till, wanted)
    run_queued_work()
    [message] = [sent for sent in mail.outbox if sent.to == [order.contact.email]]
    return message


def kinds(message):
    return [attachment.mimetype for attachment in message.attachments]


def entries(message):
    return [
        Calendar.from_ical(attachment.content).walk("VEVENT")
        for attachment in message.attachments
        if attachment.mimetype == "text/calendar"
    ]


def link(tail=""):
    order = Order.objects.get()
    return f"/orders/{order.number}/{order.token}/{tail}"


def test_adults_and_children_of_one_date_are_one_mail_and_one_entry(client, till):
    adult, child, family = visits.session()

    message = told(till, {adult: 2, child: 1, family: 1})

    assert message.subject == "Your ticket: Dyeing, Friday, 21 May 2027"
    assert kinds(message) == ["image/png"] * 4 + ["text/calendar"]
    assert [file.filename for file in message.attachments][-1] == "session.ics"
    assert message.attachments[0].content.startswith(b"\x89PNG")
    assert "2 × Adult, 1 × Child, 1 × Family" in message.body
    assert "15:00 local time (Nairobi)" in message.body
    assert "Meeting point: Itoku market" in message.body
    assert re.search(r"Total paid +\$232.00\n", message.body)
    assert "parcel" not in message.body
    assert all(ticket.number in message.body for ticket in Ticket.objects.all())
    [[event]] = entries(message)
    assert str(event["DESCRIPTION"]).startswith("2 × Adult, 1 × Child, 1 × Family\n")
    first = Order.objects.get().lines.earliest("position")
    assert str(event["UID"]) == f"line-{first.pk}@{Order.objects.get().uuid}"
    for line in Order.objects.get().lines.all():
        [event] = Calendar.from_ical(client.get(link(f"tickets/{line.pk}.ics")).content).walk(
            "VEVENT"
        )
        assert str(event["UID"]).startswith(f"line-{first.pk}@")
    for page in (link(), link("paid/")):
        assert client.get(page, follow=True).text.count("Add to calendar") == 1
    assert client.get(link("tickets/")).text.count('src="data:image/svg+xml;base64,') == 4


def test_two_dates_are_one_mail_with_two_entries(till):
    walk = visits.experience()
    (first, *_), (second, *_) = visits.session(walk), visits.session(walk, starts=SATURDAY)

    message = told(till, {first: 1, second: 1})

    assert message.subject == f"Your tickets, order {Order.objects.get().number}"
    assert [file.filename for file in message.attachments][2:] == ["session-1.ics", "session-2.ics"]
    assert message.body.index("21 May") < message.body.index("22 May")
    assert len({str(event["UID"]) for [event] in entries(message)}) == 2


def test_a_kettle_beside_a_ticket_is_in_the_same_mail(till):
    adult, *_ = visits.session()

    message = told(till, {adult: 1, make.variant(20_00): 1})

    assert message.subject.endswith(": 1 store is packing for you")
    assert kinds(message) == ["image/png", "text/calendar"]
    assert "Deliver to: Lin Yue" in message.body
    assert "Follow your parcels: " in message.body
    assert Ticket.objects.get().number in message.body
    [(html, _kind)] = message.alternatives
    assert "Track your parcels" in html
    assert link("tickets/") in html


def test_tickets_that_ended_before_the_mail_are_not_in_it(till):
    adult, child, _family = visits.session()
    order = bought(till, {adult: 1, child: 1})
    Ticket.objects.update(cancelled_at=NOON)

    run_queued_work()

    [message] = [sent for sent in mail.outbox if sent.to == [order.contact.email]]
    assert message.subject == f"Your order {order.number} is paid."
    assert message.attachments == []
    assert "Ticket code" not in message.body
    assert "Your order: http" in message.body


def test_the_host_is_told_of_guests_and_not_of_a_parcel(till):
    adult, *_ = visits.session()
    host = visits.host_of(adult)
    bought(till, {adult: 1})

    run_queued_work()

    [message] = [sent for sent in mail.outbox if sent.to == [host.email]]
    assert "Guests and tickets: http" in message.body
    assert "customs" not in message.body
