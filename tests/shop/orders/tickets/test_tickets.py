import threading
from datetime import UTC, timedelta

import pytest
from django.db import connection
from icalendar import Calendar

from shop.core.errors import NotPossible
from shop.orders.tickets import redeem
from shop.orders.tickets.issue import issue
from shop.orders.tickets.models import ALPHABET, Ticket
from shop.orders.tickets.redeem import UsedAlready, clean_code
from shop.orders.tickets.sessions import calendar
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.paying import assert_books_agree
from tests.shop.orders.tickets import visits
from tests.shop.orders.tickets.visits import FRIDAY, bought


@pytest.fixture
def order(till, db):
    """Pay for two adults, a family and a kettle."""
    adult, _child, family = visits.session()
    return bought(till, {adult: 2, family: 1, make.variant(20_00): 1})


def link(order, tail=""):
    return f"/orders/{order.number}/{order.token}/{tail}"


def test_each_seat_that_is_paid_gets_a_ticket(order):
    tickets = list(Ticket.objects.order_by("line__position", "position"))

    assert [ticket.admits for ticket in tickets] == [1, 1, 4]
    assert len({ticket.code for ticket in tickets}) == 3
    assert_books_agree()


def test_tickets_are_issued_once_however_often_it_is_asked(order):
    before = set(Ticket.objects.values_list("code", flat=True))

    issue(order)

    assert set(Ticket.objects.values_list("code", flat=True)) == before


def test_no_ticket_comes_into_being_before_the_money(till, db):
    adult, *_ = visits.session()

    make.order({adult: 1})

    assert not Ticket.objects.exists()


def test_the_order_shows_its_tickets_with_squares_and_codes(client, order):
    page = client.get(link(order)).text
    tickets = client.get(link(order, "tickets/")).text

    assert link(order, "tickets/") in page
    assert tickets.count('src="data:image/svg+xml;base64,') == 3
    for ticket in Ticket.objects.all():
        assert ticket.number in tickets
    assert "Itoku market" in tickets
    for text in (page, tickets):
        assert "Friday, 21 May 2027, 15:00 local time (Nairobi)" in text
    assert "<own-time" not in tickets


def test_an_order_of_goods_alone_has_no_tickets(client, till, db):
    order = bought(till, {make.variant(): 1})

    assert client.get(link(order, "tickets/")).status_code == 404
    assert "tickets/" not in client.get(link(order)).text


def test_the_calendar_file_is_in_the_place_s_own_time(client, order):
    line = order.lines.get(variant__position=0, variant__session_start__isnull=False)

    answer = client.get(link(order, f"tickets/{line.pk}.ics"))

    assert answer["Content-Type"].startswith("text/calendar")
    event = Calendar.from_ical(answer.content).walk("VEVENT")[0]
    starts = event["DTSTART"].dt
    assert starts.astimezone(UTC) == FRIDAY
    assert (starts.hour, str(starts.tzinfo)) == (15, "Africa/Nairobi")
    assert event["DTEND"].dt - starts == timedelta(hours=4)
    assert str(event["LOCATION"]) == "Itoku market"


def test_a_calendar_file_speaks_the_order_s_language_and_strikes_out_what_was_called_off(order):
    line = order.lines.get(variant__position=0, variant__session_start__isnull=False)
    line.shown_title = "Teinture"  # as its shopper read it
    order.language = "fr"
    line.order = order
    before = calendar([line], url="https://example.org/", at=NOON)

    line.variant.cancelled_at = NOON
    after = calendar([line], url="https://example.org/", at=NOON)

    first, second = (Calendar.from_ical(text).walk("VEVENT")[0] for text in (before, after))
    assert (str(first["SUMMARY"]), first.get("STATUS")) == ("Teinture", None)
    assert (second["STATUS"], second["SEQUENCE"], second["UID"]) == ("CANCELLED", 1, first["UID"])


def test_a_calendar_file_cannot_be_made_to_say_more(client, till, db):
    walk = visits.experience(
        title="Dyeing\r\nATTENDEE:mailto:x@example.org", meeting_point="A;B\nURL:http://evil"
    )
    order = bought(till, {visits.session(walk)[0]: 1})

    text = client.get(link(order, f"tickets/{order.lines.get().pk}.ics")).content.decode()

    assert "\r\nATTENDEE" not in text
    assert "\r\nURL:http://evil" not in text


def test_somebody_else_s_line_has_no_calendar_file(client, order, till):
    other = bought(till, {visits.session(starts=FRIDAY + timedelta(days=1))[0]: 1})

    answer = client.get(link(order, f"tickets/{other.lines.get().pk}.ics"))

    assert answer.status_code == 404


def test_a_ticket_is_used_once(order):
    ticket = Ticket.objects.first()
    host = visits.host_of(ticket.line.variant)

    redeem.redeem(ticket, by=host, at=FRIDAY)
    with pytest.raises(UsedAlready) as refused:
        redeem.redeem(Ticket.objects.get(pk=ticket.pk), by=host, at=FRIDAY + timedelta(1))

    ticket.refresh_from_db()
    assert (ticket.used_at, ticket.used_by, refused.value.at) == (FRIDAY, host, FRIDAY)


@pytest.mark.django_db(transaction=True)
def test_two_doors_let_one_person_in(till):
    adult, *_ = visits.session()
    bought(till, {adult: 1})
    ticket, host = Ticket.objects.get(), visits.host_of(adult)
    together, outcomes = threading.Barrier(8), []

    def scan():
        mine = Ticket.objects.get(pk=ticket.pk)
        together.wait()
        try:
            redeem.redeem(mine, by=host, at=FRIDAY)
            outcomes.append("in")
        except NotPossible:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=scan) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["in"] + ["refused"] * 7


@pytest.mark.parametrize(
    "typed",
    ["{code}", "{number}", " {lower} ", "https://shop.example/merchant/tickets/{code}/"],
)
def test_a_code_is_found_however_it_is_typed(client, order, typed):
    ticket = Ticket.objects.first()
    client.force_login(visits.host_of(ticket.line.variant))
    text = typed.format(code=ticket.code, number=ticket.number, lower=ticket.number.lower())

    answer = client.get("/merchant/tickets/", {"code": text})

    assert (answer.status_code, answer.url) == (302, f"/merchant/tickets/{ticket.code}/")


@pytest.mark.parametrize("text", ["", "A" * 15, "A" * 17, "0" * 16, "ÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀ", "\0", "/"])
def test_what_cannot_be_a_code_is_none(text):
    assert clean_code(text) == ""


def test_codes_have_no_signs_that_are_taken_for_each_other():
    assert not set("01IOL") & set(ALPHABET) - {"L"}


@pytest.mark.parametrize("who", ["shopper", "other host", "organizer"])
@pytest.mark.parametrize(
    ("method", "data"), [("get", {}), ("post", {"other_day": "1"}), ("post", {"do": "undo"})]
)
def test_a_stranger_finds_no_ticket_and_changes_nothing(client, order, who, method, data):
    ticket = Ticket.objects.first()
    users = {
        "shopper": make.user,
        "other host": lambda: make.member(visits.merchant()),
        "organizer": organizer,
    }
    client.force_login(users[who]())

    answer = getattr(client, method)(f"/merchant/tickets/{ticket.code}/", data)

    assert answer.status_code == 404
    assert not Ticket.objects.exclude(used_at=None, undone_at=None).exists()
