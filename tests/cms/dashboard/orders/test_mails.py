"""Mails of an order are sent again, to whom they belong, and not twice in a minute."""

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult

from shop.core.rate_limits.store import limits
from shop.festivals.models import ChangeLog
from shop.orders.ship import ship
from tests import make
from tests.buying import pay
from tests.cms.dashboard.people import organizer
from tests.crowd import at_once
from tests.make import NOON
from tests.paying import set_clocks
from tests.queue import run_queued_work
from tests.shop.money.payments.late import owed_back

pytestmark = pytest.mark.django_db
NOW = NOON  # of the desk


@pytest.fixture
def order(clock_at):
    """Return a paid French order of a store with one member."""
    clock_at(NOON)
    loom = make.merchant(name="Loom")
    make.member(loom, "loom@example.org")
    placed = make.order({make.variant(of=make.product(title="Kettle", of=loom)): 1},
                        email="lin@example.org")  # fmt: skip
    pay(placed)
    type(placed).objects.update(language="fr")
    DBTaskResult.objects.all().delete()
    placed.refresh_from_db()
    return placed


def where(order, key=""):
    return f"/organize/orders/{order.pk}/mails/{key}/" if key else screen(order)


def screen(order):
    return f"/organize/desk_orders/inspect/{order.pk}/"


def letters(desk, order):
    return {row.key: row for row in desk.get(screen(order)).context["letters"]}


def queued():
    rows = DBTaskResult.objects.order_by("pk").values_list("task_path", "args_kwargs")
    return [(path.rpartition(".")[2], facts["args"]) for path, facts in rows]


def test_the_receipt_is_sent_again_in_the_language_of_the_order(desk, order, mailoutbox):
    page = desk.get(where(order, "receipt")).text
    assert "It goes to lin@example.org, in French" in page
    assert queued() == []

    answer = desk.post(where(order, "receipt"), follow=True)

    assert "is sent again within a minute" in answer.text
    assert queued() == [("send_receipt", [order.pk])]
    line = ChangeLog.objects.get(subject="order", subject_id=order.pk)
    assert (line.action, line.after) == ("send again", {"mail": "receipt"})
    assert "Order mail sent again" in answer.text
    run_queued_work()
    (message,) = mailoutbox
    assert message.to == ["lin@example.org"]
    assert order.number in message.subject


def test_pressed_twice_in_a_minute_it_is_sent_once(desk, order):
    desk.post(where(order, "receipt"))
    again = desk.post(where(order, "receipt"), follow=True)

    assert "less than a minute ago" in again.text
    assert len(queued()) == 1
    assert ChangeLog.objects.count() == 1
    limits.clear()
    desk.post(where(order, "receipt"))
    assert len(queued()) == 2


def test_the_members_of_a_store_get_what_they_have_to_send(desk, order):
    part = order.suborders.get()
    member = part.merchant.memberships.get().user
    key = f"store-{part.pk}-{member.pk}"
    assert letters(desk, order)[key].to == "loom@example.org"

    desk.post(where(order, key))

    assert queued() == [("send_order_to_ship", [part.pk, member.pk])]
    ship(part, carrier="DHL", tracking_number="1", at=NOON, by=member)
    assert key not in letters(desk, order)
    assert desk.post(where(order, key)).status_code == 404


def test_a_parcel_on_its_way_is_told_again(desk, order):
    sent = ship(order.suborders.get(), carrier="DHL", tracking_number="1", at=NOON, by=make.user())
    DBTaskResult.objects.all().delete()

    desk.post(where(order, f"shipped-{sent.pk}"))

    assert queued() == [("send_shipped", [sent.pk])]


def test_money_that_came_too_late_is_told_again(sandbox, clock_at, client):
    set_clocks(sandbox, NOON)
    clock_at(NOON)
    client.force_login(organizer())
    operation = owed_back(sandbox)
    order = operation.payment.order
    DBTaskResult.objects.all().delete()

    found = letters(client, order)
    client.post(where(order, f"late-{operation.pk}"))

    assert set(found) == {f"late-{operation.pk}"}
    assert queued() == [("send_paid_too_late", [order.pk, operation.amount])]


def test_mails_of_another_order_or_of_none_are_not_found(desk, order):
    other = make.order({make.variant(): 1})
    pay(other)
    part = order.suborders.get()
    member = part.merchant.memberships.get().user

    for pk, key in ((other.pk, f"store-{part.pk}-{member.pk}"), (order.pk, "nothing"),
                    (999_999, "receipt")):  # fmt: skip
        assert desk.post(f"/organize/orders/{pk}/mails/{key}/").status_code == 404
    assert not ChangeLog.objects.exists()


def test_an_order_without_mail_address_offers_no_mail_to_the_shopper(desk, order):
    type(order.contact).objects.update(email="")

    assert all(key.startswith("store-") for key in letters(desk, order))


@pytest.mark.parametrize("group", ["analyst", "merchandiser", "reviewer"])
def test_those_who_see_no_shopper_send_and_see_no_mails(client, order, group):
    client.force_login(organizer(group))

    assert client.get(screen(order)).context["letters"] == []
    assert "lin@example.org" not in client.get(screen(order)).text
    assert client.get(where(order, "receipt")).status_code == 403
    assert client.post(where(order, "receipt")).status_code == 403
    assert queued() == []


@pytest.mark.django_db(transaction=True)
def test_two_at_once_send_a_mail_once(order):
    def press():
        client = Client()
        client.force_login(by)
        return client.post(where(order, "receipt")).status_code

    by = organizer()
    statuses = at_once([press, press])

    assert statuses == [302, 302]
    assert [name for name, _ in queued()].count("send_receipt") == 1
