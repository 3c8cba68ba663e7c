"""A store hears once of each parcel that should have left, and organizers see them."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from shop.orders import end
from shop.orders.after_sale.late import GATHERED, tell_organizers_of_late, warn_of_late
from shop.orders.models import Suborder
from tests import make
from tests.cms.dashboard.people import organizer
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
    late = [sold(store), sold(store)]
    due = sold(store, DUE + DAY)

    assert warn_of_late(at=NOON) == 0  # whose day is not over may still leave
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


def test_organizers_hear_once_a_day_which_stores_are_late(store, settings, clock_at):
    settings.ORGANIZER_EMAILS = ["ops@example.org", "help@example.org"]
    other = make.merchant(name="Loom")
    sold(store), sold(store, DUE - DAY), sold(other)
    gone = sold(other)
    warn_of_late(at=NOON + DAY)
    sold(make.merchant(name="Later"))
    warn_of_late(at=NOON + DAY + timedelta(hours=1))
    Suborder.objects.filter(pk=gone.pk).update(state=Suborder.State.SHIPPED)

    [asked] = DBTaskResult.objects.filter(task_path=tell_organizers_of_late.module_path)
    assert asked.run_after == NOON + DAY + GATHERED
    letters()
    clock_at(asked.run_after)
    tell_organizers_of_late.call(*asked.args_kwargs["args"])
    found = letters()

    assert sorted(one.to[0] for one in found) == ["help@example.org", "ops@example.org"]
    body = found[0].body
    assert body.index("- 2 of Amani Kettles since 11 May") < body.index("- 1 of Loom since 12 May")
    assert "- 1 of Later since" in body
    assert "/organize/desk_orders/?sending=late" in body


def test_organizers_see_how_many_are_late_and_which(client, store, clock_at):
    late, due = sold(store), sold(store, DUE + 9 * DAY)
    clock_at(NOON + 2 * DAY)
    client.force_login(organizer())

    assert "1 order with a parcel that should have left" in client.get("/organize/").text
    page = client.get("/organize/desk_orders/", {"sending": "late"}).text

    assert late.order.number in page
    assert due.order.number not in page
