"""P14, P15, P16: when a parcel counts as delivered, and from when its store may be paid."""

from datetime import timedelta

import pytest

from shop.catalogue.stock.models import Pool
from shop.core.errors import NotPossible
from shop.money.returns.ask import ask
from shop.orders.after_sale.arrive import arrived, take_as_arrived
from shop.orders.models import Order, Suborder
from shop.orders.reconcile import differences
from shop.orders.ship import ship
from tests import make
from tests.buying import pay
from tests.make import NOON
from tests.shop.money.returns.sold import DAY, wish

pytestmark = pytest.mark.django_db


def parcel(*, sent_at=NOON):
    order = make.order({make.variant(20_00, on_hand=5): 1})
    pay(order)
    part = order.suborders.get()
    ship(part, carrier="DHL", tracking_number="", at=sent_at, by=make.member(part.merchant))
    return Suborder.objects.get(pk=part.pk)


def test_p14_what_was_delivered_on_day_3_is_released_on_day_17():
    part = parcel()

    arrived(part.pk, "carrier", at=NOON + 3 * DAY)
    part.refresh_from_db()

    assert (part.state, part.delivered_how) == ("delivered", "carrier")
    assert part.release_at == NOON + 17 * DAY


def test_who_says_it_again_changes_nothing():
    part = parcel()
    arrived(part.pk, "shopper", at=NOON + 3 * DAY)

    arrived(part.pk, "staff", at=NOON + 9 * DAY, by=make.user())
    part.refresh_from_db()

    assert (part.delivered_how, part.delivered_at) == ("shopper", NOON + 3 * DAY)


def test_what_was_not_sent_has_not_arrived():
    order = make.order({make.variant(20_00): 1})
    pay(order)

    with pytest.raises(NotPossible, match="was sent"):
        arrived(order.suborders.get().pk, "staff", at=NOON)


def test_p15_what_nobody_speaks_of_lapses_a_week_after_its_last_day():
    part = parcel()
    lapse = NOON.replace(hour=0) + (part.arrives_to - NOON.date()) + 8 * DAY

    take_as_arrived(at=lapse - timedelta(seconds=1))
    part.refresh_from_db()
    assert part.state == "shipped"
    take_as_arrived(at=lapse)
    part.refresh_from_db()

    assert (part.delivered_how, part.release_at) == ("lapse", lapse + 14 * DAY)


def test_p15_what_was_sent_late_lapses_ten_days_after_it_was_sent():
    part = parcel(sent_at=NOON + 40 * DAY)

    take_as_arrived(at=NOON + 50 * DAY - timedelta(seconds=1))
    part.refresh_from_db()
    assert part.state == "shipped"
    take_as_arrived(at=NOON + 50 * DAY)
    part.refresh_from_db()

    assert part.state == "delivered"


def test_what_its_shopper_looks_for_does_not_lapse():
    part = parcel()
    order = Order.objects.get()
    late = NOON + 20 * DAY
    ask(order.pk, part.pk, "missing", wish(order, 1, "missing"), at=late)

    take_as_arrived(at=late + 40 * DAY)
    part.refresh_from_db()

    assert part.state == "shipped"


def test_p16_a_date_is_released_two_days_after_it_has_ended():
    experience = make.product(kind="experience", of=make.merchant(kind="experiences"),
                              duration_minutes=90)  # fmt: skip
    start = NOON + 3 * DAY
    seat = make.variant(of=experience, session_start=start, session_zone="UTC", on_hand=8)
    order = make.order({seat: 2})
    pay(order)
    over = start + timedelta(minutes=90)

    take_as_arrived(at=over - timedelta(seconds=1))
    assert order.suborders.get().state == "waiting"
    take_as_arrived(at=over + timedelta(hours=1))

    part = order.suborders.get()
    assert (part.state, part.delivered_how) == ("delivered", "session")
    assert (part.delivered_at, part.release_at) == (over, over + 2 * DAY)
    pool = Pool.objects.get()
    assert (pool.on_hand, pool.sold) == (6, 0)
    assert differences() == []


def test_lapses_and_dates_cost_the_same_statements_for_one_as_for_none(
    django_assert_max_num_queries,
):
    parcel()

    with django_assert_max_num_queries(12):
        take_as_arrived(at=NOON)
