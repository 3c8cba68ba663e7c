"""What an order keeps of its cart: amounts per line, parcel and merchant, never computed again."""

from datetime import date, timedelta

import pytest

from shop.catalogue.delivery.models import Rate
from shop.festivals.pricing.benefit_kinds import Group
from shop.orders.cart.models import Cart
from shop.orders.cart.pricing import price_cart
from shop.orders.freeze import freeze, frozen_rows
from shop.orders.models import Discount, Order
from tests import make
from tests.make import END, NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("compared")]


def case_66():
    """Order 2 units: list 25.00, deal 20.00, subsidy 1.00, voucher 4.00, SAVE 6.00, 8 percent."""
    kettle = make.variant(25_00)
    festival = make.festival(commission_bp=800)
    make.deal(kettle, during=festival, price=20_00, subsidy=1_00)
    make.promotion(
        festival, group="merchant", merchant=kettle.product.merchant, value=4_00, title="Thanks"
    )
    make.promotion(festival, group="save", value=6_00, organizer_share=100)
    return make.order({kettle: 2})


def test_case_66_the_organizer_s_part_is_owed_to_the_merchant_on_top():
    order = case_66()

    line, part = order.lines.get(), order.suborders.get()
    assert (line.regular, line.price, line.quantity) == (25_00, 20_00, 2)
    assert (line.paid, line.funded) == (30_00, 8_00)
    assert (line.commission_bp, line.commission) == (800, 3_04)
    assert (part.commission, part.payout, part.earned) == (3_04, 34_96, 34_96)
    assert (order.goods, order.discount, order.delivery, order.total) == (40_00, 10_00, 0, 30_00)


def test_case_66_each_benefit_says_who_pays_for_it():
    case_66()

    rows = Discount.objects.order_by("amount")
    paid = [(row.amount, row.organizer_part, row.merchant_part) for row in rows]
    assert paid == [(4_00, 0, 4_00), (6_00, 6_00, 0)]
    assert {row.line.position for row in rows} == {0}


def test_two_units_of_a_deal_and_one_at_the_regular_price_are_two_lines():
    kettle = make.variant(25_00)
    deal = make.deal(kettle, during=make.festival(), price=20_00, allotment=2)

    order = make.order({kettle: 3})

    lines = [(x.quantity, x.price, x.deal_id, x.is_set_aside) for x in order.lines.all()]
    assert lines == [(2, 20_00, deal.pk, True), (1, 25_00, None, False)]


def test_several_merchants_each_get_a_part_with_their_own_rate():
    make.delivery(7_00)
    sellers = [make.merchant(commission_bp=bp) for bp in (1_000, 500)]
    kettle = make.variant(20_00, of=make.product(of=sellers[0]))
    cup = make.variant(30_00, of=make.product(of=sellers[1]))

    order = make.order({kettle: 1, cup: 2})

    parts = [(p.merchant, p.commission, p.payout, p.delivery_paid) for p in order.suborders.all()]
    assert parts == [(sellers[0], 2_00, 18_00, 7_00), (sellers[1], 3_00, 57_00, 7_00)]
    assert (order.goods, order.delivery, order.total) == (80_00, 14_00, 94_00)
    assert [line.suborder.merchant for line in order.lines.all()] == sellers


def test_commission_is_taken_on_goods_and_never_on_delivery():
    make.delivery(50_00)
    kettle = make.variant(10_00, of=make.product(of=make.merchant(commission_bp=1_000)))

    part = make.order({kettle: 1}).suborders.get()

    assert (part.commission, part.payout, part.earned) == (1_00, 9_00, 59_00)


@pytest.mark.parametrize(("share", "funded"), [(100, 7_00), (50, 3_50), (0, 0)])
def test_free_shipping_is_a_row_of_the_parcel_with_its_payer(share, funded):
    make.delivery(7_00)
    kettle, festival = make.variant(20_00), make.festival()
    make.deal(kettle, during=festival, price=19_00)
    make.promotion(
        festival, group=Group.SHIPPING, kind="free_shipping", organizer_share=share, min_spend=19_00
    )

    order = make.order({kettle: 1})

    part, row = order.suborders.get(), Discount.objects.get()
    assert (part.delivery_price, part.delivery_paid, part.delivery_funded) == (7_00, 0, funded)
    assert (row.line, row.suborder, row.amount) == (None, part, 7_00)
    assert (row.organizer_part, row.merchant_part) == (funded, 7_00 - funded)
    assert (order.discount, order.delivery, order.total) == (0, 0, 19_00)
    assert part.earned == 19_00 + funded


@pytest.mark.parametrize(
    ("country", "vat_bp", "kept"),
    [("CN", 1_300, ("domestic", 1_300)), ("CN", 0, ("export", 0)), ("KE", 1_600, ("export", 0))],
    ids=["at home", "at home and not registered", "abroad"],
)
def test_vat_is_kept_for_sales_at_home_by_registered_merchants(country, vat_bp, kept):
    seller = make.merchant(country=country, vat_bp=vat_bp)

    part = make.order({make.variant(20_00, of=make.product(of=seller)): 1}).suborders.get()

    assert (part.tax, part.vat_bp) == kept
    assert part.payout == 20_00  # included in the price: it is the merchant's to pay


def test_the_parcel_keeps_its_service_and_the_days_that_were_promised():
    make.delivery(7_00)
    Rate.objects.update(days_from=5, days_to=9)
    seller = make.merchant(dispatch_from=1, dispatch_to=3)

    part = make.order({make.variant(of=make.product(of=seller)): 1}).suborders.get()

    assert part.service == "parcel"
    assert part.ship_by == date(2027, 5, 17)  # three working days after Wednesday 12 May
    assert part.arrives_from >= date(2027, 5, 13) + timedelta(days=5)
    assert part.arrives_to >= part.ship_by + timedelta(days=9)


def test_an_order_holds_for_the_shortest_time_of_its_slots():
    festival = make.festival()
    kettle, cup = make.variant(20_00), make.variant(5_00)
    make.deal(kettle, during=festival, price=15_00)
    make.deal(cup, during=make.slot(festival, hold_minutes=10), price=4_00)

    slow, quick = make.order({kettle: 1}), make.order({kettle: 1, cup: 1})

    assert slow.pay_by == NOON + timedelta(minutes=30)
    assert quick.pay_by == NOON + timedelta(minutes=10)


def test_what_was_frozen_is_read_back_as_it_was_written():
    order = case_66()

    rows = frozen_rows(order)

    assert rows.holdings(None).as_json() == Cart.objects.get().holdings
    assert [(line.suborder.merchant_id, False) for line in rows.lines] == list(rows.suborders)


def test_later_changes_of_product_and_price_leave_an_order_as_it_is():
    kettle = make.variant(20_00)
    order = make.order({kettle: 1})

    make.reprice(kettle, 99_00, at=NOON + timedelta(minutes=1))
    type(kettle.product).objects.update(title="Renamed")
    type(kettle).objects.update(units_per_item=4)

    line = Order.objects.get(pk=order.pk).lines.get()
    assert (line.title, line.price, line.pool_units) == (kettle.product.title, 20_00, 1)


def test_freezing_writes_nothing():
    who = make.cart({make.variant(20_00): 1}, at=END)

    freeze(price_cart(who, at=END), "fr", at=END)

    assert not Order.objects.exists()
