"""Money that differs from the order waits for a person: nothing is sold, lost or taken twice."""

from datetime import timedelta

import pytest

from shop.catalogue.stock.models import Pool
from shop.core.errors import NotPossible
from shop.money.payments.cancel import cancel_pending
from shop.money.payments.collect import start_payment
from shop.money.payments.models import Payment
from shop.money.payments.provider.stripe_gateway import gateway
from shop.money.payments.sweep import check_unsettled, expire_overdue
from shop.money.payments.watch import problems
from shop.orders.agreement import Agreement
from shop.orders.models import Order
from tests import make
from tests.make import NOON
from tests.paying import (
    ADDRESSES,
    assert_books_agree,
    begin,
    deliver,
    press_pay,
    set_clocks,
    the_order,
)
from tests.shop.money.payments.books import sessions

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)
TOO_LATE = NOON + timedelta(minutes=32)
LOOKED_AT = "We are looking at the payment and will email you."


@pytest.fixture
def who(till):
    """Give a shopper who paid another sum than we asked for."""
    found = make.cart({make.variant(20_00): 1})
    payment = begin(found)
    till.pay(payment.session_id)
    (intent,) = till.world.store.all("payment_intent")
    intent["amount_received"] = 19_99
    deliver(till)
    assert Payment.objects.get().state == "review"
    return found


def test_what_is_looked_at_has_left_the_cart_and_is_not_paid_twice(till, who):
    with pytest.raises(NotPossible, match="empty"):
        start_payment(who, agreed=Agreement(20_00, ""), addresses=ADDRESSES, at=LATER)

    assert len(sessions(till)) == 1
    assert Payment.objects.count() == 1


def test_meanwhile_the_shopper_buys_something_else(till, who):
    make.cart({make.variant(5_00): 1}, of=who)

    payment = begin(who, at=LATER)
    till.pay(payment.session_id)
    deliver(till)

    assert sorted(Order.objects.values_list("state", "total")) == [
        ("paid", 5_00), ("pending", 20_00),
    ]  # fmt: skip
    assert_books_agree()


def test_the_goods_stay_held_past_the_time_to_pay(till, who):
    set_clocks(till, TOO_LATE)

    assert expire_overdue(at=TOO_LATE) == 0

    assert the_order().is_pending
    assert Pool.objects.get().held == 1
    assert problems(at=TOO_LATE) == {"payments to be looked at": 1}
    assert_books_agree()


def test_the_shopper_cannot_stop_it_either(till, who):
    with pytest.raises(NotPossible, match=LOOKED_AT):
        cancel_pending(the_order(), at=LATER)

    assert the_order().is_pending
    assert Pool.objects.get().held == 1


def test_when_a_person_has_sent_the_money_back_the_goods_are_free_and_the_shopper_too(till, who):
    """As one does in the provider's dashboard, without the shop."""
    payment = Payment.objects.get()
    give_back = {"charge": payment.charge_id, "amount": 20_00, "currency": "USD"}
    check_unsettled(at=NOON + timedelta(minutes=7))
    assert Payment.objects.get().state == "review"

    gateway().refund(give_back | {"operation": "by hand", "order": "x"}, key="by hand")
    check_unsettled(at=NOON + timedelta(minutes=13))
    assert Payment.objects.get().state == "review"  # asked again after as long as it took till now
    check_unsettled(at=NOON + timedelta(minutes=14))

    assert Payment.objects.get().state == "refunded"
    assert the_order().state == "expired"
    assert Pool.objects.get().held == 0
    assert_books_agree()
    assert press_pay(who, at=NOON + timedelta(minutes=38)).payment_url
