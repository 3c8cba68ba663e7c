"""Cases 40 to 51 of the festival rules: what is scarce, with many shoppers at once."""

from datetime import timedelta

import pytest
from django.db import transaction

from shop.errors import FenceBroken, LimitReached, NotPossible, OutOfStock, PriceChanged
from shop.festivals import running, vouchers
from shop.festivals.models import Claim, Closure, DealUsage, ProductSpan
from shop.orders import ending
from shop.orders.models import Order
from shop.orders.placing import place_order
from shop.stock.models import Pool
from tests import make
from tests.crowd import at_once
from tests.make import END, NOON, START

pytestmark = pytest.mark.django_db(transaction=True)


def buying(who, *, at=NOON):
    agreed = make.agreed(who, at=at)
    return lambda: place_order(who, agreed=agreed, at=at)


def test_case_40_the_last_unit_goes_to_one_shopper_and_the_others_hear_the_new_price():
    kettle = make.variant(20_00)
    deal = make.deal(kettle, during=make.festival(), price=15_00, allotment=1)
    crowd = [buying(make.cart({kettle: 1})) for _ in range(50)]

    results = at_once(crowd)

    deal.refresh_from_db()
    assert (deal.held, deal.sold) == (1, 0)
    refusals = [r for r in results if isinstance(r, PriceChanged)]
    assert len(refusals) == 49
    assert {(r.before, r.after) for r in refusals} == {(15_00, 20_00)}
    assert Order.objects.count() == 1


def test_case_40_gone_is_said_where_nothing_can_be_sold():
    kettle = make.variant(20_00, on_hand=1)
    make.deal(kettle, during=make.festival(), price=15_00, allotment=1)
    crowd = [buying(make.cart({kettle: 1})) for _ in range(8)]

    results = at_once(crowd)

    assert sum(isinstance(r, OutOfStock) for r in results) == 7
    assert Pool.objects.get().held == 1


def test_case_41_the_same_cart_in_two_tabs_gets_the_same_order():
    kettle = make.variant(20_00)
    deal = make.deal(kettle, during=make.festival(), price=15_00, allotment=10, per_shopper=2)
    who = make.cart({kettle: 2}, of=make.shopper(make.user()))

    first, second = at_once([buying(who), buying(who)])

    assert first.order.pk == second.order.pk
    assert first.order.total == 30_00
    usage = DealUsage.objects.get(deal=deal)
    assert (usage.held, usage.sold) == (2, 0)


def test_case_41_the_limit_is_said_once_the_first_order_is_paid():
    kettle = make.variant(20_00)
    make.deal(kettle, during=make.festival(), price=15_00, allotment=10, per_shopper=2)
    account = make.user()
    who = make.cart({kettle: 2}, of=make.shopper(account))
    paid = place_order(who, agreed=make.agreed(who), at=NOON).order
    seen = make.agreed(who)
    pay(paid)
    make.cart({kettle: 2}, of=who)

    with pytest.raises(LimitReached) as refused:
        place_order(who, agreed=seen, at=NOON)

    assert (refused.value.limit, refused.value.after) == (2, 40_00)
    assert Order.objects.count() == 1


def test_case_42_carts_in_opposite_order_never_deadlock():
    first, second = make.variant(10_00), make.variant(12_00)
    festival = make.festival()
    for variant in (first, second):
        make.deal(variant, during=festival, price=9_00, allotment=300)
    pairs = [[first, second], [second, first]] * 100
    crowd = [buying(make.cart(dict.fromkeys(pair, 1))) for pair in pairs]

    results = at_once(crowd, threads=16)

    assert all(hasattr(result, "order") for result in results)
    assert list(Pool.objects.values_list("held", flat=True)) == [200, 200]


def test_case_43_a_budget_is_spent_to_the_cent_and_no_further():
    kettle = make.variant(50_00)
    festival = make.festival()
    make.deal(kettle, during=festival, percent=1)
    promotion = make.promotion(festival, value=10_00, budget=100_00)
    crowd = [buying(make.cart({kettle: 1})) for _ in range(25)]

    results = at_once(crowd)

    promotion.refresh_from_db()
    assert (promotion.held_amount, promotion.spent, promotion.held_uses) == (100_00, 0, 10)
    assert sum(hasattr(result, "order") for result in results) == 10
    assert sum(isinstance(result, PriceChanged) for result in results) == 15


def test_case_44_a_release_and_a_hold_at_the_same_moment_lose_neither():
    kettle = make.variant(50_00)
    festival = make.festival()
    make.deal(kettle, during=festival, percent=1)
    promotion = make.promotion(festival, value=10_00, max_uses=10)
    orders = [make.order({kettle: 1}) for _ in range(9)]
    newcomer = make.cart({kettle: 1})

    at_once([buying(newcomer), lambda: expire(orders[0])])

    promotion.refresh_from_db()
    pending = Order.objects.filter(state="pending", discounts__promotion=promotion)
    assert promotion.held_uses + promotion.used == 9 == pending.distinct().count()


def test_case_45_one_unique_code_serves_one_of_two_shoppers():
    kettle = make.variant(50_00)
    festival = make.festival()
    make.deal(kettle, during=festival, percent=1)
    batch = make.promotion(festival, group="voucher", value=10_00, trigger="claim")
    claim = Claim.objects.create(promotion=batch, code="ONLYONE")
    crowd = [buying(make.cart({kettle: 1}, codes=("onlyone",))) for _ in range(2)]

    results = at_once(crowd)

    claim.refresh_from_db()
    assert claim.state == Claim.State.HELD
    assert sum(hasattr(result, "order") for result in results) == 1


def test_a_voucher_is_claimed_once_per_shopper_and_never_more_often_than_there_are():
    festival = make.festival()
    pocket = make.promotion(festival, group="voucher", trigger="claim", value=5_00, max_claims=5)
    people = [make.user() for _ in range(12)]
    clicks = [
        lambda person=person: vouchers.claim_voucher(pocket, person, at=NOON)
        for person in people * 2
    ]

    at_once(clicks, threads=12)

    pocket.refresh_from_db()
    assert pocket.claimed == 5 == Claim.objects.filter(promotion=pocket).count()


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


def test_paying_again_with_a_changed_cart_keeps_the_own_last_unit_under_attack():
    kettle, cup = make.variant(20_00, on_hand=1), make.variant(5_00)
    who = make.cart({kettle: 1})
    rivals = [make.cart({kettle: 1}) for _ in range(4)]
    seen = make.agreed(who)
    mine = place_order(who, agreed=seen, at=NOON).order

    for _ in range(12):
        make.cart({cup: 1}, of=who)  # a changed wish
        agreed = make.agreed(who)
        tries = [lambda r=rival: place_order(r, agreed=seen, at=NOON) for rival in rivals]
        results = at_once(
            [lambda a=agreed, o=mine: place_order(who, agreed=a, at=NOON, may_replace=o.pk), *tries]
        )
        assert hasattr(results[0], "order"), results[0]
        mine = results[0].order

    assert Pool.objects.get(variants=kettle).held == 1


def span_price(variant, at):
    return ProductSpan.objects.get(
        product=variant.product_id, starts_at__lte=at, ends_at__gt=at
    ).price


def pay(order, *, at=NOON):
    with transaction.atomic():
        ending.mark_paid(ending.lock(order.pk), at=at)


def expire(order, *, at=NOON):
    with transaction.atomic():
        ending.expire(ending.lock(order.pk), at=at)
