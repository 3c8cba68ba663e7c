"""What a telephone did at a door without a line counts once, as it was then, and harms nobody."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from shop.orders.tickets import door_entries
from shop.orders.tickets.door_entries import KEPT_FOR, Sent, forget_entries, signed_list, take_entry
from shop.orders.tickets.models import DoorEntry, Ticket
from shop.orders.tickets.redeem import redeem
from tests import make
from tests.crowd import at_once
from tests.make import NOON
from tests.shop.orders.tickets import visits
from tests.shop.orders.tickets.visits import FRIDAY, bought

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def seats(client, till, clock_at):
    """Sign the host of a date in, for which two adults and a child have tickets."""
    adult, child, _family = visits.session()
    bought(till, {adult: 2, child: 1})
    client.force_login(visits.host_of(adult))
    clock_at(FRIDAY)
    return adult


def where(seats) -> str:
    return f"/merchant/{seats.product.merchant.slug}/sessions/{seats.pool_id}/door/"


def entry(ticket, *, is_in=True, ago=0.0, key=None) -> dict:
    return {"key": str(key or uuid4()), "ticket": ticket.pk, "in": is_in, "ago": ago}


def post(client, seats, *entries, signed=None, of=None):
    signed = signed or signed_list((of or seats).pool_id, at=FRIDAY - 30 * MINUTE)
    body = json.dumps({"list": signed, "entries": entries})
    return client.post(where(seats) + "entries/", body, content_type="application/json")


def near(moment, expected) -> bool:
    """Tell whether two moments are the same but for the time that a request takes."""
    return abs(moment - expected) < MINUTE / 2


def used() -> int:
    return Ticket.objects.exclude(used_at=None).count()


def test_a_guest_let_in_without_a_line_was_let_in_when_it_happened(client, seats):
    ticket = Ticket.objects.first()
    sent = entry(ticket, ago=600)

    answer = post(client, seats, sent)

    assert answer.json() == {"entries": {sent["key"]: ""}}
    ticket.refresh_from_db()
    assert near(ticket.used_at, FRIDAY - 10 * MINUTE)
    assert ticket.used_by is not None


def test_what_is_sent_again_is_done_once_and_says_the_same(client, seats):
    ticket = Ticket.objects.first()
    came, left = entry(ticket), entry(ticket, is_in=False)
    post(client, seats, came, left)
    redeem(ticket, by=make.member(seats.product.merchant), at=FRIDAY)

    answer = post(client, seats, came, left)

    assert set(answer.json()["entries"].values()) == {""}
    assert used() == 1  # what somebody else did since stands
    assert DoorEntry.objects.count() == 2


def test_what_was_undone_without_a_line_undoes_nothing_that_was_done_since(client, seats):
    esi = make.member(seats.product.merchant, "esi@example.org")
    ticket = Ticket.objects.first()
    redeem(ticket, by=esi, at=FRIDAY - 5 * MINUTE)
    sent = entry(ticket, is_in=False, ago=600)

    said = post(client, seats, sent).json()["entries"][sent["key"]]

    assert "too late to undo" in said
    ticket.refresh_from_db()
    assert (ticket.used_by, ticket.undone_at) == (esi, None)
    assert DoorEntry.objects.get().outcome == DoorEntry.Outcome.NOT_POSSIBLE


def test_what_let_nobody_in_is_taken_back_without_harm_to_who_did(client, seats):
    esi = make.member(seats.product.merchant, "esi@example.org")
    ticket = Ticket.objects.first()
    redeem(ticket, by=esi, at=FRIDAY - 9 * MINUTE)
    came = entry(ticket, ago=120)
    left = entry(ticket, is_in=False, ago=60) | {"undoes": came["key"]}

    said = post(client, seats, came, left).json()["entries"]

    assert "was in already" in said[came["key"]]
    assert said[left["key"]] == ""
    ticket.refresh_from_db()
    assert (ticket.used_by, ticket.undone_at) == (esi, None)


def test_what_did_let_in_is_taken_back(client, seats):
    came = entry(Ticket.objects.first(), ago=120)
    left = entry(Ticket.objects.first(), is_in=False, ago=60) | {"undoes": came["key"]}

    assert set(post(client, seats, came, left).json()["entries"].values()) == {""}

    assert used() == 0


def test_of_two_telephones_the_second_is_told_when_and_by_whom(client, seats):
    esi = make.member(seats.product.merchant, "esi@example.org")
    ticket = Ticket.objects.first()
    redeem(ticket, by=esi, at=FRIDAY - 9 * MINUTE)
    sent = entry(ticket, ago=60)

    said = post(client, seats, sent).json()["entries"][sent["key"]]

    assert "was in already" in said
    assert "esi" in said
    ticket.refresh_from_db()
    assert ticket.used_by == esi


def test_nothing_happened_before_the_list_was_made_nor_later_than_now(client, seats):
    first, second, third = Ticket.objects.order_by("pk")

    post(client, seats, entry(first, ago=1e9), entry(second, ago=-500), entry(third, ago=60))

    times = Ticket.objects.order_by("pk").values_list("used_at", flat=True)
    expected = [FRIDAY - 30 * MINUTE, FRIDAY, FRIDAY - MINUTE]
    assert all(map(near, times, expected))


def test_a_ticket_that_was_given_back_lets_nobody_in(client, seats):
    ticket = Ticket.objects.first()
    Ticket.objects.filter(pk=ticket.pk).update(cancelled_at=FRIDAY - 60 * MINUTE)
    sent = entry(ticket)

    said = post(client, seats, sent).json()["entries"][sent["key"]]

    assert "given back" in said
    assert used() == 0


def test_a_ticket_of_another_date_is_none_of_this_one(client, seats, till):
    other, *_rest = visits.session(seats.product, starts=FRIDAY + 5 * visits.DAY)
    bought(till, {other: 1})
    foreign = Ticket.objects.get(line__pool=other.pool_id)
    sent = entry(foreign)

    said = post(client, seats, sent).json()["entries"][sent["key"]]

    assert said == "This ticket is not one of this date."
    assert used() == 0


def test_before_its_day_no_ticket_is_burnt(client, seats, clock_at):
    clock_at(FRIDAY - 3 * visits.DAY)
    sent = entry(Ticket.objects.first())
    signed = signed_list(seats.pool_id, at=FRIDAY - 3 * visits.DAY)

    said = post(client, seats, sent, signed=signed).json()["entries"][sent["key"]]

    assert "for another day" in said
    assert used() == 0


def test_a_mistake_is_taken_back_on_its_day_and_not_after(client, seats, clock_at):
    first, second, _third = Ticket.objects.order_by("pk")
    post(client, seats, entry(first), entry(second))
    post(client, seats, entry(first, is_in=False))
    assert used() == 1

    clock_at(FRIDAY + 2 * visits.DAY)
    late = entry(second, is_in=False)
    signed = signed_list(seats.pool_id, at=FRIDAY + 2 * visits.DAY)
    said = post(client, seats, late, signed=signed).json()["entries"][late["key"]]

    assert "too late to undo" in said
    assert used() == 1


@pytest.mark.parametrize("signed", ["", "x", "WzEsMl0:abc", None])
def test_entries_go_with_the_list_of_their_date(client, seats, till, signed):
    other, *_rest = visits.session(seats.product, starts=FRIDAY + 5 * visits.DAY)
    signed = signed_list(other.pool_id, at=FRIDAY) if signed is None else signed or "-"

    answer = post(client, seats, entry(Ticket.objects.first()), signed=signed)

    assert answer.status_code == 409
    assert used() == 0


@pytest.mark.parametrize(
    "change",
    [
        {"key": "x"}, {"ticket": "1"}, {"ticket": 2**70}, {"ticket": None}, {"ago": "soon"},
        {"ago": float("nan")}, {"key": None}, {"ago": None},
    ],
)  # fmt: skip
def test_what_is_not_understood_changes_nothing(client, seats, change):
    good, bad = Ticket.objects.order_by("pk")[:2]

    answer = post(client, seats, entry(good), entry(bad) | change)

    assert answer.status_code == 400
    assert used() == 0


@pytest.mark.parametrize(
    "body", ["", "[]", "null", '{"list": 1}', '{"list": {}, "entries": 3}', "{"]
)
def test_no_body_breaks_it(client, seats, body):
    answer = client.post(where(seats) + "entries/", body, content_type="application/json")

    assert answer.status_code in (400, 409)
    assert used() == 0


def test_one_message_has_a_limit(client, seats):
    ticket = Ticket.objects.first()

    assert post(client, seats, *[entry(ticket) for _ in range(201)]).status_code == 400
    assert used() == 0


def test_the_page_tells_a_telephone_no_code_and_no_address(client, seats):
    page = client.get(where(seats)).text

    for ticket in Ticket.objects.select_related("line__order__contact"):
        assert ticket.code not in page
        assert ticket.line.order.contact.email not in page
        assert door_entries.mark_of(ticket.code) in page


def test_the_camera_is_there_for_doors_alone(client, seats):
    assert "camera=(self)" in client.get(where(seats)).headers["Permissions-Policy"]
    assert "camera=(self)" in client.get("/merchant/tickets/").headers["Permissions-Policy"]
    assert "camera=()" in client.get("/merchant/").headers["Permissions-Policy"]


def test_entries_are_forgotten_when_nobody_sends_them_again(client, seats):
    post(client, seats, entry(Ticket.objects.first()))

    assert forget_entries(at=FRIDAY + KEPT_FOR) == 0
    assert forget_entries(at=FRIDAY + KEPT_FOR + MINUTE) == 1
    assert used() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_entry_at_once_is_taken_once(till, clock_at):
    adult, *_rest = visits.session()
    bought(till, {adult: 1})
    ticket, host = Ticket.objects.get(), visits.host_of(adult)
    clock_at(FRIDAY)
    sent = Sent(uuid4(), ticket.pk, is_in=True, ago=timedelta())

    def take():
        return take_entry(adult.pool_id, sent, made=NOON, by=host, at=FRIDAY).outcome

    outcomes = at_once([take] * 8)

    assert set(outcomes) == {DoorEntry.Outcome.DONE}
    assert DoorEntry.objects.count() == 1
