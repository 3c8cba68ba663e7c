"""Cases 47 to 51 of the festival rules: what is set aside, before, during and after."""

from datetime import timedelta

import pytest

from shop.errors import FenceBroken, NotPossible, OutOfStock
from shop.festivals import running
from shop.festivals.models import Closure, PriceSpan
from shop.orders.models import Order
from shop.orders.placing import place_order
from shop.stock.models import Pool
from tests import make
from tests.buying import buying, expire, pay, span_price
from tests.crowd import at_once
from tests.make import END, NOON, START

pytestmark = pytest.mark.django_db(transaction=True)


def test_case_47_the_fence_stands_before_the_festival_starts():
    kettle = make.variant(20_00, on_hand=10)
    make.deal(kettle, during=make.festival(), price=15_00, allotment=6)
    before = START - timedelta(days=1)
    crowd = [buying(make.cart({kettle: 1}, at=before), at=before) for _ in range(4)]

    results = at_once(crowd)
    late = make.cart({kettle: 1}, at=before)

    assert all(hasattr(result, "order") for result in results)
    with pytest.raises(OutOfStock):
        place_order(late, agreed=make.agreed(late, at=before), at=before)
    assert Pool.objects.get().held == 4


def test_case_48_what_is_left_of_an_allotment_returns_with_the_end_and_no_job():
    kettle = make.variant(20_00, on_hand=10)
    make.deal(kettle, during=make.festival(), price=15_00, allotment=6)
    before = START - timedelta(days=1)
    for _ in range(4):
        pay(make.order({kettle: 1}, at=before), at=before)
    pay(make.order({kettle: 2}))
    everything = make.cart({kettle: 4}, at=END)

    placed = place_order(everything, agreed=make.agreed(everything, at=END), at=END)

    assert placed.order.total == 80_00
    assert Pool.objects.get().free == 0


def test_case_49_a_second_fence_does_not_fit_before_the_first_one_ends():
    kettle = make.variant(20_00, on_hand=10)
    festival = make.festival()
    make.deal(kettle, during=festival, price=15_00, allotment=6)
    later = make.slot(festival, starts_at=END - timedelta(hours=2))
    second = make.nomination(kettle, during=later, price=14_00, allotment=5)

    with pytest.raises(FenceBroken) as refused:
        running.approve(second, at=START - timedelta(days=2))

    assert (refused.value.asked, refused.value.there) == (11, 10)
    second.refresh_from_db()
    assert second.state == "submitted"
    assert kettle.deals.count() == 1


def test_case_50_an_allotment_rises_within_the_stock_and_never_falls():
    kettle = make.variant(20_00, on_hand=8)
    deal = make.deal(kettle, during=make.festival(), price=15_00, allotment=6)
    pay(make.order({kettle: 6}))
    assert span_price(kettle, NOON + timedelta(minutes=1)) == 20_00

    running.raise_allotment(deal, 8, at=NOON + timedelta(minutes=2))
    with pytest.raises(NotPossible):
        running.raise_allotment(deal, 5, at=NOON + timedelta(minutes=3))
    with pytest.raises(FenceBroken):
        running.raise_allotment(deal, 9, at=NOON + timedelta(minutes=3))

    deal.refresh_from_db()
    assert deal.allotment == 8
    assert span_price(kettle, NOON + timedelta(minutes=4)) == 15_00


def test_a_variant_for_which_no_units_are_set_aside_takes_no_part():
    offered = make.variant(20_00, on_hand=9)
    left_out = make.variant(20_00, on_hand=0, of=offered.product)
    nomination = make.nomination(offered, during=make.festival(), percent=10, allotment=5)

    (deal,) = running.approve(nomination, at=START - timedelta(days=2))

    assert (deal.variant_id, deal.allotment) == (offered.pk, 5)
    assert not left_out.deals.exists()
    assert PriceSpan.objects.get(variant=left_out).price == 20_00


def test_without_units_set_aside_every_variant_sells_from_everyday_stock():
    one = make.variant(20_00, on_hand=9)
    other = make.variant(30_00, on_hand=9, of=one.product)
    nomination = make.nomination(one, during=make.festival(), percent=10)

    deals = running.approve(nomination, at=START - timedelta(days=2))

    assert [deal.allotment for deal in deals] == [None, None]
    assert PriceSpan.objects.get(variant=other, starts_at=START).price == 27_00


def test_case_51_the_bar_counts_holds_and_forgets_those_that_lapse():
    kettle = make.variant(20_00)
    deal = make.deal(kettle, during=make.festival(), price=15_00, allotment=10)
    pay(make.order({kettle: 5}))
    held = make.order({kettle: 1})

    deal.refresh_from_db()
    assert (deal.held + deal.sold) * 100 // deal.allotment == 60
    expire(held)

    deal.refresh_from_db()
    assert (deal.held + deal.sold) * 100 // deal.allotment == 50


def test_only_sold_units_close_a_deal_held_ones_may_come_back():
    kettle = make.variant(20_00)
    deal = make.deal(kettle, during=make.festival(), price=15_00, allotment=2)
    order = make.order({kettle: 2})
    assert span_price(kettle, NOON + timedelta(minutes=1)) == 15_00

    pay(order, at=NOON + timedelta(minutes=2))

    assert span_price(kettle, NOON + timedelta(minutes=1)) == 15_00
    assert span_price(kettle, NOON + timedelta(minutes=2)) == 20_00
    assert Closure.objects.get(deal=deal).reason == "sold_out"


def test_the_fence_holds_under_32_writers_with_approvals_and_releases():
    kettle = make.variant(20_00, on_hand=60)
    festival = make.festival()
    make.deal(kettle, during=festival, price=15_00, allotment=20)
    flash = [make.slot(festival, starts_at=NOON + timedelta(hours=h)) for h in range(1, 9)]
    rivals = [make.nomination(kettle, during=slot, price=14_00, allotment=6) for slot in flash]
    takers = [buying(make.cart({kettle: 1 + n % 3})) for n in range(64)]
    givers = [make.order({kettle: 1}) for _ in range(8)]
    actions = [
        *takers[:24],
        *(lambda n=n: running.approve(n, at=NOON) for n in rivals),
        *(lambda order=order: expire(order) for order in givers),
        *takers[24:],
    ]

    at_once(actions, threads=32)

    pool = Pool.objects.get()
    everyday = sum(
        line.pool_units
        for order in Order.objects.filter(state="pending")
        for line in order.lines.all()
        if not line.is_set_aside
    )
    promised = sum(deal.allotment for deal in kettle.deals.all())
    assert everyday + promised <= pool.on_hand
    assert pool.held == sum(
        line.pool_units
        for order in Order.objects.filter(state="pending")
        for line in order.lines.all()
    )
