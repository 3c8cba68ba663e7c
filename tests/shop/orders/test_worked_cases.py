"""Cases 28 to 38 of the festival rules: benefits from the cart to the rows that say who pays."""

import pytest
from django.db.models import Sum

from shop.festivals.models import Participation
from shop.orders.cart.pricing import price_cart
from shop.orders.cart.vouchers import explain
from shop.orders.models import Order
from shop.orders.place import place_order
from tests import make
from tests.make import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("compared")]


def goods(price, festival=None, **facts):
    """Return something of a store of its own, listed as taking part in a festival or in none."""
    made = make.variant(price, of=make.product(of=make.merchant(**facts)))
    if festival:
        Participation.objects.create(festival=festival, product=made.product)
    return made


def save_50(festival, **facts):
    """Return the festival's benefit: every 300 take 50, three times at most, all organizer's."""
    known = {"kind": "step", "value": 50_00, "every": 300_00, "max_steps": 3}
    return make.promotion(festival, organizer_share=100, **known | facts)


def by_code(festival, code, **facts):
    """Return a voucher whose code can be typed."""
    return make.promotion(festival, trigger="code", code=code, **{"group": "voucher"} | facts)


def bought(wanted, *codes):
    """Place the order of a cart, and return it when it costs what the cart said."""
    who = make.cart(dict.fromkeys(wanted, 1) if isinstance(wanted, list) else wanted, codes=codes)
    priced = price_cart(who, at=NOON)
    order = place_order(who, agreed=make.agreed(who), at=NOON).order
    assert order.total == priced.quote.total
    assert_every_cent_is_somebodys(order)
    return order


def assert_every_cent_is_somebodys(order):
    """What shopper and organizer pay is what merchants and platform get, store by store too."""
    for part in order.suborders.all():
        lines = part.lines.aggregate(paid=Sum("paid"), funded=Sum("funded"))
        assert part.payout + part.commission == lines["paid"] + lines["funded"]
        assert part.delivery_price >= part.delivery_paid + part.delivery_funded
    funded = sum(line.funded for line in order.lines.all())
    funded += sum(part.delivery_funded for part in order.suborders.all())
    earned = sum(part.earned + part.commission for part in order.suborders.all())
    assert order.total + funded == earned


def shares(order, promotion):
    """Return what a promotion takes off each line: whole, organizer's part, merchant's part."""
    rows = order.discounts.filter(promotion=promotion).order_by("line__position")
    return [(row.amount, row.organizer_part, row.merchant_part) for row in rows]


def payouts(order):
    return [part.payout for part in order.suborders.all()]


def test_case_28_spend_and_save_counts_across_merchants_and_is_shared_in_proportion():
    festival = make.festival()
    save = save_50(festival)
    a, b = goods(199_00, festival, commission_bp=1_000), goods(101_00, festival, commission_bp=500)

    order = bought([a, b])

    assert (order.goods, order.discount, order.total) == (300_00, 50_00, 250_00)
    assert shares(order, save) == [(33_17, 33_17, 0), (16_83, 16_83, 0)]
    assert [line.paid for line in order.lines.all()] == [165_83, 84_17]
    # The organizer makes the discount good: commission is on 199.00 and 101.00.
    assert [(p.commission, p.payout) for p in order.suborders.all()] == [
        (19_90, 179_10), (5_05, 95_95),
    ]  # fmt: skip
    save.refresh_from_db()
    assert (save.held_uses, save.held_amount) == (1, 50_00)


def test_case_29_a_cent_short_of_the_step_saves_nothing_and_the_cart_says_what_is_missing():
    festival = make.festival()
    save = save_50(festival)
    wanted = [goods(199_00, festival), goods(100_99, festival)]

    order = bought(wanted)

    assert (order.total, order.discount) == (299_99, 0)
    assert not order.discounts.exists()
    (goal,) = explain.goals(price_cart(make.cart(dict.fromkeys(wanted, 1)), at=NOON).quote)
    assert goal.text == "Spend $0.01 more and save $50.00"
    save.refresh_from_db()
    assert (save.held_uses, save.held_amount) == (0, 0)


def test_case_30_steps_stop_at_their_maximum():
    festival = make.festival()
    save = save_50(festival)

    order = bought([goods(1_000_00, festival), goods(400_00, festival)])

    assert (order.discount, order.total) == (150_00, 1_250_00)
    assert shares(order, save) == [(107_14, 107_14, 0), (42_86, 42_86, 0)]
    assert payouts(order) == [1_000_00, 400_00]


def test_case_31_a_voucher_does_not_lose_the_step_that_the_goods_reached():
    festival = make.festival()
    save, a, b = save_50(festival), goods(210_00, festival), goods(100_00, festival)
    own = by_code(festival, "STORE", group="merchant", merchant=a.product.merchant,
                  value=20_00, min_spend=100_00)  # fmt: skip

    order = bought([a, b], "STORE")

    assert (order.discount, order.total) == (70_00, 240_00)
    assert shares(order, own) == [(20_00, 0, 20_00)]
    assert shares(order, save) == [(32_76, 32_76, 0), (17_24, 17_24, 0)]  # of 190 and 100
    assert payouts(order) == [190_00, 100_00]


def test_case_32_three_benefits_follow_each_other_and_each_names_who_pays():
    festival = make.festival()
    save, a, b = save_50(festival), goods(210_00, festival), goods(100_00, festival)
    own = by_code(festival, "STORE", group="merchant", merchant=a.product.merchant,
                  value=20_00, min_spend=100_00)  # fmt: skip
    tenth = by_code(festival, "TENTH", kind="percent", value=10, cap=30_00, min_spend=200_00,
                    organizer_share=50)  # fmt: skip

    order = bought([a, b], "STORE", "TENTH")

    assert (order.discount, order.total) == (94_00, 216_00)
    assert shares(order, own) == [(20_00, 0, 20_00)]
    assert shares(order, save) == [(32_76, 32_76, 0), (17_24, 17_24, 0)]
    assert shares(order, tenth) == [(15_72, 7_86, 7_86), (8_28, 4_14, 4_14)]
    assert order.discounts.aggregate(n=Sum("organizer_part")) == {"n": 62_00}
    borne = order.discounts.values_list("line__variant").annotate(Sum("merchant_part"))
    assert dict(borne) == {a.pk: 27_86, b.pk: 4_14}
    assert payouts(order) == [182_14, 95_86]
    tenth.refresh_from_db()
    assert tenth.held_amount == 24_00  # a budget counts the whole discount


def test_case_33_goods_outside_the_festival_do_not_count_for_its_spend_and_save():
    festival = make.festival()
    save_50(festival)

    order = bought([goods(210_00, festival), goods(100_00)])

    assert (order.total, order.discount) == (310_00, 0)
    assert not order.discounts.exists()


def test_case_34_a_line_counts_only_for_the_festival_whose_deal_won():
    kettle, x, y = make.variant(200_00), make.festival(), make.festival(priority=9)
    of_x, of_y = save_50(x), save_50(y, value=60_00)
    make.deal(kettle, during=x, price=150_00)
    make.deal(kettle, during=y, price=170_00)

    order = bought({kettle: 2})

    assert (order.goods, order.total) == (300_00, 250_00)
    assert shares(order, of_x) == [(50_00, 50_00, 0)]
    assert shares(order, of_y) == []
    assert order.lines.get().festival == x
    of_y.refresh_from_db()
    assert (of_y.held_uses, of_y.held_amount) == (0, 0)


def test_case_35_a_voucher_does_not_lose_free_shipping():
    make.delivery(6_00)
    kettle, festival = make.variant(60_00), make.festival()
    make.deal(kettle, during=festival, price=52_00)
    free = make.promotion(festival, group="shipping", kind="free_shipping", min_spend=50_00)
    five = by_code(festival, "FIVE", value=5_00)

    order = bought({kettle: 1}, "FIVE")

    assert (order.goods, order.discount, order.delivery, order.total) == (52_00, 5_00, 0, 47_00)
    assert shares(order, five) == [(5_00, 0, 5_00)]
    row, part = order.discounts.get(promotion=free), order.suborders.get()
    assert (row.suborder, row.line, row.amount) == (part, None, 6_00)
    assert (part.delivery_price, part.delivery_paid, part.payout) == (6_00, 0, 47_00)


def test_case_35_below_the_minimum_delivery_is_paid():
    make.delivery(6_00)
    kettle, festival = make.variant(60_00), make.festival()
    make.deal(kettle, during=festival, price=49_99)
    make.promotion(festival, group="shipping", kind="free_shipping", min_spend=50_00)

    assert bought({kettle: 1}).total == 55_99


def test_case_36_shares_add_up_and_the_largest_remainder_gets_the_last_cent():
    festival = make.festival()
    ten = by_code(festival, "TEN", value=10_00)
    wanted = [goods(price, festival) for price in (33_33, 33_33, 33_34)]

    order = bought(wanted, "TEN")

    assert order.total == 90_00
    assert shares(order, ten) == [(3_33, 0, 3_33), (3_33, 0, 3_33), (3_34, 0, 3_34)]
    assert payouts(order) == [30_00, 30_00, 30_00]


def test_case_38_a_budget_that_is_too_short_gives_nothing_and_says_so_before_paying():
    festival = make.festival()
    short = save_50(festival, budget=100_00, spent=60_00, used=1)
    wanted = goods(300_00, festival)

    priced = price_cart(make.cart({wanted: 1}), at=NOON)
    order = bought([wanted])

    assert (priced.quote.total, priced.quote.benefits) == (300_00, ())
    assert explain.setbacks(priced.quote) == ["Save: All vouchers of this kind have been used."]
    assert (order.total, order.discounts.count()) == (300_00, 0)
    short.refresh_from_db()
    assert short.budget - short.held_amount - short.spent == 40_00
    assert short.held_uses == 0


def test_case_38_of_two_orders_that_a_budget_covers_once_the_second_pays_in_full():
    festival = make.festival()
    short = save_50(festival, budget=99_99)
    wanted = goods(300_00, festival)

    assert [bought([wanted]).total for _ in range(2)] == [250_00, 300_00]

    short.refresh_from_db()
    assert (short.held_uses, short.held_amount) == (1, 50_00)
    assert Order.objects.count() == 2
