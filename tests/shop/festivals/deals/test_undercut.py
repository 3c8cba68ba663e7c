"""A regular price at or below a running deal: its units are sold, at the regular price."""

import random
from datetime import timedelta

import pytest
from django.db.models import Count, Sum

from shop.catalogue.stock.models import Pool
from shop.catalogue.words import ProductTerms
from shop.core.errors import FenceBroken, OutOfStock, PriceChanged, ShopError, Unavailable
from shop.festivals.deals.actions import pause_deal, resume_deal
from shop.festivals.models import Deal
from shop.festivals.nominations import approve
from shop.orders.cart.pricing import price_cart
from shop.orders.models import Order, OrderLine
from shop.orders.reconcile import differences
from shop.orders.reminders import availability
from shop.storefront.listings.models import Listing
from shop.storefront.product.buy_box import buying as buying_part
from shop.storefront.product.choice import Offered
from shop.storefront.product.delivery import Reader
from shop.storefront.product.variants import variants_now
from tests import make
from tests.agreeing import extend_agreed
from tests.buying import buying, pay
from tests.crowd import at_once
from tests.make import END, NOON, START
from tests.shop.orders.reminders.waiting import reminder
from tests.truth import fence_differences, span_differences

HOUR = timedelta(hours=1)


def undercut_deal(*, price=15_00, allotment=5, on_hand=5):
    """Return a deal at 15.00 whose regular price fell at noon, to 15.00 unless said otherwise."""
    kettle = make.variant(20_00, on_hand=on_hand)
    deal = make.deal(kettle, during=make.festival(), price=15_00, allotment=allotment)
    make.listed(kettle.product)
    make.reprice(kettle, price, at=NOON)
    return deal


def bar_of(variant, at):
    """Return what the bar on the product's page says is left."""
    facts = {"where": "Nairobi", "reader": Reader("en", "USD"), "at": at}
    return buying_part(
        Offered(variants_now(variant.product_id, at=at)), ProductTerms("en"), **facts
    ).claim.left


@pytest.mark.django_db
@pytest.mark.parametrize("price", [15_00, 14_00])
def test_units_of_a_deal_that_the_regular_price_undercuts_sell_at_the_regular_price(price):
    deal = undercut_deal(price=price)
    kettle = deal.variant
    (shown,) = variants_now(kettle.product_id, at=NOON)
    assert (shown.buyable, shown.set_aside) == (5, 0)

    pay(make.order({kettle: 5}))

    line = OrderLine.objects.get()
    assert (line.paid, line.deal, line.is_set_aside) == (5 * price, None, False)
    deal.refresh_from_db()
    assert (deal.held, deal.sold, deal.allotment) == (0, 0, 5)  # the deal gave nothing
    assert not Listing.objects.get().is_available
    assert differences() == []


@pytest.mark.django_db
def test_a_microsecond_before_it_is_undercut_a_deal_keeps_its_fence():
    deal = undercut_deal()
    who = make.cart({deal.variant: 9})

    quote = price_cart(who, at=NOON - timedelta(microseconds=1)).quote

    assert [(s.quantity, s.price, s.deal.id) for s in quote.segments] == [(5, 15_00, deal.pk)]


@pytest.mark.django_db
def test_a_deal_that_has_not_begun_keeps_its_fence_whatever_the_regular_price():
    kettle = make.variant(14_00, on_hand=5)
    make.deal(kettle, during=make.festival(), price=15_00, allotment=5)

    before, begun = (price_cart(make.cart({kettle: 1}), at=at) for at in (START - HOUR, START))

    assert before.quote.missing == {kettle.pk: 1}
    assert begun.quote.total == 14_00


@pytest.mark.django_db
def test_when_the_regular_price_rises_again_the_deal_gives_what_is_left():
    deal = undercut_deal(on_hand=6)
    kettle = deal.variant
    pay(make.order({kettle: 4}))
    make.reprice(kettle, 20_00, at=NOON + HOUR)
    later = NOON + 2 * HOUR

    (shown,) = variants_now(kettle.product_id, at=later)
    quote = price_cart(make.cart({kettle: 9}, at=later), at=later).quote

    assert (shown.buyable, bar_of(kettle, later)) == (2, "2 left")
    assert [(s.quantity, s.price) for s in quote.segments] == [(2, 15_00)]
    assert quote.missing == {kettle.pk: 7}
    pay(make.order({kettle: 2}, at=later), at=later)
    deal.refresh_from_db()
    assert (deal.sold, Pool.objects.get().free) == (2, 0)
    assert differences() == []


@pytest.mark.django_db
def test_no_other_deal_gets_units_that_an_undercut_deal_may_still_give():
    deal = undercut_deal()
    festival = deal.slot.festival
    second = make.nomination(
        deal.variant, during=make.slot(festival, starts_at=NOON + HOUR), price=10_00, allotment=1
    )

    with pytest.raises(FenceBroken) as refused:
        approve.approve(second, at=NOON)

    assert (refused.value.asked, refused.value.there) == (6, 5)


@pytest.mark.django_db
def test_a_deal_whose_units_are_gone_can_be_paused_resumed_and_extended():
    deal = undercut_deal()
    pay(make.order({deal.variant: 4}))
    make.reprice(deal.variant, 20_00, at=NOON + HOUR)

    pause_deal(deal, at=NOON + 2 * HOUR)
    resume_deal(deal, at=NOON + 3 * HOUR)
    extend_agreed(deal.slot, END + HOUR, at=NOON + 4 * HOUR)

    later = NOON + 5 * HOUR
    quote = price_cart(make.cart({deal.variant: 1}, at=later), at=later).quote
    assert quote.total == 15_00


@pytest.mark.django_db
def test_what_an_open_order_holds_of_an_undercut_deal_is_not_fenced_twice():
    kettle = make.variant(20_00, on_hand=5)
    make.deal(kettle, during=make.festival(), price=15_00, allotment=5)
    who = make.cart({kettle: 2}, at=NOON - HOUR)
    buying(who, at=NOON - HOUR)()
    make.reprice(kettle, 12_00, at=NOON)
    make.cart({kettle: 3}, of=who)

    quote = price_cart(who, at=NOON).quote

    assert (quote.total, quote.missing) == (60_00, {})


@pytest.mark.django_db
def test_who_waits_for_a_variant_hears_of_units_that_its_undercut_deal_lets_go():
    deal = undercut_deal()
    at_any_price = reminder("ada@example.org", variant=deal.variant, deal=None)
    at_the_deal = reminder("eve@example.org", variant=deal.variant, deal=deal)

    now = {found.deal_id: found.units for found in availability.free(at=NOON)}
    before = {found.deal_id: found.units for found in availability.free(at=NOON - HOUR)}

    assert availability.is_true(at_any_price, at=NOON)
    assert not availability.is_true(at_the_deal, at=NOON)
    assert (now, before) == ({None: 5, deal.pk: 0}, {None: 5, deal.pk: 5})


@pytest.mark.django_db
def test_the_fence_is_the_same_for_carts_pages_and_the_rules_at_any_instant():
    dice = random.Random(11)
    festival = make.festival()
    products = []
    for _number in range(12):
        single = make.variant(dice.choice([1, 2, 15_00, 20_00]), on_hand=40)
        family = make.variant(40_00, of=single.product, pool=single.pool, units_per_item=4)
        flash = make.slot(festival, starts_at=NOON - HOUR)
        for variant, slot in ((single, festival), (family, flash)):
            terms = dice.choice([{"price": dice.randrange(1, 20_00)}, {"percent": 30}])
            make.deal(variant, during=slot, allotment=dice.randrange(1, 5), **terms)
            for hours in dice.sample(range(-9, 9), 2):
                amount = dice.choice([1, 2, dice.randrange(1, 15_00)])
                try:
                    make.reprice(variant, amount, at=NOON + hours * HOUR)
                except ShopError:
                    continue  # a percent deal would become dearer
        products.append(single.product_id)
    some = Deal.objects.order_by("?").values_list("pk", flat=True)[:6]
    Deal.objects.filter(pk__in=list(some)).update(state="paused", held=1)
    instants = [START, END, NOON, *(NOON + dice.randrange(-12, 12) * HOUR for _ in range(20))]

    assert fence_differences(products, instants) == []
    assert span_differences(products, [START - HOUR, NOON - HOUR / 2]) == []


@pytest.mark.django_db(transaction=True)
def test_the_fence_holds_under_32_writers_while_the_regular_price_falls_and_rises():
    small = make.variant(20_00, on_hand=40)
    large = make.variant(30_00, of=small.product, pool=small.pool)  # never on a deal
    deal = make.deal(small, during=make.festival(), price=15_00, allotment=20)
    make.reprice(small, 14_00, at=NOON + HOUR)
    make.reprice(small, 20_00, at=NOON + 2 * HOUR)
    for _number in range(14):
        make.order({large: 1})
    while_low, after = NOON + HOUR, NOON + 3 * HOUR

    # Each acts by the instant at which it came: some while the fence is open, some when it stands.
    results = at_once(
        [buying(make.cart({what: 1}, at=at), at=at)
         for _number in range(11) for what in (large, small) for at in (while_low, after)],
        threads=32,
    )  # fmt: skip

    refused = {type(result) for result in results if isinstance(result, ShopError)}
    assert refused <= {OutOfStock, PriceChanged, Unavailable}
    held = OrderLine.objects.filter(order__state=Order.State.PENDING)
    inside = held.filter(order__placed_at=while_low).aggregate(n=Sum("quantity"))["n"]
    outside = held.filter(order__placed_at=after, deal=None).aggregate(n=Count("pk"))["n"]
    assert inside > 6  # of the 26 units that are left, 20 are behind the fence
    assert outside <= 6
    pool = Pool.objects.get()
    assert pool.held == held.aggregate(n=Sum("pool_units"))["n"] <= pool.on_hand
    deal.refresh_from_db()
    assert deal.held == held.filter(deal=deal).count()
    assert differences() == []
