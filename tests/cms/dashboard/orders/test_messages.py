"""Organizers read what shopper and store write, and take away what offends."""

import pytest

from shop.orders.models import OrderMessage
from shop.orders.thread.write import report, write
from tests import make
from tests.budgets import statements
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.shop.checkout.order.proofs import paid_order
from tests.shop.orders.cart.carts import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, clock_at):
    clock_at(NOON)
    client.force_login(organizer())
    return client


@pytest.fixture
def part(desk):
    store = make.merchant(name="Loom")
    return paid_order({make.variant(of=make.product(of=store)): 1}).suborders.get()


def screen(part):
    return f"/organize/desk_orders/inspect/{part.order_id}/"


def test_the_thread_stands_on_the_screen_of_the_order(desk, part):
    assert "What shopper and store wrote" not in desk.get(screen(part)).text
    write(part.pk, "shopper", "Is it blue?", at=NOON)
    write(part.pk, "store", "As the sea.", at=NOON, by=make.user(first_name="Asha"))

    shown = words(desk.get(screen(part)))

    assert "The shopper to Loom Is it blue?" in shown
    assert "Asha of Loom As the sea." in shown
    assert shown.index("Is it blue?") < shown.index("As the sea.")


def test_what_was_reported_waits_on_the_first_screen_until_somebody_looked(desk, part):
    row = write(part.pk, "shopper", "You thief", at=NOON)
    other = write(part.pk, "shopper", "Sorry", at=NOON)
    paid_order()
    for message in (row, other):
        report(part.pk, message.pk, "store", at=NOON)

    assert "messages of 1 order</a>" in desk.get("/organize/").text
    found = words(desk.get("/organize/desk_orders/?messages=reported"))
    assert found.count("BB-2027-") == 1
    desk.post(f"/organize/orders/messages/{other.pk}/leave/")
    asked = desk.get(f"/organize/orders/messages/{row.pk}/hide/")
    assert "who wrote it reads your reason" in words(asked)
    assert desk.post(f"/organize/orders/messages/{row.pk}/hide/", {}).status_code == 422
    done = desk.post(f"/organize/orders/messages/{row.pk}/hide/", {"reason": "Insults"})

    assert done.url == screen(part)
    assert "Reported:" not in desk.get("/organize/").text
    shown = words(desk.get(screen(part)))
    assert "You thief Taken away on 12 May 2027" in shown
    assert "Insults" in shown
    assert "Order lost a message that was taken away" in shown
    row.refresh_from_db()
    assert row.hidden_reason == "Insults"
    second = desk.post(
        f"/organize/orders/messages/{row.pk}/hide/", {"reason": "Again"}, follow=True
    )
    assert "This message is taken away." in second.text
    late = desk.post(f"/organize/orders/messages/{other.pk}/leave/", follow=True)
    assert "Somebody has looked at this message already." in late.text


@pytest.mark.parametrize("group", ["reviewer", "merchandiser", "analyst"])
def test_others_at_the_desk_read_nothing_and_take_nothing_away(client, part, group):
    row = write(part.pk, "shopper", "Is it blue?", at=NOON)
    report(part.pk, row.pk, "store", at=NOON)
    client.force_login(organizer(group))

    assert "Is it blue?" not in client.get(screen(part)).text
    assert "Reported:" not in client.get("/organize/").text
    for page in ("hide", "leave"):
        answer = client.post(f"/organize/orders/messages/{row.pk}/{page}/", {"reason": "No"})
        assert answer.status_code == 403
    assert OrderMessage.objects.to_look_at().exists()


def test_the_screen_costs_as_much_however_many_messages(desk, part):
    write(part.pk, "shopper", "0", at=NOON)
    desk.get(screen(part))
    with statements(most=80) as few:
        desk.get(screen(part))
    for n in range(1, 15):
        write(part.pk, "store", f"{n}", at=NOON, by=make.user())

    with statements(most=80) as many:
        desk.get(screen(part))

    assert len(many) == len(few)
