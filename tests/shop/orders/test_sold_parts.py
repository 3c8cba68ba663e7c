"""The parts of an order know when it was paid and what of them went back, as its rows say."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Sum

from shop.orders import end, refund
from shop.orders.models import Order, Suborder
from shop.orders.reconcile import differences, note_sold
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=3)


def order_of_two():
    return make.order({make.variant(20_00): 2, make.variant(15_00): 1})


@pytest.mark.parametrize("has_cart", [True, False])
def test_a_paid_part_knows_when(has_cart):
    order, other = order_of_two(), order_of_two()
    if not has_cart:
        Order.objects.filter(pk=order.pk).update(cart=None)

    with transaction.atomic():
        end.mark_paid(end.lock(order.pk), at=LATER)

    assert {part.paid_at for part in order.suborders.all()} == {LATER}
    assert not Suborder.objects.sold().filter(order=other).exists()


def test_what_ended_unpaid_is_not_sold():
    order = order_of_two()

    with transaction.atomic():
        end.expire(end.lock(order.pk), at=LATER)

    assert not Suborder.objects.sold().exists()


def test_what_went_back_is_noted_with_its_part_alone():
    order = order_of_two()
    with transaction.atomic():
        end.mark_paid(end.lock(order.pk), at=NOON)
    with transaction.atomic():
        order = end.lock(order.pk)
        line = order.lines.get(quantity=2)
        for _unit in range(2):
            refund.record(order, {line: 1}, cause="wrong_price", at=LATER)

    assert line.refund_lines.aggregate(paid=Sum("paid"))["paid"] == 40_00
    assert dict(order.suborders.values_list("pk", "returned")) == {
        part.pk: 40_00 if part.pk == line.suborder_id else 0 for part in order.suborders.all()
    }


def test_a_part_that_says_something_else_is_told():
    order = order_of_two()
    with transaction.atomic():
        end.mark_paid(end.lock(order.pk), at=NOON)
    assert differences() == []
    part = order.suborders.first()

    order.suborders.filter(pk=part.pk).update(paid_at=LATER, returned=3)

    assert [(d.table, d.id, d.counter) for d in differences()] == [
        ("part", part.pk, "paid"), ("part", part.pk, "returned"),
    ]  # fmt: skip


def test_a_sale_of_an_earlier_version_is_noted_with_its_parts():
    order = order_of_two()
    with transaction.atomic():
        end.mark_paid(end.lock(order.pk), at=NOON)
    order.suborders.update(paid_at=None)

    assert note_sold(at=LATER) == order.suborders.count()
    assert note_sold(at=LATER) == 0
    assert differences() == []
