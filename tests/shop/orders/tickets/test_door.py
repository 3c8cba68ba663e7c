"""The door of a date: bookings are let in as a whole, once, and on its day."""

import re

import pytest
from django.test import Client

from shop.orders.models import Order
from shop.orders.tickets.models import Ticket
from tests import make
from tests.budgets import statements
from tests.crowd import at_once
from tests.make import NOON
from tests.shop.orders.tickets import visits
from tests.shop.orders.tickets.visits import FRIDAY, bought

pytestmark = pytest.mark.django_db


@pytest.fixture
def door(client, till, clock_at):
    """Return the address of a door with two bookings: of two adults and a child, of a family."""
    adult, child, family = visits.session()
    first = bought(till, {adult: 2, child: 1})
    second = bought(till, {family: 1})
    Order.objects.filter(pk=second.pk).update(language="fr")
    client.force_login(visits.host_of(adult))
    clock_at(FRIDAY)
    where = f"/merchant/{adult.product.merchant.slug}/sessions/{adult.pool_id}/door/"
    return where, first, second


def used() -> int:
    return Ticket.objects.exclude(used_at=None).count()


def test_a_booking_is_let_in_as_a_whole_and_taken_back(client, door):
    where, first, _second = door
    assert "Let in 3" in client.get(where).text

    page = client.post(where, {"order": first.pk}, follow=True)

    assert "3 people are in." in page.text
    assert used() == 3
    assert "of 7 here" in page.text
    client.post(where, {"order": first.pk, "undo": "1"})
    assert used() == 0


def test_who_is_in_is_not_let_in_again(client, door):
    where, first, _second = door
    client.post(where, {"order": first.pk})

    page = client.post(where, {"order": first.pk}, follow=True)

    assert "They are in already" in page.text
    assert used() == 3


def test_who_came_alone_is_followed_by_the_rest(client, door):
    where, first, _second = door
    one = Ticket.objects.filter(line__order=first).first()
    Ticket.objects.filter(pk=one.pk).update(used_at=FRIDAY)

    page = client.get(where)
    assert "Let in 2" in page.text
    client.post(where, {"order": first.pk})

    assert used() == 3


def test_early_use_asks_and_burns_nothing(client, door, clock_at):
    where, first, _second = door
    clock_at(FRIDAY - visits.DAY * 2)

    page = client.post(where, {"order": first.pk}, follow=True)

    assert "These tickets are for another day." in page.text
    assert used() == 0


def test_guests_are_found_by_name_order_and_code_and_sorted_by_who_is_here(client, door):
    where, first, second = door
    code = Ticket.objects.filter(line__order=second).first().number
    client.post(where, {"order": first.pk})

    for asked, there, not_there in (
        (f"?q={first.number}", first, second), (f"?q={code}", second, first),
        ("?show=coming", second, first), ("?show=here", first, second),
    ):  # fmt: skip
        page = client.get(where + asked).text
        assert f'data-number="{there.number}"' in page
        assert f'data-number="{there.number}" hidden' not in re.sub(r' class="in"', "", page)
        assert f'data-number="{not_there.number}" hidden' in re.sub(r' class="in"', "", page)
    assert "data-nobody hidden" in client.get(where).text
    assert "data-nobody hidden" not in client.get(where + "?q=nobody").text
    assert first.contact.email not in client.get(where).text


def test_a_booking_of_another_date_is_not_let_in_here(client, door, till):
    where, _first, _second = door
    other = visits.session(of=Ticket.objects.first().line.product, starts=FRIDAY + visits.DAY)[0]
    order = bought(till, {other: 1})

    client.post(where, {"order": order.pk})

    assert used() == 0


def test_the_door_costs_the_same_for_few_and_for_many(client, door, till, clock_at):
    where, _first, _second = door
    client.get(where)
    with statements(most=20) as before:
        client.get(where)
    seat = Ticket.objects.first().line.variant
    clock_at(NOON)
    for _n in range(2):
        bought(till, {seat: 1})
    clock_at(FRIDAY)

    with statements(most=20) as after:
        client.get(where)

    assert len(after) == len(before)


@pytest.mark.django_db(transaction=True)
def test_of_two_doors_one_lets_a_booking_in(client, door):
    where, first, _second = door

    def press():
        other = Client()
        other.force_login(make.member(first.suborders.get().merchant))
        return other.post(where, {"order": first.pk}, follow=True).text

    answers = at_once([press, press])

    assert sum("3 people are in." in text for text in answers) == 1
    assert used() == 3
