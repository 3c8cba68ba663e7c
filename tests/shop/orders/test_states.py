"""States move along their tables only, and only from where they were read."""

from itertools import product

import pytest

from shop.core.errors import StaleState
from shop.orders.models import Order, Suborder
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db

ORDER_STEPS = {
    ("pending", "paid"), ("pending", "expired"), ("pending", "cancelled"),
    ("expired", "paid"), ("paid", "cancelled"),
}  # fmt: skip
SUBORDER_STEPS = {
    ("waiting", "shipped"), ("waiting", "delivered"), ("waiting", "cancelled"),
    ("shipped", "delivered"),
}  # fmt: skip


@pytest.mark.parametrize("step", list(product(Order.State.values, repeat=2)), ids="-".join)
def test_an_order_takes_the_allowed_steps_and_no_others(step):
    before, after = step
    order = make.order({make.variant(): 1})
    Order.objects.update(state=before, paid_at=NOON)
    order.refresh_from_db()

    if step in ORDER_STEPS:
        order.move_to(after, paid_at=NOON)
    else:
        with pytest.raises(StaleState):
            order.move_to(after, paid_at=NOON)

    wanted = after if step in ORDER_STEPS else before
    assert (order.state, Order.objects.get().state) == (wanted, wanted)


@pytest.mark.parametrize("step", list(product(Suborder.State.values, repeat=2)), ids="-".join)
def test_a_suborder_takes_the_allowed_steps_and_no_others(step):
    before, after = step
    make.order({make.variant(): 1})
    Suborder.objects.update(state=before)
    part = Suborder.objects.get()

    if step in SUBORDER_STEPS:
        part.move_to(after)
    else:
        with pytest.raises(StaleState):
            part.move_to(after)

    assert Suborder.objects.get().state == (after if step in SUBORDER_STEPS else before)


def test_whoever_read_an_order_before_it_moved_cannot_move_it():
    order = make.order({make.variant(): 1})
    stale = Order.objects.get(pk=order.pk)
    order.move_to("expired", ended_at=NOON)

    with pytest.raises(StaleState):
        stale.move_to("paid", paid_at=NOON)

    assert stale.state == "pending"
    order.refresh_from_db()
    assert (order.state, order.paid_at, order.ended_at) == ("expired", None, NOON)


def test_whoever_read_a_suborder_before_it_moved_cannot_move_it():
    make.order({make.variant(): 1})
    part, stale = Suborder.objects.get(), Suborder.objects.get()
    part.move_to("cancelled")

    with pytest.raises(StaleState):
        stale.move_to("shipped")

    assert Suborder.objects.get().state == "cancelled"


def test_an_order_s_number_is_its_year_and_its_place_in_line():
    first, second = (make.order({make.variant(): 1}) for _ in range(2))

    assert first.number == f"BB-2027-{100_000 + first.pk}"
    assert str(second) == second.number == f"BB-2027-{100_000 + second.pk}"
    assert first.token != second.token
    assert len(first.token) == 22  # 128 bits
