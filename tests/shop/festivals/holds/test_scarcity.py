"""Cases 40 to 51 of the festival rules: what is scarce, with many shoppers at once."""

import random
from dataclasses import replace

import pytest
from django.db.models import Count, Sum

from shop.catalogue.delivery.models import Contact
from shop.catalogue.stock.models import Pool
from shop.core.errors import LimitReached, OutOfStock, PriceChanged, ShopError
from shop.festivals.models import Claim, Deal, DealUsage
from shop.festivals.promotions import vouchers
from shop.orders.cart.models import Cart, CartLine
from shop.orders.models import Discount, Order
from shop.orders.place import Placed, place_order
from shop.orders.reconcile import differences
from shop.people.accounts.models import User
from tests import make
from tests.buying import buying, expire, pay
from tests.crowd import at_once
from tests.make import NOON
from tests.stepping import Beside, open_transaction

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
    seen = replace(make.agreed(who), wish="")  # the next cart has an address of its own
    pay(paid)
    make.cart({kettle: 2}, of=who)

    with pytest.raises(LimitReached) as refused:
        place_order(who, agreed=seen, at=NOON)

    assert (refused.value.limit, refused.value.after) == (2, 40_00)
    assert Order.objects.count() == 1


def at_six_tills(actions):
    """Do very many things, six at a time; each of the six keeps its connection."""

    def work(mine):
        found = []
        for action in mine:
            try:
                found.append(action())
            except ShopError as refusal:
                found.append(refusal)
        return found

    tills = [lambda mine=actions[n::6]: work(mine) for n in range(6)]
    return [result for found in at_once(tills) for result in found]


def crowd_of(copies, variants):
    """Return the presses of Pay of shoppers with the same cart, made without the pages."""
    first = make.cart(dict.fromkeys(variants, 1))
    agreed = replace(make.agreed(first), wish="")  # each of the crowd has an address of its own
    known = Cart.objects.get(token_hash=first.token_hash)
    lines = list(known.lines.all())
    people = [make.shopper() for _ in range(copies)]
    contacts = Contact.objects.bulk_create(
        Contact(email=f"{who.token_hash}@example.org", name="Lin Yue", phone="+8613800000000",
                line1="88 Renmin Road", city="Changsha", region="Hunan", postcode="410000",
                country="CN", made_at=NOON)
        for who in people
    )  # fmt: skip
    carts = Cart.objects.bulk_create(
        Cart(token_hash=who.token_hash, contact=contact, country="CN", changed_at=NOON)
        for who, contact in zip(people, contacts, strict=True)
    )
    CartLine.objects.bulk_create(
        CartLine(cart=cart, variant_id=line.variant_id, quantity=1, seen_price=9_00,
                 added_at=line.added_at)
        for cart in carts for line in lines
    )  # fmt: skip
    return [lambda who=who: place_order(who, agreed=agreed, at=NOON) for who in people]


@pytest.mark.long
def test_case_42_500_pairs_of_carts_in_opposite_order_never_deadlock():
    first, second, festival = make.variant(10_00), make.variant(12_00), make.festival()
    for variant in (first, second):
        make.deal(variant, during=festival, price=9_00, allotment=1_000)
    pairs = zip(crowd_of(500, [first, second]), crowd_of(500, [second, first]), strict=True)

    results = at_six_tills([press for pair in pairs for press in pair])

    assert all(isinstance(result, Placed) for result in results)
    assert list(Pool.objects.values_list("held", flat=True)) == [1_000, 1_000]
    assert list(Deal.objects.values_list("held", "sold")) == [(1_000, 0), (1_000, 0)]
    orders = Order.objects.filter(state="pending")
    assert orders.aggregate(n=Count("pk"), sum=Sum("total")) == {"n": 1_000, "sum": 18_000_00}
    assert differences() == []


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


def nine_of_ten():
    """Return a promotion of ten uses with six used and three held, and one of the holders."""
    kettle, festival = make.variant(50_00), make.festival()
    make.deal(kettle, during=festival, percent=1)
    promotion = make.promotion(festival, value=10_00, max_uses=10)
    orders = [make.order({kettle: 1}) for _ in range(9)]
    for order in orders[3:]:
        pay(order)
    return kettle, promotion, orders[0]


def assert_nine_uses_with_nine_rows(promotion):
    promotion.refresh_from_db()
    assert (promotion.held_uses, promotion.used) == (3, 6)
    assert (promotion.held_amount, promotion.spent) == (30_00, 60_00)
    rows = Discount.objects.filter(promotion=promotion, order__state__in=("pending", "paid"))
    assert rows.count() == 9
    assert differences() == []


@pytest.mark.parametrize("is_release_first", [True, False], ids=["release first", "hold first"])
def test_case_44_a_release_and_a_hold_at_the_same_moment_lose_neither(is_release_first):
    kettle, promotion, leaving = nine_of_ten()
    release, hold = lambda: expire(leaving), buying(make.cart({kettle: 1}))
    first, second = (release, hold) if is_release_first else (hold, release)

    with open_transaction(first):
        other = Beside(second)
        assert other.waits()
    other.result()

    assert_nine_uses_with_nine_rows(promotion)


def test_case_44_the_tenth_use_is_the_last():
    kettle, promotion, _leaving = nine_of_ten()

    assert [make.order({kettle: 1}).discount for _ in range(2)] == [10_00, 0]

    promotion.refresh_from_db()
    assert promotion.held_uses + promotion.used == 10


def test_case_45_one_unique_code_serves_one_of_two_shoppers():
    kettle, festival = make.variant(50_00), make.festival()
    make.deal(kettle, during=festival, price=40_00)
    batch = make.promotion(festival, group="voucher", value=10_00, trigger="claim")
    claim = Claim.objects.create(promotion=batch, code="ONLYONE")
    crowd = [buying(make.cart({kettle: 1}, codes=("onlyone",))) for _ in range(2)]

    results = at_once(crowd)

    (lost,) = [result for result in results if isinstance(result, PriceChanged)]
    assert (lost.before, lost.after) == (30_00, 40_00)
    order = Order.objects.get()
    assert (order.total, order.discounts.get().claim) == (30_00, claim)
    claim.refresh_from_db()
    batch.refresh_from_db()
    assert (claim.state, batch.held_uses, batch.held_amount) == ("held", 1, 10_00)


@pytest.mark.long
def test_case_46_of_5000_clicks_a_thousand_get_a_voucher_and_each_shopper_one():
    pocket = make.promotion(make.festival(), group="voucher", trigger="claim", value=5_00,
                            max_claims=1_000)  # fmt: skip
    people = User.objects.bulk_create(User(email=f"p{n}@example.org") for n in range(1_250))
    clicks = [person for person in people for _ in range(4)]
    random.Random(46).shuffle(clicks)

    results = at_six_tills(
        [lambda who=who: vouchers.claim_voucher(pocket, who, at=NOON) for who in clicks]
    )

    pocket.refresh_from_db()
    claims = Claim.objects.filter(promotion=pocket)
    assert pocket.claimed == claims.count() == 1_000
    assert claims.values("shopper").distinct().count() == 1_000
    assert {result.pk for result in results if isinstance(result, Claim)} == set(
        claims.values_list("pk", flat=True)
    )
    lost = [result for result in results if not isinstance(result, Claim)]
    assert {str(refusal) for refusal in lost} == {"All vouchers of this kind have been claimed."}


def test_a_voucher_is_claimed_once_per_shopper_and_never_more_often_than_there_are():
    festival = make.festival()
    pocket = make.promotion(festival, group="voucher", trigger="claim", value=5_00, max_claims=5)
    people = [make.user() for _ in range(12)]
    clicks = [
        lambda person=person: vouchers.claim_voucher(pocket, person, at=NOON)
        for person in people * 2
    ]

    answers = at_once(clicks, threads=12)

    pocket.refresh_from_db()
    assert pocket.claimed == 5 == Claim.objects.filter(promotion=pocket).count()
    refusals = {str(answer) for answer in answers if not isinstance(answer, Claim)}
    assert refusals == {"All vouchers of this kind have been claimed."}


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
