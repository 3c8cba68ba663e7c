"""The shopper agrees to every line, not to a sum alone."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from shop.catalogue.date_plans import PlanWish
from shop.catalogue.delivery.models import Country
from shop.catalogue.models import Variant
from shop.catalogue.stock.models import Pool
from shop.core.errors import CartChanged, PriceChanged
from shop.orders.agreement import wish
from shop.orders.cart.change import add, choose_services, send_to, use_voucher
from shop.orders.cart.models import Cart, CartLine
from shop.orders.cart.pricing import price_cart
from shop.orders.models import Order
from shop.orders.place import Superseded, place_order
from shop.orders.tickets.change import SessionWish, change_session
from tests import make
from tests.make import NOON
from tests.shop.orders.tickets import visits

pytestmark = pytest.mark.django_db


def priced(who, at=NOON):
    return price_cart(who, at=at)


def test_the_same_lines_at_the_same_prices_are_the_same_agreement():
    kettle, cup = make.variant(20_00), make.variant(5_00)

    first, second = make.cart({kettle: 1, cup: 2}), make.cart({kettle: 1, cup: 2})

    assert make.agreed(first) == make.agreed(second)
    assert make.agreed(first).total == 30_00


def test_the_same_total_with_another_split_is_another_agreement():
    kettle, cup = make.variant(20_00), make.variant(5_00)
    who = make.cart({kettle: 1, cup: 1})
    before = make.agreed(who)
    make.reprice(kettle, 19_00, at=NOON)
    make.reprice(cup, 6_00, at=NOON)

    after = make.agreed(who)

    assert before.total == after.total == 25_00
    assert before.digest != after.digest
    with pytest.raises(PriceChanged):
        place_order(who, agreed=before, at=NOON)
    assert not Order.objects.exists()


def test_who_pays_for_a_benefit_is_not_the_shopper_s_but_which_benefit_it_is():
    kettle, festival = make.variant(20_00), make.festival()
    make.deal(kettle, during=festival, price=19_00)
    save = make.promotion(festival, value=4_00)
    who = make.cart({kettle: 1})
    before = make.agreed(who)

    type(save).objects.update(organizer_share=100)
    assert make.agreed(who) == before
    type(save).objects.update(state="paused")
    make.promotion(festival, value=4_00)

    assert make.agreed(who).total == before.total
    assert make.agreed(who) != before


def test_a_deal_and_an_equal_regular_price_are_not_the_same_promise():
    kettle = make.variant(15_00)
    who = make.cart({kettle: 1})
    before = make.agreed(who)
    make.reprice(kettle, 20_00, at=NOON)
    make.deal(kettle, during=make.festival(), price=15_00, approved_at=NOON)
    later = NOON.replace(minute=1)

    after = make.agreed(who, at=later)

    assert (before.total, after.total) == (15_00, 15_00)
    assert before.digest != after.digest


def test_a_date_that_moved_is_agreed_to_again():
    adult, *_others = visits.session()
    who = make.cart({adult: 1})
    before = make.agreed(who)
    Variant.objects.filter(pk=adult.pk).update(session_start=visits.FRIDAY + visits.DAY)

    after = make.agreed(who)

    assert before.total == after.total
    assert before.digest != after.digest
    with pytest.raises(CartChanged):  # no price did
        place_order(who, agreed=before, at=NOON)
    with pytest.raises(PriceChanged):
        place_order(who, agreed=replace(before, wish=""), at=NOON)
    assert not Order.objects.exists()


def test_what_goods_agree_to_has_no_dates():
    who = make.cart({make.variant(20_00): 1})
    facts = {
        "lines": [[line.variant_id, None, 1, 20_00, 20_00] for line in priced(who).lines],
        "benefits": [],
        "parcels": [[pk, way.service, way.price] for pk, way in priced(who).chosen.items()],
        "total": priced(who).quote.total,
    }

    text = json.dumps(facts, sort_keys=True)

    assert make.agreed(who).digest == hashlib.sha256(text.encode()).hexdigest()


def test_a_wish_stays_the_same_whatever_it_costs():
    kettle = make.variant(20_00)
    who = make.cart({kettle: 1})
    before = wish(priced(who))

    make.reprice(kettle, 21_00, at=NOON)

    assert wish(priced(who)) == before


def more(who):
    CartLine.objects.update(quantity=2)


def something_else(who):
    make.cart({make.variant(5_00): 1}, of=who)


def a_voucher(who):
    make.promotion(make.festival(), group="voucher", trigger="code", code="TEN", value=1)
    use_voucher(Cart.objects.get(), "ten", shopper=who, at=NOON)


def another_service(who):
    make.delivery(service="express")
    seller = CartLine.objects.get().variant.product.merchant_id
    choose_services(Cart.objects.get(), {seller: "express"})


def another_address(who):
    make.cart({}, of=who)


def another_country(who):
    Country.objects.create(
        code="MO", zone="CEA", service="open", currency="MOP", seen_on="2026-11-24"
    )
    send_to(Cart.objects.get(), "MO")


@pytest.mark.parametrize(
    "change",
    [more, something_else, a_voucher, another_service, another_address, another_country],
)
def test_a_wish_changes_with_everything_that_the_shopper_chooses(change):
    who = make.cart({make.variant(20_00): 1})
    before = wish(priced(who))

    change(who)

    assert wish(priced(who)) != before


@pytest.mark.parametrize("change", [more, something_else, another_address])
def test_what_another_tab_changed_is_not_called_a_changed_price(change):
    who = make.cart({make.variant(20_00): 1})
    before = make.agreed(who)
    change(who)

    with pytest.raises(CartChanged):
        place_order(who, agreed=before, at=NOON)

    assert not Order.objects.exists()


def test_a_price_that_changed_is_called_one_as_long_as_the_cart_is_the_same():
    kettle = make.variant(20_00)
    who = make.cart({kettle: 1})
    before = make.agreed(who)
    make.reprice(kettle, 21_00, at=NOON)

    with pytest.raises(PriceChanged) as refusal:
        place_order(who, agreed=before, at=NOON)

    assert not isinstance(refusal.value, CartChanged)


def test_an_order_of_another_tab_is_not_paid_from_a_page_that_says_something_else():
    kettle, cup = make.variant(20_00), make.variant(5_00)
    who = make.cart({kettle: 1, cup: 1})
    before = make.agreed(who)
    CartLine.objects.filter(variant=kettle).delete()
    place_order(who, agreed=make.agreed(who), at=NOON)

    with pytest.raises(Superseded):  # the caller closes its session, and asks again
        place_order(who, agreed=before, at=NOON)


def test_the_order_of_the_lines_does_not_change_a_wish():
    kettle, cup = make.variant(20_00), make.variant(5_00)
    who = make.cart({kettle: 1, cup: 1})
    before = wish(priced(who))

    CartLine.objects.filter(variant=kettle).delete()
    add(Cart.objects.get(), kettle.pk, 1, at=NOON + timedelta(minutes=1))

    assert [line.variant for line in priced(who).lines] == [cup, kettle]
    assert wish(priced(who)) == before


def test_until_when_a_visit_may_be_cancelled_is_a_part_of_the_agreement():
    adult, *_rest = visits.session()
    who = make.cart({adult: 1})
    usual = make.agreed(who)
    adult.product.cancel_hours = 168
    adult.product.save()

    stricter = make.agreed(who)

    assert usual.total == stricter.total
    assert usual.digest != stricter.digest
    with pytest.raises(PriceChanged):
        place_order(who, agreed=usual, at=NOON)
    assert not Order.objects.exists()


def test_from_how_many_guests_it_takes_place_is_agreed_by_paying():
    adult, *_rest = visits.session()
    who = make.cart({adult: 1})
    usual = make.agreed(who)
    pool, host = Pool.objects.get(pk=adult.pool_id), visits.host_of(adult)
    wish = SessionWish(12, adult.session_start, plan=PlanWish(least=4))
    change_session(pool, wish, at=NOON, by=host)

    at_risk = make.agreed(who)

    assert usual.total == at_risk.total
    assert usual.digest != at_risk.digest
    with pytest.raises(PriceChanged):
        place_order(who, agreed=usual, at=NOON)
    assert not Order.objects.exists()
    place_order(who, agreed=at_risk, at=NOON)
