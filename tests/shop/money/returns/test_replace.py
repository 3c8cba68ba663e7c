"""Goods that are sent once more: what it does to stock, earnings, requests and refunds."""

from datetime import timedelta

import pytest
from django.core import mail

from shop.catalogue.stock.models import Pool, StockMove
from shop.core.errors import NotPossible, StaleState
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.fraud import refund_now
from shop.money.payments.disputes.models import Dispute
from shop.money.payments.proposals import drop
from shop.money.payments.refund import refund_parts
from shop.money.returns.answer import agree, appeal, refuse
from shop.money.returns.ask import ask, note_sent
from shop.money.returns.replace import (
    answer_by,
    came,
    cancel,
    left_to_replace,
    send,
    send_again,
    take_as_there,
)
from shop.money.returns.rules import kinds_of, lines_left, return_until
from shop.money.settlements.claims import released
from shop.orders.after_sale.arrive import AFTER_DELIVERY, arrived, take_as_arrived
from shop.orders.models import Replacement
from shop.orders.reconcile import differences
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.paying import assert_books_agree, deliver
from tests.queue import run_queued_work
from tests.shop.money.returns.sold import DAY, paid, sent, wish

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=365)


@pytest.fixture
def order(till):
    make.delivery(3_00)
    found = paid(till, {make.variant(20_00, on_hand=5): 3})
    sent(found)
    return found


@pytest.fixture
def part(order):
    return order.suborders.select_related("merchant").get()


@pytest.fixture
def store(part):
    return make.member(part.merchant)


def again(part, count=1, *, at=NOON + DAY, by=None):
    units = {part.lines.get().pk: count}
    return send_again(part.pk, units, reason="It came broken", at=at, by=by or make.user())


def leave(replacement, *, at=NOON + 2 * DAY, **facts):
    send(replacement.pk, carrier="EMS", tracking_number="EE1", at=at, by=make.user(), **facts)
    replacement.refresh_from_db()


def stock_now():
    pool = Pool.objects.get()
    return pool.on_hand, pool.held, pool.sold


def asked(order, kind="return", reason="broken", at=NOON + DAY, count=1):
    return ask(order.pk, order.suborders.get().pk, kind, wish(order, count, reason), at=at)


def fresh(row):
    row.refresh_from_db()
    return row


def test_it_takes_its_units_from_the_stock_and_is_sent_without_money(order, part, store):
    made = again(part, by=store)

    assert stock_now() == (2, 0, 1)
    assert made.ship_by > NOON.date()
    assert not differences()
    leave(made)

    assert (made.state, made.contact, made.carrier) == ("shipped", order.contact, "EMS")
    assert stock_now() == (1, 0, 0)
    assert StockMove.objects.latest("pk").kind == "ship"
    assert not order.refunds.exists()
    assert not differences()
    assert_books_agree()


def test_shopper_and_store_are_told_in_their_words(order, part, store):
    mail.outbox.clear()
    made = again(part, by=store)
    leave(made)
    run_queued_work()

    subjects = [message.subject for message in mail.outbox]
    assert any("sends you a replacement" in subject for subject in subjects)
    assert any("has sent your replacement" in subject for subject in subjects)
    assert sum("Replacement to send" in subject for subject in subjects) == 2  # who sent, and this
    assert any("EE1" in message.body for message in mail.outbox)


def test_without_stock_it_is_refused_and_nothing_changes(order, part):
    Pool.objects.update(on_hand=0)

    with pytest.raises(NotPossible, match="Send the money back"):
        again(part)

    assert not Replacement.objects.exists()
    assert stock_now() == (0, 0, 0)


def test_units_that_wait_for_a_deal_are_not_given_away(order, part):
    variant = part.lines.get().variant
    make.deal(
        of=variant,
        during=make.festival(starts_at=NOON, ends_at=NOON + 9 * DAY),
        price=15_00,
        allotment=2,
    )

    with pytest.raises(NotPossible, match="Too few are left"):
        again(part)


@pytest.mark.parametrize("count", [4, 0, -1])
def test_more_than_was_bought_is_refused(order, part, count):
    Pool.objects.update(on_hand=9)

    with pytest.raises(NotPossible):
        again(part, count)

    assert not Replacement.objects.exists()


def test_what_is_being_replaced_is_not_replaced_again_nor_asked_back(order, part):
    Pool.objects.update(on_hand=9)
    again(part, 2)

    assert list(left_to_replace(part).values()) == [1]
    assert [row.units for row in lines_left(part, "return", at=NOON + DAY)] == [1]
    with pytest.raises(NotPossible, match="Fewer"):
        again(part, 2)


def test_a_parcel_that_has_not_left_has_nothing_to_replace(till):
    make.delivery(3_00)
    unsent = paid(till, {make.variant(20_00, on_hand=5): 3}).suborders.get()

    with pytest.raises(NotPossible):
        again(unsent)


def test_units_that_wait_to_be_sent_again_are_not_paid_back(order, part):
    again(part, 2)
    line = part.lines.get()

    with pytest.raises(NotPossible, match="Cancel that first"):
        refund_parts(order, {line: 2}, cause="goodwill", at=NOON + 2 * DAY)

    assert not order.refunds.exists()
    refund_parts(order, {line: 1}, cause="goodwill", at=NOON + 2 * DAY)


def test_a_unit_that_was_replaced_can_be_paid_back_once(order, part):
    made = again(part, 2)
    leave(made)
    came(made.pk, "shopper", at=NOON + 5 * DAY)
    line = part.lines.get()

    refund_parts(order, {line: 3}, cause="return", at=NOON + 6 * DAY)

    with pytest.raises(NotPossible):
        refund_parts(order, {line: 1}, cause="return", at=NOON + 6 * DAY)
    assert_books_agree()


def test_cancelled_before_it_leaves_its_units_are_free_again(order, part, store):
    made = again(part, by=store)

    cancel(made.pk, reason="The last one is broken, too", at=NOON + 2 * DAY, by=store)

    assert fresh(made).state == "cancelled"
    assert stock_now() == (2, 0, 0)
    assert not differences()
    with pytest.raises(NotPossible, match="has left, or was cancelled"):
        leave(made)
    with pytest.raises(NotPossible, match="has left, or was cancelled"):
        cancel(made.pk, reason="Twice", at=NOON + 2 * DAY, by=store)
    assert stock_now() == (2, 0, 0)


def test_one_that_left_is_not_cancelled(order, part, store):
    made = again(part, by=store)
    leave(made)

    with pytest.raises(NotPossible, match="has left"):
        cancel(made.pk, reason="Too late", at=NOON + 3 * DAY, by=store)

    assert stock_now() == (1, 0, 0)


def test_a_mended_address_is_noticed_before_it_leaves(order, part):
    made = again(part)

    with pytest.raises(StaleState):
        leave(made, seen=order.contact_id + 1)

    assert fresh(made).state == "waiting"


def test_the_earnings_wait_until_it_is_there(order, part):
    arrived(part.pk, "shopper", at=NOON + DAY)
    made = again(part)
    merchant = part.merchant
    assert not released(merchant, cut_off=NOON + YEAR, at=NOON + YEAR)

    leave(made)
    assert not released(merchant, cut_off=NOON + YEAR, at=NOON + YEAR)
    came(made.pk, "carrier", at=NOON + 9 * DAY)

    assert fresh(part).release_at == NOON + 9 * DAY + AFTER_DELIVERY
    assert released(merchant, cut_off=NOON + YEAR, at=NOON + YEAR).get() == part
    assert not released(merchant, cut_off=NOON + 20 * DAY, at=NOON + 20 * DAY)


def test_a_parcel_that_was_lost_counts_as_delivered_with_its_replacement(order, part):
    made = again(part, 3) if Pool.objects.update(on_hand=9) else None
    leave(made)
    take_as_arrived(at=NOON + 90 * DAY)
    assert fresh(part).state == "shipped"

    came(made.pk, "staff", at=NOON + 9 * DAY, by=make.user(), reason="She called")

    assert (fresh(part).state, part.delivered_how) == ("delivered", "staff")
    assert part.release_at == NOON + 9 * DAY + AFTER_DELIVERY


def test_nobody_says_whether_it_is_there_and_it_counts_as_delivered(order, part):
    made = again(part)
    leave(made)
    take_as_there(at=NOON + 10 * DAY)
    assert fresh(made).state == "shipped"

    assert take_as_there(at=NOON + 90 * DAY) == 1
    assert take_as_there(at=NOON + 90 * DAY) == 0

    assert (fresh(made).state, made.delivered_how) == ("delivered", "lapse")


def test_the_time_to_return_begins_anew(order, part):
    arrived(part.pk, "shopper", at=NOON + DAY)
    made = again(part)
    leave(made)
    came(made.pk, "shopper", at=NOON + 20 * DAY)

    late = NOON + 20 * DAY + timedelta(days=10)
    assert return_until(fresh(part)) > late
    assert kinds_of(part, at=late) == ("return",)


def test_a_request_is_answered_by_it(order, part, store):
    request = asked(order)

    made = answer_by(request.pk, answer="A new one comes", at=NOON + 2 * DAY, by=store)

    assert (fresh(request).state, request.replacement) == ("replaced", made)
    assert request.closed_at == NOON + 2 * DAY
    assert [row.quantity for row in made.lines.all()] == [1]
    assert not order.refunds.exists()
    with pytest.raises(NotPossible, match="decided meanwhile"):
        answer_by(request.pk, answer="Twice", at=NOON + 2 * DAY, by=store)
    assert stock_now() == (2, 0, 1)


def test_what_came_back_is_answered_by_it_too(order, part, store):
    request = asked(order)
    agree(request.pk, answer="Box 7", at=NOON + 2 * DAY, by=store)
    note_sent(request.pk, carrier="EMS", tracking_number="1", at=NOON + 3 * DAY)

    answer_by(request.pk, answer="The right one comes", at=NOON + 9 * DAY, by=store)

    assert fresh(request).received_at == NOON + 9 * DAY
    assert request.state == "replaced"


def test_a_cancelled_one_lets_its_request_be_answered_anew(order, part, store):
    request = asked(order)
    made = answer_by(request.pk, answer="A new one comes", at=NOON + 2 * DAY, by=store)

    cancel(made.pk, reason="None is left", at=NOON + 3 * DAY, by=store)

    assert (fresh(request).state, request.replacement) == ("asked", None)
    assert request.answer_by > NOON + 3 * DAY
    assert request.closed_at is None
    assert not released(part.merchant, cut_off=NOON + YEAR, at=NOON + YEAR)


def test_an_organizers_one_goes_back_to_the_desk_when_it_is_cancelled(order, part, store):
    request = asked(order)
    refuse(request.pk, answer="No", at=NOON + 2 * DAY, by=store)
    appeal(request.pk, at=NOON + 3 * DAY)
    made = answer_by(request.pk, answer="A new one comes", at=NOON + 4 * DAY, by=make.user())
    assert not MoneyTask.objects.filter(state="open").exists()

    cancel(made.pk, reason="None is left", at=NOON + 5 * DAY, by=store)

    assert fresh(request).state == "appealed"
    assert MoneyTask.objects.get(kind="return", state="open").order == order


def test_nothing_more_is_given_while_a_bank_asks_for_the_money(order, part, till):
    made = again(part)
    till.dispute(order.payments.get().charge_id)
    deliver(till)
    assert Dispute.objects.get().is_live

    with pytest.raises(NotPossible, match="in question"):
        again(part)
    with pytest.raises(NotPossible, match="in question"):
        leave(made)

    assert fresh(made).state == "waiting"


def test_nothing_more_is_given_until_a_fraud_warning_is_decided(order, part, till, settings):
    settings.ALONE_UP_TO = 20_00
    till.warn_of_fraud(order.payments.get().charge_id)
    deliver(till)
    with pytest.raises(NotPossible, match="in question"):
        again(part)

    warning = MoneyTask.objects.get(kind="fraud_warning")
    refund_now(warning, reason="Not their card", at=NOON, by=organizer())
    with pytest.raises(NotPossible, match="in question"):
        again(part)

    asked_for = MoneyTask.objects.get(kind="refund_check")
    drop(asked_for, reason="They called", at=NOON, by=make.user())
    assert again(part).state == "waiting"
    assert Replacement.objects.count() == 1


def test_a_replacement_that_waits_does_not_leave_while_fraud_is_suspected(order, part, till):
    made = again(part)
    till.warn_of_fraud(order.payments.get().charge_id)
    deliver(till)

    with pytest.raises(NotPossible, match="in question"):
        leave(made)

    assert fresh(made).state == "waiting"
