"""Whoever pays by bank buys other things meanwhile: the order waits beside the cart."""

from datetime import timedelta

import pytest

from shop.catalogue.stock.models import Pool
from shop.core.errors import NotPossible
from shop.money.payments.apply import apply_session
from shop.money.payments.cancel import cancel_pending
from shop.money.payments.models import Payment
from shop.money.payments.sweep import LONGEST_WAIT, check_unsettled
from shop.orders.cart.models import CartLine
from shop.orders.models import Order
from tests import make
from tests.make import NOON
from tests.paying import assert_books_agree, begin, deliver, set_clocks

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=3)


@pytest.fixture
def kettle(till):
    return make.variant(20_00, on_hand=5)


@pytest.fixture
def who(till, kettle):
    """Give a shopper whose bank thinks about a kettle."""
    found = make.cart({kettle: 1})
    payment = begin(found)
    till.pay_later(payment.session_id)
    deliver(till)
    assert Payment.objects.get().state == "processing"
    return found


def wanted():
    return list(CartLine.objects.values_list("variant", "quantity"))


def test_the_goods_stay_held_and_leave_the_cart(till, who):
    assert Order.objects.get().is_pending
    assert Pool.objects.get().held == 1
    assert wanted() == []


def test_another_order_is_placed_and_paid_at_once(till, who, kettle):
    make.cart({make.variant(5_00): 2}, of=who)
    second = begin(who)
    till.pay(second.session_id)
    deliver(till)
    first = Payment.objects.earliest("pk")
    till.settle(first.session_id, ok=True)
    deliver(till)

    assert set(Order.objects.values_list("state", flat=True)) == {"paid"}
    assert_books_agree()


def test_when_the_bank_agrees_nothing_is_taken_from_the_cart_again(till, who, kettle):
    make.cart({kettle: 2}, of=who)
    till.settle(Payment.objects.get().session_id, ok=True)
    deliver(till)

    assert Order.objects.get().is_paid
    assert wanted() == [(kettle.pk, 2)]
    assert_books_agree()


def test_when_the_bank_refuses_the_goods_are_in_the_cart_again(till, who, kettle):
    till.settle(Payment.objects.get().session_id, ok=False)
    deliver(till)

    assert Order.objects.get().state == "expired"
    assert wanted() == [(kettle.pk, 1)]
    assert begin(who).state == "open"
    assert_books_agree()


def test_what_was_chosen_again_meanwhile_stays_as_it_was_chosen(till, who, kettle):
    make.cart({kettle: 3}, of=who)
    till.settle(Payment.objects.get().session_id, ok=False)
    deliver(till)

    assert wanted() == [(kettle.pk, 3)]


def test_it_can_still_not_be_stopped_by_hand(till, who):
    with pytest.raises(NotPossible, match="waiting for your bank"):
        cancel_pending(Order.objects.get(), at=LATER)


def test_a_second_order_by_bank_waits_beside_the_first(till, who):
    make.cart({make.variant(5_00): 1}, of=who)
    second = begin(who)
    till.pay_later(second.session_id)
    deliver(till)

    assert set(Order.objects.values_list("state", flat=True)) == {"pending"}
    assert len(set(Order.objects.values_list("shopper_key", flat=True))) == 2
    assert_books_agree()


def test_banks_that_think_keep_no_newer_payment_from_being_asked_about(till, who, monkeypatch):
    from shop.money.payments import sweep  # noqa: PLC0415

    monkeypatch.setattr(sweep, "BATCH", 1)
    set_clocks(till, LATER)
    check_unsettled(at=LATER)
    new = begin(make.cart({make.variant(5_00): 1}), at=LATER)
    till.pay(new.session_id)
    soon = LATER + timedelta(minutes=6)

    assert check_unsettled(at=soon) == 1

    new.refresh_from_db()
    assert new.state == "paid"
    assert check_unsettled(at=soon) == 0
    assert check_unsettled(at=LATER + LONGEST_WAIT) == 1


def test_a_session_is_asked_about_once_in_some_seconds(till, who, monkeypatch, settings):
    from shop.checkout.order.status import bring_up_to_date, standing  # noqa: PLC0415

    asked = []
    monkeypatch.setattr(
        "shop.checkout.order.status.apply_session",
        lambda session_id, **facts: asked.append(apply_session(session_id, **facts)),
    )
    settings.SECONDS_BETWEEN_LOOKS = 2
    order = Order.objects.get()

    answers = [bring_up_to_date(order, at=NOON + timedelta(seconds=s)) for s in (10, 11, 11.5, 13)]

    assert answers == [True, None, None, True]
    assert len(asked) == 2
    assert "have just asked" in standing(order, zone="UTC", is_known=None).text
    assert "charged" not in standing(order, zone="UTC", is_known=None).text
