"""Any cart can be paid, in any currency that is taken, for as long as the page says."""

from datetime import timedelta

import pytest
from django import forms

from shop.core.errors import NotPossible
from shop.core.forms.fields import AmountField
from shop.money.payments.checks import currency_that_nobody_can_pay
from shop.money.payments.models import Payment
from shop.money.payments.provider.requests import MOST_STORES
from shop.money.payments.sweep import expire_overdue
from shop.orders.models import Order
from tests import make
from tests.make import NOON
from tests.paying import assert_books_agree, begin, deliver, press_pay, set_clocks
from tests.shop.money.payments.books import charged, sessions
from tests.shop.orders.tickets import visits

pytestmark = pytest.mark.django_db
SECONDS_LEFT = NOON + timedelta(minutes=29, seconds=40)


@pytest.mark.parametrize(("stores", "items"), [(3, 6), (51, 51), (MOST_STORES + 1, 1)])
def test_one_product_from_each_of_many_stores_can_be_paid(till, stores, items):
    make.delivery(4_00)
    who = make.cart({make.variant(20_00): 1 for _number in range(stores)})

    payment = begin(who)

    lines = payment.request["lines"]
    assert len(lines) == items
    assert sum(line["amount"] * line["quantity"] for line in lines) == stores * 24_00
    till.pay(payment.session_id)
    deliver(till)
    assert charged(till) == [stores * 24_00]
    assert_books_agree()


def test_a_price_that_the_currency_cannot_say_is_refused_when_typed(settings):
    settings.SHOP_CURRENCY = "KWD"
    field = AmountField()

    assert field.clean("20.05") == 20_05
    with pytest.raises(forms.ValidationError, match="Enter a price"):
        field.clean("20.005")


def test_an_order_in_a_currency_of_three_decimals_is_paid(till, settings):
    settings.SHOP_CURRENCY = "KWD"
    payment = begin(make.cart({make.variant(20_05): 3}))
    (session,) = sessions(till)
    assert (session["currency"], session["amount_total"]) == ("kwd", 60_150)

    till.pay(payment.session_id)
    deliver(till)

    assert Order.objects.get().is_paid
    assert_books_agree()


def test_a_currency_that_nobody_can_pay_is_named_at_the_start(settings):
    assert currency_that_nobody_can_pay(None) == []
    settings.SHOP_CURRENCY = "GHS"
    assert [found.id for found in currency_that_nobody_can_pay(None)] == ["payments.E002"]


@pytest.mark.parametrize("minutes", [5, 30, 45, 60])
def test_the_minutes_to_pay_are_kept_however_many_they_are(till, settings, minutes):
    settings.HOLD_MINUTES = minutes
    payment = begin(make.cart({make.variant(20_00): 1}))
    nearly = NOON + timedelta(minutes=minutes - 1)
    set_clocks(till, nearly)

    assert payment.order.pay_by == NOON + timedelta(minutes=minutes)
    assert expire_overdue(at=nearly) == 0
    till.pay(payment.session_id)
    deliver(till)
    assert Order.objects.get().is_paid


def test_whoever_has_seconds_left_gets_three_minutes_more_once(till):
    who = make.cart({make.variant(20_00): 1})
    payment = begin(who)
    set_clocks(till, SECONDS_LEFT)

    assert begin(who, at=SECONDS_LEFT) == payment

    order = Order.objects.get()
    assert order.pay_by == SECONDS_LEFT + timedelta(minutes=3)
    soon = order.pay_by - timedelta(seconds=1)
    assert expire_overdue(at=soon) == 0
    with pytest.raises(NotPossible, match="is over in a moment"):
        press_pay(who, at=soon)
    assert Order.objects.get().pay_by == order.pay_by
    assert expire_overdue(at=order.pay_by) == 1


def test_who_has_time_enough_gets_no_more(till):
    who = make.cart({make.variant(20_00): 1})
    begin(who)
    before = Order.objects.get().pay_by

    begin(who, at=NOON + timedelta(minutes=20))

    assert Order.objects.get().pay_by == before
    assert Payment.objects.get().more_time_at is None


def test_no_seat_is_sold_for_money_that_takes_days(till):
    adult, *_ = visits.session()

    payment = begin(make.cart({adult: 1, make.variant(5_00): 1}))

    assert payment.request["is_urgent"]
    (session,) = sessions(till)
    assert session["payment_method_types"] == ["card"]
