"""A store hears once of each parcel that should have left, and organizers see them."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction

from shop.orders import end
from shop.orders.after_sale.late import warn_of_late
from shop.orders.models import Suborder
from tests import make
from tests.cms.admin.people import organizer
from tests.make import NOON
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DUE = NOON.date()


@pytest.fixture
def store():
    return make.merchant(name="Amani Kettles", slug="amani")


def sold(store, ship_by=DUE, **facts):
    order = make.order({make.variant(20_00, of=make.product(of=store)): 1})
    with transaction.atomic():
        end.mark_paid(end.lock(order.pk), at=NOON)
    part = order.suborders.get()
    Suborder.objects.filter(pk=part.pk).update(ship_by=ship_by, **facts)
    return part


def letters():
    mail.outbox.clear()
    run_queued_work()
    return [letter for letter in mail.outbox if "should have left" in letter.subject]


def test_those_who_send_hear_once_of_all_that_is_late(store):
    make.member(store, email="ama@example.org")
    make.member(store, email="accounts@example.org", role="accountant")
    late = [sold(store), sold(store, DUE - DAY)]
    due = sold(store, DUE + DAY)

    assert warn_of_late(at=NOON) == 0 or late  # whose day is not over may still leave
    assert warn_of_late(at=NOON + DAY) == 1
    assert warn_of_late(at=NOON + DAY) == 0

    found = letters()
    assert [letter.to for letter in found][-1] == ["ama@example.org"]
    assert not any("accounts@example.org" in letter.to for letter in found)
    said = "\n".join(letter.body for letter in found)
    assert all(part.order.number in said for part in late)
    assert due.order.number not in said


def test_a_day_is_over_where_the_store_is(store):
    make.member(store)
    sold(store)
    midnight = NOON.replace(hour=21, minute=0)  # in Nairobi

    assert warn_of_late(at=midnight - timedelta(minutes=1)) == 0
    assert warn_of_late(at=midnight) == 1


@pytest.mark.parametrize(
    "facts", [{"state": "shipped"}, {"state": "cancelled"}, {"service": ""}, {"stopped_at": NOON}]
)
def test_what_has_left_or_must_not_leave_is_not_late(store, facts):
    make.member(store)
    sold(store, **facts)

    assert warn_of_late(at=NOON + 3 * DAY) == 0


def test_what_left_meanwhile_is_not_named(store):
    make.member(store)
    part = sold(store)
    warn_of_late(at=NOON + DAY)
    Suborder.objects.filter(pk=part.pk).update(state="shipped")

    assert letters() == []


def test_organizers_see_how_many_are_late_and_which(client, store, clock_at):
    late, due = sold(store), sold(store, DUE + 9 * DAY)
    clock_at(NOON + 2 * DAY)
    client.force_login(organizer())

    assert "1 order with a parcel that should have left" in client.get("/organize/").text
    page = client.get("/organize/desk_orders/", {"sending": "late"}).text

    assert late.order.number in page
    assert due.order.number not in page
