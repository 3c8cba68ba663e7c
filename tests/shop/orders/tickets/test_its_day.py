"""A ticket is used on its day, and a mistake is taken back on the day on which it was made."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from shop.catalogue.models import Variant
from shop.core.errors import NotPossible
from shop.orders.tickets import redeem
from shop.orders.tickets.models import Ticket
from shop.orders.tickets.redeem import NotItsDay
from tests import make
from tests.make import NOON
from tests.shop.orders.tickets import visits
from tests.shop.orders.tickets.visits import DAY, FRIDAY, bought

HOUR = timedelta(hours=1)


def nairobi(day: datetime, hour: int, minute: int = 0) -> datetime:
    """Return an instant on the day of another one, by the clock of Nairobi."""
    return day.replace(hour=0, minute=0, tzinfo=UTC) + timedelta(hours=hour - 3, minutes=minute)


@pytest.fixture
def ticket(till, db):
    """Pay for a seat on Friday at 15:00 in Nairobi, for four hours."""
    adult, *_ = visits.session()
    bought(till, {adult: 1})
    return Ticket.objects.get()


@pytest.fixture
def host(ticket):
    return visits.host_of(ticket.line.variant)


def state(ticket):
    now = Ticket.objects.get(pk=ticket.pk)
    return now.used_at, now.used_by, now.undone_at, now.undone_by


NEVER = (None, None, None, None)


@pytest.mark.parametrize(
    ("at", "is_it"),
    [
        (nairobi(FRIDAY, 0), True),
        (nairobi(FRIDAY, 23, 59), True),
        (
            nairobi(FRIDAY, 0) - timedelta(minutes=1),
            False,
        ),  # Thursday there, though Thursday in UTC
        (FRIDAY + 4 * HOUR + 18 * HOUR, True),
        (FRIDAY + 4 * HOUR + 19 * HOUR, False),
        (FRIDAY - DAY, False),
        (FRIDAY + 2 * DAY, False),
        (NOON, False),
    ],
)
def test_its_day_is_that_of_the_place(ticket, at, is_it):
    assert redeem.is_its_day(ticket, at=at) is is_it


def test_a_session_soon_after_midnight_has_its_guests_the_evening_before(till, db):
    night, *_ = visits.session(starts=nairobi(FRIDAY, 1))
    bought(till, {night: 1})

    found = Ticket.objects.get()

    assert redeem.is_its_day(found, at=nairobi(FRIDAY, -5))
    assert not redeem.is_its_day(found, at=nairobi(FRIDAY, -6))


def test_a_tour_of_three_days_takes_its_guests_all_the_while(till, db):
    tour, *_ = visits.session(visits.experience(duration_minutes=3 * 24 * 60))
    bought(till, {tour: 1})

    assert redeem.is_its_day(Ticket.objects.get(), at=FRIDAY + 2 * DAY)


def test_on_another_day_it_is_refused_and_nothing_changes(ticket, host):
    with pytest.raises(NotItsDay, match="for another day"):
        redeem.redeem(ticket, by=host, at=FRIDAY - 2 * DAY)

    assert state(ticket) == NEVER


def test_on_another_day_a_host_may_let_somebody_in_all_the_same(ticket, host):
    redeem.redeem(ticket, by=host, at=FRIDAY - 2 * DAY, is_other_day=True)

    assert state(ticket) == (FRIDAY - 2 * DAY, host, None, None)


def test_a_mistake_is_taken_back_and_the_same_ticket_lets_in_again(ticket, host):
    redeem.redeem(ticket, by=host, at=FRIDAY)

    redeem.take_back(ticket, by=host, at=FRIDAY + HOUR)
    assert state(ticket) == (None, None, FRIDAY + HOUR, host)

    redeem.redeem(ticket, by=host, at=FRIDAY + 2 * HOUR)
    assert state(ticket) == (FRIDAY + 2 * HOUR, host, FRIDAY + HOUR, host)


def test_the_day_after_nothing_is_undone(ticket, host):
    used = nairobi(FRIDAY, 23, 30)  # 20:30 in UTC
    redeem.redeem(ticket, by=host, at=used)

    with pytest.raises(NotPossible, match="on the same day only"):
        redeem.take_back(ticket, by=host, at=nairobi(FRIDAY, 24, 1))  # 21:01 in UTC

    assert state(ticket) == (used, host, None, None)


def test_what_was_never_used_or_is_called_off_is_not_undone(ticket, host):
    with pytest.raises(NotPossible):
        redeem.take_back(ticket, by=host, at=FRIDAY)
    redeem.redeem(ticket, by=host, at=FRIDAY)
    Variant.objects.filter(pk=ticket.line.variant_id).update(cancelled_at=FRIDAY)

    with pytest.raises(NotPossible):
        redeem.take_back(ticket, by=host, at=FRIDAY)

    assert state(ticket) == (FRIDAY, host, None, None)


@pytest.mark.django_db(transaction=True)
def test_two_who_undo_at_once_undo_one_use(till):
    adult, *_ = visits.session()
    bought(till, {adult: 1})
    ticket, store = Ticket.objects.get(), adult.product.merchant
    hosts = [make.member(store) for _ in range(6)]
    redeem.redeem(ticket, by=hosts[0], at=FRIDAY)
    together = threading.Barrier(len(hosts))

    def undo(number):
        mine = Ticket.objects.get(pk=ticket.pk)
        together.wait()
        try:
            redeem.take_back(mine, by=hosts[number], at=FRIDAY + number * HOUR / 10)
        finally:
            connection.close()

    threads = [threading.Thread(target=undo, args=[number]) for number in range(len(hosts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    used_at, used_by, undone_at, undone_by = state(ticket)
    assert (used_at, used_by) == (None, None)
    assert undone_at == FRIDAY + hosts.index(undone_by) * HOUR / 10


def test_the_host_does_all_that_on_the_phone(client, ticket, host, clock_at):
    client.force_login(host)
    where = f"/merchant/tickets/{ticket.code}/"

    early = client.get(where).text  # it is nine days away
    plain = client.post(where)
    assert "This ticket is for another day." in early
    assert 'class="btn big wide"' not in early
    assert (plain.status_code, state(ticket)) == (409, NEVER)
    assert "This ticket is for another day." in plain.text

    first = client.post(where, {"other_day": "1"}, follow=True)
    second = client.post(where)
    assert "Let them in" in first.text
    assert f"Let in by {host.name or host.email}" in second.text
    assert second.status_code == 409
    assert "used already" in second.text
    assert 'value="undo"' in second.text

    undone = client.post(where, {"do": "undo"}, follow=True)
    assert "Undone. The ticket is good again." in undone.text
    assert Ticket.objects.get().used_at is None

    client.post(where, {"other_day": "1"})
    before = state(ticket)
    clock_at(NOON + DAY)
    late = client.post(where, {"do": "undo"})
    assert (late.status_code, state(ticket)) == (409, before)
    assert "This can be undone on the same day only." in late.text
    assert 'value="undo"' not in late.text
