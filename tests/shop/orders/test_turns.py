"""What happens between two transactions that meet, step by step."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from shop.catalogue.stock.models import Pool
from shop.core.errors import FenceBroken, OutOfStock
from shop.festivals.nominations import approve
from shop.orders.cart.models import Cart
from shop.orders.models import Order
from shop.orders.place import place_order
from tests import make
from tests.make import NOON, START
from tests.stepping import Beside, lock_row, open_transaction

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = START - timedelta(days=1)


def test_a_fence_that_rises_meanwhile_is_seen_by_whoever_waited_for_the_pool():
    kettle = make.variant(20_00, on_hand=10)
    wanted = make.nomination(kettle, during=make.festival(), price=15_00, allotment=6)
    who = make.cart({kettle: 5}, at=BEFORE)
    agreed = make.agreed(who, at=BEFORE)

    with open_transaction(lambda: approve.approve(wanted, at=BEFORE)):
        buying = Beside(lambda: place_order(who, agreed=agreed, at=BEFORE))
        assert buying.waits()

    refused = buying.result()
    assert isinstance(refused, OutOfStock)
    assert refused.left == 4
    assert Pool.objects.get().held == 0


def test_a_sale_that_comes_first_is_seen_by_whoever_sets_units_aside():
    kettle = make.variant(20_00, on_hand=10)
    wanted = make.nomination(kettle, during=make.festival(), price=15_00, allotment=6)
    who = make.cart({kettle: 5}, at=BEFORE)
    agreed = make.agreed(who, at=BEFORE)

    with open_transaction(lambda: place_order(who, agreed=agreed, at=BEFORE)):
        waiting = Beside(lambda: approve.approve(wanted, at=BEFORE))
        assert waiting.waits()

    refused = waiting.result()
    assert isinstance(refused, FenceBroken)
    assert (refused.asked, refused.there) == (11, 10)
    assert not kettle.deals.exists()


def test_a_changed_cart_keeps_its_last_unit_while_a_rival_reaches_for_it():
    kettle, cup = make.variant(20_00, on_hand=1), make.variant(5_00)
    who, rival = make.cart({kettle: 1}), make.cart({kettle: 1})
    seen = make.agreed(rival)
    mine = place_order(who, agreed=make.agreed(who), at=NOON).order
    make.cart({cup: 1}, of=who)
    changed = make.agreed(who)

    with open_transaction(lambda: lock_row(Cart.objects.get(token_hash=who.token_hash))):
        again = Beside(lambda: place_order(who, agreed=changed, at=NOON, may_replace=mine.pk).order)
        assert again.waits()
        with pytest.raises(OutOfStock):
            place_order(rival, agreed=seen, at=NOON)

    assert again.result().total == 25_00
    assert Order.objects.filter(state="pending").count() == 1
    assert Pool.objects.get(variants=kettle).held == 1


def test_a_second_tab_that_waited_for_the_first_gets_its_order():
    kettle = make.variant(20_00, on_hand=1)
    who = make.cart({kettle: 1})
    agreed = make.agreed(who)

    with open_transaction(lambda: place_order(who, agreed=agreed, at=NOON)):
        second = Beside(lambda: place_order(who, agreed=agreed, at=NOON))
        assert second.waits()

    assert second.result().order == Order.objects.get()


def test_the_database_itself_refuses_a_second_pending_order_of_a_shopper():
    kettle = make.variant(20_00)
    order = make.order({kettle: 1})
    twin = Order.objects.get(pk=order.pk)
    twin.pk, twin.uuid = None, uuid4()

    with pytest.raises(IntegrityError, match="one_pending_order"), transaction.atomic():
        twin.save(force_insert=True)

    assert Order.objects.get() == order


def test_an_unchanged_cart_gets_its_order_back_and_holds_nothing_twice():
    kettle = make.variant(20_00)
    who = make.cart({kettle: 1})
    agreed = make.agreed(who)
    first = place_order(who, agreed=agreed, at=NOON)

    again = place_order(who, agreed=agreed, at=NOON + timedelta(minutes=29))

    assert (again.order, again.rows) == (first.order, None)
    assert Pool.objects.get().held == 1


def test_a_promised_price_is_kept_although_it_has_risen_since():
    kettle = make.variant(20_00)
    who = make.cart({kettle: 1})
    first = place_order(who, agreed=make.agreed(who), at=NOON)
    make.reprice(kettle, 25_00, at=NOON + timedelta(minutes=1))
    later = NOON + timedelta(minutes=2)

    again = place_order(who, agreed=make.agreed(who, at=later), at=later)

    assert again.order == first.order
    assert again.order.total == 20_00
