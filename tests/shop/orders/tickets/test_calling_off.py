"""A host calls a session off: everybody is refunded, once, whatever happens meanwhile."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db.models import Sum
from django_tasks_db.models import DBTaskResult

from shop.catalogue.stock.models import Pool
from shop.core.errors import NotPossible, OutOfStock
from shop.merchant.dashboard.dashboard import today
from shop.money.ledger.models import LedgerEntry
from shop.money.payments import call_off as payments_call_off
from shop.money.payments import refund as payments_refund
from shop.money.payments.call_off import call_off
from shop.money.payments.models import Operation
from shop.money.payments.operations import run_operations
from shop.orders.models import Order, Refund, Suborder
from shop.orders.ship import ship
from shop.orders.tickets import tasks
from shop.orders.tickets.models import Ticket
from tests import make
from tests.make import NOON
from tests.paying import assert_books_agree, begin, deliver
from tests.shop.money.payments.books import charged, refunded
from tests.shop.orders.tickets import visits
from tests.shop.orders.tickets.visits import FRIDAY, bought

pytestmark = pytest.mark.django_db
REASON, SOON = "Too much wind", NOON + timedelta(minutes=5)


def pool_of(seat) -> Pool:
    return Pool.objects.get(pk=seat.pool_id)


def off(seat, *, at=NOON):
    count = call_off(pool_of(seat), reason=REASON, at=at, by=visits.host_of(seat))
    work = DBTaskResult.objects.filter(task_path=payments_call_off.settle_called_off.module_path)
    payments_call_off.settle_called_off.func(*work.get().args_kwargs["args"])  # as the worker does
    work.delete()
    return count


def sums() -> dict[str, int]:
    rows = LedgerEntry.objects.values_list("account").annotate(sum=Sum("amount"))
    return {account: total for account, total in rows if total}


def test_calling_a_session_off_sends_all_its_money_back(till):
    adult, child, family = visits.session()
    bought(till, {adult: 2, child: 1})
    bought(till, {family: 1})

    count = off(adult)
    run_operations(at=SOON)
    deliver(till)

    assert count == 2
    assert sorted(refunded(till)) == [104_00, 128_00] == sorted(charged(till))
    assert [refund.amount for refund in Refund.objects.order_by("pk")] == [104_00, 128_00]
    assert Refund.objects.first().reason == REASON
    assert sums() == {}
    assert {part.state for part in Suborder.objects.all()} == {"cancelled"}
    assert set(Order.objects.values_list("state", flat=True)) == {"paid"}
    assert pool_of(adult).sold == 0
    assert not Ticket.objects.filter(cancelled_at=None).exists()
    assert_books_agree()


def test_what_else_was_bought_stays_bought(till):
    adult, *_ = visits.session()
    kettle = make.variant(20_00)
    order = bought(till, {adult: 1, kettle: 1})

    off(adult)
    run_operations(at=SOON)

    assert refunded(till) == [40_00]
    states = dict(order.suborders.values_list("merchant", "state"))
    assert states[kettle.product.merchant_id] == "waiting"
    assert sums() == {"provider": 20_00, "payable": -20_00}
    assert_books_agree()


def test_commission_and_what_the_organizer_gave_go_back_with_it(till):
    host = visits.merchant(commission_bp=1200)
    adult, *_ = visits.session(visits.experience(of=host))
    festival = make.festival()
    make.promotion(festival, kind="percent", value=10, organizer_share=100)
    make.deal(of=adult, during=festival, price=30_00)
    bought(till, {adult: 3})
    assert sums()["promotions"] == 9_00

    off(adult)
    run_operations(at=SOON)
    deliver(till)

    assert refunded(till) == charged(till) == [81_00]
    assert sums() == {}
    assert_books_agree()


def test_a_session_is_called_off_once(till):
    adult, *_ = visits.session()
    bought(till, {adult: 1})
    off(adult)

    with pytest.raises(NotPossible, match="already"):
        off(adult)
    payments_call_off.refund_what_is_left(at=NOON)
    payments_refund.refund_order(Order.objects.get().pk, at=NOON)
    run_operations(at=SOON)

    assert refunded(till) == [40_00]
    assert Operation.objects.count() == 1


def test_without_a_reason_nothing_happens(till):
    adult, *_ = visits.session()
    bought(till, {adult: 1})

    with pytest.raises(NotPossible, match="Say why"):
        call_off(pool_of(adult), reason=" ", at=NOON, by=make.user())

    adult.refresh_from_db()
    assert (adult.cancelled_at, Refund.objects.count()) == (None, 0)


def test_a_session_that_has_begun_is_not_called_off(till):
    adult, *_ = visits.session()

    with pytest.raises(NotPossible, match="begun"):
        off(adult, at=FRIDAY)


def test_nobody_can_book_it_any_more(till):
    adult, *_ = visits.session()
    who = make.cart({adult: 1})
    off(adult)

    with pytest.raises(OutOfStock, match="sold out"):
        begin(who)

    assert charged(till) == []


def test_an_order_that_is_being_paid_is_stopped(till):
    adult, *_ = visits.session()
    payment = begin(make.cart({adult: 1}))

    off(adult)

    payment.order.refresh_from_db()
    assert payment.order.state == "expired"
    assert (charged(till), pool_of(adult).held) == ([], 0)
    assert_books_agree()


def test_who_pays_in_the_same_second_is_refunded_when_the_money_arrives(till):
    adult, *_ = visits.session()
    payment = begin(make.cart({adult: 1}))
    till.pay(payment.session_id)

    # The provider says that it is paid: nothing can be stopped any more.
    assert off(adult) == 0
    deliver(till)
    run_operations(at=SOON)

    assert charged(till) == refunded(till) == [40_00]
    assert_books_agree()


def test_money_that_arrives_after_all_was_called_off_is_sent_back(till):
    adult, *_ = visits.session()
    payment = begin(make.cart({adult: 1}))
    till.fail_next(503, 503)

    off(adult)  # the provider is silent, so nobody knows whether it was paid
    payment.order.refresh_from_db()
    assert payment.order.state == "pending"
    till.pay(payment.session_id)
    deliver(till)
    run_operations(at=NOON + timedelta(minutes=1))

    assert charged(till) == refunded(till) == [40_00]
    assert Refund.objects.get().reason == REASON
    assert_books_agree()


def test_a_crash_after_the_seats_closed_is_made_good(till, monkeypatch):
    adult, *_ = visits.session()
    bought(till, {adult: 1})

    def die(*args, **facts):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(payments_call_off, "refund_order", die)
        with pytest.raises(KeyboardInterrupt):
            off(adult)
    assert not Refund.objects.exists()

    assert payments_call_off.refund_what_is_left(at=NOON) == 1
    assert payments_call_off.refund_what_is_left(at=NOON) == 0
    run_operations(at=SOON)
    assert refunded(till) == [40_00]
    assert Refund.objects.get().reason == REASON


def test_a_refund_that_fails_keeps_nobody_else_waiting(till, monkeypatch):
    adult, *_ = visits.session()
    broken, *others = (bought(till, {adult: 1}) for _ in range(3))
    step = payments_call_off.refund_order

    def refund_order(order_id, **facts):
        if order_id == broken.pk:
            raise RuntimeError
        return step(order_id, **facts)

    with monkeypatch.context() as patch:
        patch.setattr(payments_call_off, "refund_order", refund_order)
        assert off(adult) == 3
    assert {refund.order for refund in Refund.objects.all()} == set(others)

    assert payments_call_off.refund_what_is_left(at=NOON) == 1


def test_what_went_back_is_not_earned(client, till):
    host = visits.merchant(commission_bp=1000)
    walk = visits.experience(of=host)
    adult, *_ = visits.session(walk)
    later, *_ = visits.session(walk, starts=FRIDAY + timedelta(days=1))
    order = bought(till, {adult: 2, later: 1})
    assert today.sums(host, at=NOON)["earned"] == 108_00

    off(adult)

    assert today.sums(host, at=NOON)["earned"] == 36_00
    client.force_login(visits.host_of(adult))
    page = client.get(f"/merchant/orders/{order.suborders.get().pk}/").text
    assert "2 of 2 refunded" in page
    assert "−$72.00" in page
    assert '<dd class="total">$36.00</dd>' in page
    orders = client.get(f"/merchant/{host.slug}/orders/").text
    assert re.search(r'<td[^>]*class="n"[^>]*>\$36\.00</td>', orders)


def test_guests_are_no_parcel(client, till):
    adult, *_ = visits.session()
    order = bought(till, {adult: 1})
    host, by = adult.product.merchant, visits.host_of(adult)
    client.force_login(by)

    with pytest.raises(NotPossible, match="guests come to you"):
        ship(order.suborders.get(), carrier="DHL", tracking_number="", at=NOON, by=by)

    assert today.sums(host, at=NOON)["waiting"] == 0
    waiting = client.get(f"/merchant/{host.slug}/orders/?state=waiting").text
    assert order.number not in waiting
    sheet = client.get(f"/merchant/{host.slug}/orders/packing.csv")
    assert order.number not in b"".join(sheet).decode()
    page = client.get(f"/merchant/orders/{order.suborders.get().pk}/").text
    assert "Mark as sent" not in page
    assert "nothing to send" in page


def test_the_guest_is_told_why_and_what_goes_back(till):
    adult, *_ = visits.session()
    order = bought(till, {adult: 2})
    off(adult)
    refund = Refund.objects.get()

    tasks.send_one_cancelled.call(refund.pk, adult.pool_id)

    (message,) = mail.outbox
    assert message.to == [order.contact.email]
    assert "Dyeing on Friday, 21 May 2027 will not take place" in message.subject
    assert "The reason: Too much wind" in message.body
    assert "$80.00 goes back to you" in message.body


def test_the_host_calls_it_off_on_the_desk_and_a_stranger_does_not(client, till):
    adult, *_ = visits.session()
    bought(till, {adult: 1})
    where = f"/merchant/{adult.product.merchant.slug}/sessions/{adult.pool_id}/stop/"
    client.force_login(make.member(visits.merchant()))
    assert client.post(where, {"reason": REASON}).status_code == 404
    assert not Refund.objects.exists()

    client.force_login(visits.host_of(adult))
    assert "1 booking is cancelled" in client.get(where).text
    answer = client.post(where, {"reason": REASON}, follow=True)

    assert "1 order is refunded" in answer.text
    assert "Called off" in answer.text
