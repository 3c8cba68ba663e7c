"""Cases 40 to 51 of the festival rules: what is scarce, with many shoppers at once."""

import pytest

from shop.errors import LimitReached, OutOfStock, PriceChanged
from shop.festivals import vouchers
from shop.festivals.models import Claim, DealUsage
from shop.orders.models import Order
from shop.orders.placing import place_order
from shop.stock.models import Pool
from tests import make
from tests.buying import buying, expire, pay
from tests.crowd import at_once
from tests.make import NOON

pytestmark = pytest.mark.django_db(transaction=True)


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
