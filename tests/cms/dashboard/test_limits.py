"""Organizers set the limits that keep openings fair; they count at once, and nobody pays for it."""

from datetime import timedelta

import pytest

from shop.core.errors import NotPossible, TooManyOpenOrders, TooMuchHeld
from shop.festivals import limits
from shop.festivals.models import ChangeLog, Fairness, PriceChange
from shop.orders.place import place_order
from shop.storefront.cache import catalogue_version
from shop.storefront.cache.catalogue_version import current_version
from tests import make
from tests.budgets import statements
from tests.cms.dashboard.people import organizer
from tests.make import NOON

pytestmark = pytest.mark.django_db
NOTHING = dict.fromkeys(limits.NAMES)


def change(at=NOON, **wanted):
    made = limits.change_limits(NOTHING | wanted, at=at, by=None)
    catalogue_version.forget()
    return made


def test_what_nobody_set_follows_the_settings(settings):
    settings.MOST_OPEN_ORDERS, settings.HOLD_MINUTES = 7, 25

    found = current_version(at=NOON).limits

    assert found.open_orders_per_email == 7
    assert (found.hold_minutes, found.flash_hold_minutes, found.queue_at_once) == (25, 10, 0)


def test_what_a_network_holds_and_what_an_address_has_open_are_two_limits():
    change(network_units=20, open_orders_per_email=3)
    kettle, here = make.variant(20_00), "203.0.113.9"
    first, second = (make.cart({kettle: 15}, of=make.shopper(address=here)) for _ in range(2))
    place_order(first, agreed=make.agreed(first), at=NOON)

    with pytest.raises(TooMuchHeld):
        place_order(second, agreed=make.agreed(second), at=NOON)

    change(network_units=30, open_orders_per_email=1)
    place_order(second, agreed=make.agreed(second), at=NOON)
    ada = [make.cart({kettle: 1}, email="ada@example.org") for _ in range(2)]
    place_order(ada[0], agreed=make.agreed(ada[0]), at=NOON)
    with pytest.raises(TooManyOpenOrders):
        place_order(ada[1], agreed=make.agreed(ada[1]), at=NOON)


def test_what_guests_and_accounts_may_hold_is_set_at_the_desk():
    change(guest_units=4, guest_share=50, account_units=8, account_share=80)
    few, many = make.variant(20_00, on_hand=6), make.variant(20_00)

    for who, wanted in (
        (make.shopper(), {few: 4}),
        (make.shopper(), {many: 5}),
        (make.shopper(make.user()), {few: 5}),
        (make.shopper(make.user()), {many: 9}),
    ):
        with pytest.raises(TooMuchHeld):
            make.order(wanted, of=who)

    assert make.order({many: 4}).is_pending
    assert make.order({many: 8}, of=make.shopper(make.user())).is_pending


def test_the_minutes_to_pay_count_for_the_next_order_and_not_for_the_last():
    kettle = make.variant(20_00)
    before = make.order({kettle: 1})

    change(hold_minutes=20)
    after = make.order({kettle: 1})

    before.refresh_from_db()
    assert before.pay_by == NOON + timedelta(minutes=30)
    assert after.pay_by == NOON + timedelta(minutes=20)


def test_the_limits_come_with_the_version_and_cost_no_statement_of_their_own():
    change(hold_minutes=20)

    with statements(most=1):
        assert current_version(at=NOON).limits.hold_minutes == 20
    with statements(most=1):
        current_version(at=NOON)


@pytest.mark.parametrize(("name", "bounds"), limits.BOUNDS.items())
def test_a_slip_of_the_finger_changes_nothing(name, bounds):
    for wrong in (bounds[0] - 1, bounds[1] + 1):
        with pytest.raises(NotPossible):
            change(**{name: wrong})

    assert not Fairness.objects.exists()
    assert not ChangeLog.objects.exists()


def test_an_organizer_sets_limits_and_the_log_says_who_and_what(client, clock_at):
    clock_at(NOON)
    client.force_login(organizer())

    page = client.get("/organize/fairness/").text
    assert "Nothing yet: all limits follow the settings." in page
    wrong = client.post("/organize/fairness/", {"hold_minutes": "4"})
    answer = client.post("/organize/fairness/", {"hold_minutes": "20", "queue_at_once": "3"})

    assert (wrong.status_code, answer.status_code) == (422, 302)
    row = Fairness.objects.get()
    assert (row.hold_minutes, row.queue_at_once, row.queue_length) == (20, 3, None)
    logged = ChangeLog.objects.get()
    assert logged.after == {"hold_minutes": 20, "queue_at_once": 3}
    assert logged.before == {"hold_minutes": None, "queue_at_once": None}
    assert PriceChange.objects.filter(what="fairness").count() == 1
    page = client.get("/organize/fairness/").text
    assert "Minutes to pay: as the settings say before, 20 now" in page
    client.post("/organize/fairness/", {"hold_minutes": "20", "queue_at_once": "3"})
    assert ChangeLog.objects.count() == 1


def test_new_festivals_and_slots_begin_with_the_minutes_that_were_set(client, clock_at):
    clock_at(NOON)
    change(hold_minutes=40, flash_hold_minutes=12)
    festival = make.festival(starts_at=NOON + timedelta(days=9), ends_at=NOON + timedelta(days=19))
    client.force_login(organizer())

    planned = client.get("/organize/festivals/new/").context["form"]
    slot = client.get(f"/organize/festivals/{festival.pk}/slots/new/").context["form"]

    assert planned["hold_minutes"].value() == 40
    assert slot["hold_minutes"].value() == 12
