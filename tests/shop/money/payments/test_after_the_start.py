"""Money for a seat that comes when the session has begun goes back; the rest is delivered."""

from datetime import timedelta

import pytest
from django.core import mail

from shop.catalogue.stock.models import Pool
from shop.money.payments.apply import apply_session
from shop.money.payments.models import Operation
from shop.money.payments.operations import run_operations
from shop.orders.models import Order, Refund
from shop.orders.tickets.models import Ticket
from tests import make
from tests.paying import assert_books_agree, begin, set_clocks
from tests.queue import run_queued_work
from tests.shop.money.payments.books import charged, refunded
from tests.shop.orders.tickets import visits

pytestmark = pytest.mark.django_db
STARTS = visits.FRIDAY
TOO_LATE = STARTS + timedelta(hours=1)


def paid_late(till, wanted):
    """Pay, and let the shop hear of it when the session has begun."""
    payment = begin(make.cart(wanted))
    till.pay(payment.session_id)
    set_clocks(till, TOO_LATE)
    apply_session(payment.session_id, at=TOO_LATE)
    payment.refresh_from_db()
    return payment


def test_an_order_of_seats_alone_is_not_sold_and_its_money_goes_back(till):
    adult, *_ = visits.session()

    payment = paid_late(till, {adult: 2})
    run_operations(at=TOO_LATE)

    assert (payment.state, Operation.objects.get().cause) == ("refunding", "late")
    assert refunded(till) == charged(till) == [80_00]
    assert Order.objects.get().state == "expired"
    assert not Ticket.objects.exists()
    pool = Pool.objects.get(pk=adult.pool_id)
    assert (pool.held, pool.sold) == (0, 0)
    run_queued_work()
    (letter,) = mail.outbox
    assert "when the date that you booked had begun" in letter.body
    assert "Everything else" not in letter.body
    assert_books_agree()


def test_what_else_was_bought_is_delivered(till):
    adult, *_ = visits.session()
    kettle = make.variant(20_00)

    payment = paid_late(till, {adult: 1, kettle: 1})
    run_operations(at=TOO_LATE)

    assert payment.state == "paid"
    assert Refund.objects.get().cause == "late"
    assert refunded(till) == [40_00]
    assert charged(till) == [60_00]
    states = dict(Order.objects.get().suborders.values_list("merchant", "state"))
    assert states[kettle.product.merchant_id] == "waiting"
    assert states[adult.product.merchant_id] == "cancelled"
    assert not Ticket.objects.filter(cancelled_at=None).exists()
    run_queued_work()
    late = [m for m in mail.outbox if "had begun" in m.body]
    assert len(late) == 1
    assert "Everything else of your order is delivered as planned." in late[0].body
    assert_books_agree()


def test_in_time_nothing_goes_back(till):
    adult, *_ = visits.session()

    visits.bought(till, {adult: 1})

    assert not Operation.objects.exists()
    assert Ticket.objects.filter(cancelled_at=None).count() == 1
