"""Organizers are told where much is held unpaid, or was let lapse, and where it was not."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction

from shop.money.payments.watch import tell_organizers
from shop.orders import end
from shop.orders.unpaid.report import Parked, parked
from shop.reports.checks import look_around
from shop.reports.models import Check
from shop.storefront.cache import catalogue_version
from tests import make
from tests.make import NOON
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db
HERE = "203.0.113.7"
NOTHING = Parked(0, 0, 0, 0)
OVER = NOON + timedelta(minutes=30)


@pytest.fixture(autouse=True)
def four_units_for_a_guest(settings):
    """Let a guest's order hold four units, so that twenty from one place are worth a look."""
    settings.GUEST_UNITS = 4
    catalogue_version.forget()


def orders(number, *, address=HERE, at=NOON, **facts):
    kettle = make.variant()
    return [
        make.order({kettle: 4}, of=make.shopper(address=address), at=at, **facts)
        for _ in range(number)
    ]


def lapse(found):
    for order in found:
        with transaction.atomic():
            end.expire(end.lock(order.pk), at=OVER)


def test_a_network_that_holds_five_full_orders_is_named_and_smaller_ones_are_not():
    orders(4)
    assert parked(at=NOON) == NOTHING

    orders(1)

    assert parked(at=NOON) == Parked(1, 20, 0, 0)
    orders(4, address="198.51.100.1")
    assert parked(at=NOON).holding == 1


def test_what_lapsed_is_named_for_two_hours_unless_as_much_was_paid():
    lapse(orders(5))
    assert parked(at=OVER) == Parked(0, 0, 1, 20)
    assert parked(at=NOON + timedelta(hours=2)) == NOTHING

    (bought,) = orders(1, at=OVER)
    with transaction.atomic():
        end.mark_paid(end.lock(bought.pk), at=OVER)

    assert parked(at=OVER) == NOTHING


def test_an_address_that_lets_much_lapse_is_named_wherever_it_comes_from():
    for n in range(5):
        lapse(orders(1, address=f"198.51.100.{n}", email="ada@example.org"))

    assert parked(at=OVER).lapsing == 1


def test_organizers_get_a_mail_and_the_panel_says_it_while_the_shop_stays_well(settings, client):
    settings.ORGANIZER_EMAILS = ["desk@example.org"]
    orders(5)

    assert tell_organizers(at=NOON)
    look_around(at=NOON)
    run_queued_work()

    assert "networks whose unpaid orders hold many units" in mail.outbox[-1].body
    check = Check.objects.get(name="parking")
    assert (check.standing, check.words) == (
        "warn", "Networks that hold much: 1, the most 20 units. Fairness bounds it."
    )  # fmt: skip
    assert "networks" not in client.get("/health/").text
