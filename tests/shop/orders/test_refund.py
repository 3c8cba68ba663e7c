"""What goes back of an order, beside what its merchant does."""

from functools import partial

import pytest
from django.db import transaction

from shop.catalogue.stock.models import Pool
from shop.orders import end
from shop.orders.models import Order, OrderLine, Refund
from shop.orders.refund import record
from shop.orders.shares import part
from shop.orders.ship import ship
from tests import make
from tests.make import NOON
from tests.stepping import Beside


@pytest.mark.django_db(transaction=True)
def test_what_leaves_while_it_is_refunded_does_not_come_back_to_the_shelf():
    kettle = make.variant(on_hand=5)
    order = paid({kettle: 2})
    send_back = partial(refund, order)

    with transaction.atomic():
        ship(order.suborders.get(), carrier="DHL", tracking_number="", at=NOON,
             by=make.member(kettle.product.merchant))  # fmt: skip
        beside = Beside(send_back)
        assert beside.waits()

    assert beside.result().amount == 40_00
    pool = Pool.objects.get(pk=kettle.pool_id)
    assert (pool.on_hand, pool.sold, order.suborders.get().state) == (3, 0, "shipped")


@transaction.atomic
def refund(order: Order) -> Refund:
    locked = end.lock(order.pk)
    line = OrderLine.objects.get(order=locked)
    return record(locked, {line: 2}, cause=Refund.Cause.SESSION_CANCELLED, at=NOON)


def paid(wanted) -> Order:
    order = make.order(wanted)
    with transaction.atomic():
        end.mark_paid(end.lock(order.pk), at=NOON)
    order.refresh_from_db()
    return order


def test_parts_of_a_refund_add_up_whatever_their_order():
    assert [part(165_83, done, 1, 3) for done in range(3)] == [55_27, 55_28, 55_28]
    assert [part(165_83, 0, 2, 3), part(165_83, 2, 1, 3)] == [110_55, 55_28]
