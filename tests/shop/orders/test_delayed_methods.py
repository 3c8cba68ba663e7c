"""Decision 53: what others wait for is not sold for money that takes days to arrive."""

import pytest

from shop.money.payments.models import Payment
from shop.orders.freeze import frozen_rows
from shop.orders.models import Order
from tests import make
from tests.make import NOON
from tests.paying import begin

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "allotment", "is_scarce"),
    [("flash", 5, True), ("flash", None, True), ("whole", 5, True), ("whole", None, False)],
)
def test_delayed_methods_are_off_for_flash_deals_and_for_units_set_aside(
    till, kind, allotment, is_scarce
):
    festival, kettle = make.festival(), make.variant(20_00)
    slot = make.slot(festival) if kind == "flash" else festival
    make.deal(kettle, during=slot, price=15_00, allotment=allotment)

    payment = begin(make.cart({kettle: 1, make.variant(5_00): 1}))

    assert payment.request["is_urgent"] is is_scarce
    assert frozen_rows(Order.objects.get()).is_scarce is is_scarce
    (session,) = till.world.store.all("checkout.session")
    assert (session["payment_method_types"] == ["card"]) is is_scarce


def test_everyday_goods_may_be_paid_for_in_any_way(till):
    assert begin(make.cart({make.variant(20_00): 1}), at=NOON).request["is_urgent"] is False
    assert Payment.objects.count() == 1
