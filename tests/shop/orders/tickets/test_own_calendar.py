"""A host's dates in their own calendar: the file behind an address that nobody can guess."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import signing
from icalendar import Calendar

from shop.catalogue.delivery.models import Contact
from shop.catalogue.stock.models import Pool
from shop.money.payments.call_off import call_off
from shop.orders.tickets.own_calendar import AHEAD, BACK, address_of, close_address, new_address
from shop.people.merchants.models import Membership
from tests import make
from tests.budgets import statements
from tests.make import NOON
from tests.shop.orders.tickets import visits
from tests.shop.orders.tickets.visits import DAY, FRIDAY, bought

pytestmark = pytest.mark.django_db


@pytest.fixture
def adult(till):
    """Return a seat of a session of twelve, five of which are booked."""
    adult, child, _family = visits.session()
    order = bought(till, {adult: 3, child: 2})
    Contact.objects.filter(pk=order.contact_id).update(name="Lin Guest")
    return adult


@pytest.fixture
def membership(adult) -> Membership:
    """Return the membership of a host who has an address for their calendar."""
    return given(visits.host_of(adult).memberships.get())


def given(membership: Membership) -> Membership:
    new_address(membership)
    membership.refresh_from_db()
    return membership


def path_of(membership: Membership) -> str:
    address = address_of(membership)
    assert address.startswith("http")
    return "/calendars/" + address.rpartition("/calendars/")[2]


def events_of(client, membership):
    answer = client.get(path_of(membership))
    assert answer.status_code == 200
    return Calendar.from_ical(answer.content).walk("VEVENT")


def test_each_date_is_an_event_with_its_place_and_how_many_come(client, adult, membership):
    answer = client.get(path_of(membership))

    read = Calendar.from_ical(answer.content)
    (event,) = read.walk("VEVENT")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["X-Robots-Tag"] == "noindex"
    assert "no-store" in answer["Cache-Control"]
    assert event["SUMMARY"] == "Dyeing (5/12)"
    assert event["LOCATION"] == "Itoku market"
    assert event["DESCRIPTION"] == "5 of 12 seats booked"
    assert event["DTSTART"].params["TZID"] == "Africa/Nairobi"
    assert event.start == FRIDAY.astimezone(ZoneInfo("Africa/Nairobi"))
    assert event.end - event.start == timedelta(hours=4)
    assert event["URL"].endswith(f"/sessions/{adult.pool_id}/")
    assert "STATUS" not in event
    assert read["REFRESH-INTERVAL"].params["VALUE"] == "DURATION"
    assert read["REFRESH-INTERVAL"].dt == timedelta(hours=1)
    assert read["X-WR-CALNAME"] == "Indigo Mornings"
    assert [zone["TZID"] for zone in read.walk("VTIMEZONE")] == ["Africa/Nairobi"]


def test_no_guest_is_named(client, membership):
    text = client.get(path_of(membership)).content.decode()

    contact = Contact.objects.get(name="Lin Guest")
    assert "Lin" not in text
    assert contact.email not in text


def test_a_date_that_is_called_off_is_struck_out(client, adult, membership):
    visits.session(adult.product, starts=FRIDAY + DAY)
    call_off(Pool.objects.get(pk=adult.pool_id), reason="Rain", at=NOON, by=membership.user)

    first, second = events_of(client, membership)

    assert first["STATUS"] == "CANCELLED"
    assert "STATUS" not in second
    assert first["UID"] != second["UID"]


def test_it_reaches_a_month_back_and_a_year_ahead(client, clock_at, adult, membership):
    for starts in (FRIDAY + AHEAD - DAY, FRIDAY + AHEAD + DAY):
        visits.session(adult.product, starts=starts)

    clock_at(FRIDAY)
    assert len(events_of(client, membership)) == 2
    clock_at(FRIDAY + BACK - DAY)
    assert len(events_of(client, membership)) == 3
    clock_at(FRIDAY + BACK + DAY)
    assert len(events_of(client, membership)) == 2


def test_dates_of_another_store_are_not_in_it(client, membership):
    other = visits.experience(of=visits.merchant(), title="Not ours")
    visits.session(other, starts=FRIDAY + DAY)

    assert [event["SUMMARY"] for event in events_of(client, membership)] == ["Dyeing (5/12)"]


def test_it_speaks_the_language_of_its_member(client, membership):
    type(membership.user).objects.filter(pk=membership.user_id).update(language="fr")

    (event,) = events_of(client, membership)

    assert event["DESCRIPTION"] == "Places réservées\N{NO-BREAK SPACE}: 5 sur 12"


def test_it_takes_two_statements_however_many_dates(client, adult, membership):
    path = path_of(membership)
    with statements(most=2) as few:
        client.get(path)
    for number in range(1, 6):
        visits.session(adult.product, starts=FRIDAY + DAY * number)

    with statements(most=2) as many:
        assert client.get(path).status_code == 200

    assert len(few) == len(many) == 2


def test_an_address_that_was_changed_leads_nowhere(client, membership):
    path = path_of(membership)
    token = path.removeprefix("/calendars/").removesuffix(".ics")
    other = given(make.member(visits.merchant()).memberships.get())
    theirs = path_of(other).removeprefix("/calendars/").removesuffix(".ics")
    # The key is the secret: with another number, or another key, it is nobody's.
    mixed = signing.Signer().sign_object([membership.pk, other.calendar_key.hex])
    asked = theirs.partition(":")[0]

    for wrong in (token[1:], f"x{token}", mixed, asked, "x", "x:y"):
        assert client.get(f"/calendars/{wrong}.ics").status_code == 404
    assert client.post(path).status_code == 405


def test_an_address_leads_nowhere_once_there_is_another_or_none(client, membership):
    before = path_of(membership)

    given(membership)
    after = path_of(membership)
    assert client.get(before).status_code == 404
    assert client.get(after).status_code == 200

    close_address(membership)
    membership.refresh_from_db()
    assert client.get(after).status_code == 404
    assert address_of(membership) == ""


def test_of_another_member_the_address_stays(client, adult, membership):
    other = given(visits.host_of(adult).memberships.get())

    given(membership)
    close_address(membership)

    assert client.get(path_of(other)).status_code == 200


def over(membership):
    # Owners stay for good.
    Membership.objects.filter(pk=membership.pk).update(role="manager", until=NOON)


def left(membership):
    Membership.objects.filter(pk=membership.pk).delete()


def inactive(membership):
    type(membership.user).objects.filter(pk=membership.user_id).update(is_active=False)


def editor(membership):
    Membership.objects.filter(pk=membership.pk).update(role="editor")


@pytest.mark.parametrize("happened", [over, left, inactive, editor])
def test_who_may_not_see_orders_any_more_gets_nothing(client, membership, happened):
    path = path_of(membership)
    assert client.get(path).status_code == 200

    happened(membership)

    assert client.get(path).status_code == 404


def test_it_is_there_until_the_time_of_a_member_is_over(client, clock_at, membership):
    Membership.objects.filter(pk=membership.pk).update(role="packer", until=NOON + DAY)
    assert client.get(path_of(membership)).status_code == 200

    clock_at(NOON + DAY)

    assert client.get(path_of(membership)).status_code == 404
