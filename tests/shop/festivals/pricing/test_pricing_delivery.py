"""Free shipping: tested for each parcel, paid from one budget over all parcels."""

from shop.festivals.pricing.weighing import Part, Why
from tests.shop.festivals.pricing.setting import deal, free_shipping, goods, item, line, priced

PARCELS = {1: 6_00, 2: 9_00}


def said(found):
    return [(note.promotion.id, note.why, note.missing, note.saves) for note in found.notes]


def test_its_minimum_is_tested_for_each_parcel():
    found = priced(
        goods(1, 50_00, 1),
        goods(2, 49_99, 2),
        promotions=(free_shipping(min_spend=50_00),),
        parcels=PARCELS,
    )

    assert found.parcel_prices == {1: 0, 2: 9_00}
    assert found.total == 108_99


def test_all_goods_of_a_parcel_count_once_one_of_them_takes_part():
    parcel = (goods(1, 20_00), goods(2, 30_00, festivals=()))

    found = priced(*parcel, promotions=(free_shipping(min_spend=50_00),), parcels={1: 6_00})

    assert found.delivery == 0


def test_a_parcel_without_goods_of_the_festival_is_not_free():
    outside = goods(1, 80_00, festivals=())

    found = priced(outside, promotions=(free_shipping(),), parcels={1: 6_00})

    assert (found.delivery, found.benefits) == (6_00, ())


def test_goods_on_a_deal_take_part_and_count_at_the_price_of_the_deal():
    kettle = line(item(60_00, deal(49_99)))

    found = priced(kettle, promotions=(free_shipping(min_spend=50_00),), parcels={1: 6_00})

    assert found.delivery == 6_00


def test_its_cap_is_for_each_parcel():
    found = priced(
        goods(1, 50_00, 1),
        goods(2, 50_00, 2),
        promotions=(free_shipping(cap=7_00),),
        parcels=PARCELS,
    )

    assert found.parcel_prices == {1: 0, 2: 2_00}


def test_its_budget_covers_all_parcels_or_none():
    lines = (goods(1, 50_00, 1), goods(2, 50_00, 2))

    enough = priced(*lines, promotions=(free_shipping(budget_left=15_00),), parcels=PARCELS)
    short = priced(*lines, promotions=(free_shipping(budget_left=14_99),), parcels=PARCELS)

    assert (enough.delivery, short.delivery) == (0, 15_00)
    assert said(short) == [(4, Why.BUDGET, 0, 15_00)]


def test_it_can_belong_to_one_merchant_and_hangs_on_the_parcel():
    own = free_shipping(merchant_id=2, organizer_share=50)

    found = priced(goods(1, 50_00, 1), goods(2, 50_00, 2), promotions=(own,), parcels=PARCELS)

    assert found.benefits[0].parts == (Part(place=2, amount=9_00, organizer=4_50),)
    assert found.paid == (50_00, 50_00)
    assert found.funded == (0, 0)


def test_one_free_shipping_is_used_in_an_order_and_the_best():
    capped, full = free_shipping(id=1, cap=5_00), free_shipping(id=2)

    found = priced(goods(1, 50_00), promotions=(capped, full), parcels={1: 6_00})

    assert [benefit.promotion.id for benefit in found.benefits] == [2]


def test_a_picked_free_shipping_that_cannot_apply_is_told():
    large = free_shipping(min_spend=80_00, is_picked=True)
    lines = (goods(1, 50_00, 1), goods(2, 60_00, 2))

    assert said(priced(*lines, promotions=(large,), parcels=PARCELS)) == [
        (4, Why.NEEDS_MORE, 20_00, 9_00)
    ]
    assert said(priced(*lines, promotions=(large,))) == [(4, Why.NOTHING_COUNTS, 0, 0)]


def test_a_picked_free_shipping_that_saves_less_is_told():
    picked, automatic = free_shipping(id=1, cap=5_00, is_picked=True), free_shipping(id=2)

    found = priced(goods(1, 50_00), promotions=(picked, automatic), parcels={1: 6_00})

    assert said(found) == [(1, Why.WORSE, 0, 5_00)]


def test_a_used_up_free_shipping_leaves_the_delivery_to_be_paid():
    gone = free_shipping(uses_left=0)

    found = priced(goods(1, 50_00), promotions=(gone,), parcels={1: 6_00})

    assert (found.delivery, said(found)) == (6_00, [(4, Why.USED_UP, 0, 0)])
