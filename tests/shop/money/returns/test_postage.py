"""How much of a parcel's delivery goes back with a return: a choice within bounds."""

import pytest

from shop.core.errors import NotPossible
from shop.money.returns.answer import pay_back
from shop.money.returns.ask import ask, sum_of_request
from shop.orders.models import Refund
from tests import make
from tests.make import NOON
from tests.paying import assert_books_agree
from tests.shop.money.returns.sold import DAY, paid, sent, wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(till):
    make.delivery(3_00)
    found = paid(till, {make.variant(20_00, on_hand=5): 3})
    sent(found)
    return found


@pytest.fixture
def store(order):
    return make.member(order.suborders.get().merchant)


def asked(order, *, count, reason):
    wishes = wish(order, count, reason)
    return ask(order.pk, order.suborders.get().pk, "return", wishes, at=NOON + DAY)


def test_a_store_chooses_how_much_of_the_delivery_goes_back(order, store):
    request = asked(order, count=1, reason="broken")
    back = sum_of_request(request)
    assert (back.delivery, back.least, back.most) == (1_00, 0, 3_00)

    for wanted in (-1, 3_01):
        with pytest.raises(NotPossible, match=r"Refund \$0.00 to \$3.00 of the delivery."):
            pay_back(request.pk, at=NOON + DAY, by=store, answer="So", delivery=wanted)
    with pytest.raises(NotPossible, match="Say why you refund less"):
        pay_back(request.pk, at=NOON + DAY, by=store, delivery=0)
    assert not Refund.objects.exists()

    refund = pay_back(request.pk, at=NOON + DAY, by=store, answer="One of three", delivery=0)
    assert (refund.amount, refund.reason) == (20_00, "One of three")
    assert_books_agree()


def test_a_store_may_refund_all_of_the_delivery_for_one_broken_piece(order, store):
    request = asked(order, count=1, reason="broken")

    assert pay_back(request.pk, at=NOON + DAY, by=store, delivery=3_00).amount == 23_00


def test_with_the_last_of_a_parcel_all_of_its_delivery_goes_back(order, store):
    request = asked(order, count=3, reason="mind")

    with pytest.raises(NotPossible, match="of the delivery"):
        pay_back(request.pk, at=NOON + DAY, by=store, answer="No", delivery=0)
    assert pay_back(request.pk, at=NOON + DAY, by=store).amount == 63_00


def test_a_store_types_the_refund_of_the_delivery_on_its_page(client, order, store):
    request = asked(order, count=1, reason="broken")
    page = f"/merchant/returns/{request.pk}/"
    client.force_login(store)
    shown = client.get(page).text
    assert "Of the delivery, $3.00 is left. The shopper was told $1.00." in shown

    less = client.post(page, {"do": "pay", "answer": "", "delivery": "0"})
    assert (less.status_code, Refund.objects.exists()) == (422, False)
    client.post(page, {"do": "pay", "answer": "One of three", "delivery": "0"})

    assert Refund.objects.get().amount == 20_00
