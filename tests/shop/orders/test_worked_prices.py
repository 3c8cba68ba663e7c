"""Cases 1 to 5 and 20 to 26 of the festival rules: from the cart to the frozen lines."""

from datetime import timedelta

import pytest

from shop.catalogue.words import ProductTerms
from shop.festivals.models import PriceSpan
from shop.festivals.prices.load import deals_now
from shop.orders.cart.pricing import price_cart
from shop.orders.place import place_order
from shop.storefront.product.buy_box import buying
from shop.storefront.product.choice import Offered
from shop.storefront.product.delivery import Reader
from shop.storefront.product.variants import variants_now
from tests import make
from tests.buying import pay
from tests.make import END, NOON, START

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("compared")]
MICROSECOND = timedelta(microseconds=1)


def bought(wanted, *, at=NOON, of=None):
    """Place the order of a cart, and return it when it costs what the cart said."""
    who = make.cart(wanted, of=of, at=at)
    priced = price_cart(who, at=at)
    order = place_order(who, agreed=make.agreed(who, at=at), at=at).order
    assert order.total == priced.quote.total
    return order


def parts(order):
    """Return units, price and festival of each line."""
    return [(line.quantity, line.price, line.festival) for line in order.lines.all()]


def counters(*deals):
    for deal in deals:
        deal.refresh_from_db()
    return [(deal.held, deal.sold) for deal in deals]


@pytest.mark.parametrize(
    ("at", "price"),
    [(START - MICROSECOND, 20_00), (START, 15_00), (END - MICROSECOND, 15_00), (END, 20_00)],
    ids=["case 1", "case 2", "case 3", "case 4"],
)
def test_cases_1_to_4_a_deal_counts_from_its_start_and_no_longer_at_its_end(at, price):
    kettle, festival = make.variant(20_00), make.festival()
    deal = make.deal(kettle, during=festival, price=15_00)

    (line,) = bought({kettle: 1}, at=at).lines.all()

    is_on = price == 15_00
    assert (line.price, line.deal) == (price, deal if is_on else None)


def test_case_5_at_the_instant_between_two_slots_exactly_the_second_deal_counts():
    kettle, festival = make.variant(20_00), make.festival()
    ten, noon, two = (NOON + timedelta(hours=h) for h in (-2, 0, 2))
    first = make.deal(
        kettle, during=make.slot(festival, starts_at=ten, ends_at=noon), price=15_00, allotment=9
    )
    second = make.deal(
        kettle, during=make.slot(festival, starts_at=noon, ends_at=two), price=14_00, allotment=9
    )

    order = bought({kettle: 1}, at=noon)

    assert order.total == 14_00
    assert [terms.id for terms in deals_now([kettle.pk], at=noon, shopper_id=None)[kettle.pk]] == [
        second.pk
    ]
    assert counters(first, second) == [(0, 0), (1, 0)]
    shown = PriceSpan.objects.get(variant=kettle, starts_at__lte=noon, ends_at__gt=noon)
    assert (shown.price, shown.deal) == (14_00, second)
    assert bought({kettle: 1}, at=noon - MICROSECOND).total == 15_00


def test_case_20_of_two_festivals_the_lower_price_counts_and_gets_the_credit():
    kettle = make.variant(20_00)
    x, y = make.festival(commission_bp=1_000), make.festival(commission_bp=500, priority=9)
    dearer = make.deal(kettle, during=y, price=17_00, allotment=5)
    cheaper = make.deal(kettle, during=x, price=15_00, allotment=5)

    order = bought({kettle: 1})

    assert parts(order) == [(1, 15_00, x)]
    assert counters(cheaper, dearer) == [(1, 0), (0, 0)]
    assert order.suborders.get().commission == 1_50  # at the rate of the festival that is credited


def test_case_21_of_equal_prices_the_festival_with_the_higher_priority_is_credited():
    kettle = make.variant(20_00)
    x, y = make.festival(priority=1), make.festival(priority=9)
    deals = [make.deal(kettle, during=festival, price=15_00) for festival in (x, y)]

    order = bought({kettle: 1})

    assert parts(order) == [(1, 15_00, y)]
    assert counters(*deals) == [(0, 0), (1, 0)]


def test_case_22_units_come_from_the_best_deal_then_the_next_then_everyday_stock():
    kettle = make.variant(20_00)
    x, y = make.festival(), make.festival()
    best = make.deal(kettle, during=x, price=15_00, allotment=2)
    pay(make.order({kettle: 1}))
    next_best = make.deal(kettle, during=y, price=17_00, allotment=2)

    order = bought({kettle: 4})

    lines = list(order.lines.all())
    assert [(line.quantity, line.price, line.deal) for line in lines] == [
        (1, 15_00, best), (2, 17_00, next_best), (1, 20_00, None),
    ]  # fmt: skip
    assert [line.is_set_aside for line in lines] == [True, True, False]
    assert order.total == 69_00
    assert counters(best, next_best) == [(1, 1), (2, 0)]


def test_case_23_what_an_allotment_cannot_give_sells_at_the_regular_price():
    kettle, festival = make.variant(20_00), make.festival()
    deal = make.deal(kettle, during=festival, price=15_00, allotment=4)
    make.order({kettle: 1})  # somebody holds one, so three are left

    order = bought({kettle: 5})

    assert [(line.quantity, line.price) for line in order.lines.all()] == [(3, 15_00), (2, 20_00)]
    assert order.total == 85_00
    assert counters(deal) == [(4, 0)]


def test_case_24_above_the_limit_per_shopper_the_regular_price_counts():
    kettle, festival = make.variant(20_00), make.festival()
    deal = make.deal(kettle, during=festival, price=15_00, allotment=9, per_shopper=2)

    order = bought({kettle: 4}, of=make.shopper(make.user()))

    assert [(line.quantity, line.price) for line in order.lines.all()] == [(2, 15_00), (2, 20_00)]
    assert order.total == 70_00
    assert counters(deal) == [(2, 0)]


def test_case_25_a_regular_price_below_the_deal_wins_without_badge_or_deal_sale():
    kettle, festival = make.variant(20_00), make.festival()
    deal = make.deal(kettle, during=festival, price=15_00, allotment=5)
    make.reprice(kettle, 14_00, at=NOON)

    order = bought({kettle: 1})
    pay(order)

    line = order.lines.get()
    assert (order.total, line.price, line.regular) == (14_00, 14_00, 14_00)
    assert (line.deal, line.is_set_aside) == (None, False)
    assert counters(deal) == [(0, 0)]
    box = buying(
        Offered(variants_now(kettle.product_id, at=NOON)),
        ProductTerms("en"),
        where="Nairobi",
        reader=Reader("en", "USD"),
        at=NOON,
    )
    assert (box.price, box.prior, box.percent, box.has_deal) == ("$14.00", "", "", False)
    span = PriceSpan.objects.get(variant=kettle, starts_at__lte=NOON, ends_at__gt=NOON)
    assert (span.price, span.deal, span.prior_price, span.percent) == (14_00, None, None, None)


def test_case_26_a_percentage_is_rounded_for_one_unit_and_then_multiplied():
    kettle = make.variant(12_50)
    make.deal(kettle, during=make.festival(), percent=33)

    order = bought({kettle: 3})

    assert (order.lines.get().price, order.total) == (8_38, 25_14)
