"""What a shopper asks for after paying, and what is refused."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils.timezone import make_aware

from shop.catalogue.models import Category
from shop.catalogue.returns import RETURN_DAYS
from shop.catalogue.stock.models import Pool
from shop.core.errors import NotPossible
from shop.money.ledger.balances import balance, owed_to
from shop.money.payments.models import Operation
from shop.money.payments.operations import run_operations
from shop.money.returns.ask import LATE, ask, foreseen, note_sent, take_back
from shop.money.returns.models import ReturnRequest
from shop.money.returns.rules import kinds_of, return_until
from shop.orders.after_sale.arrive import LAPSE
from shop.orders.models import Refund, Suborder
from tests import make
from tests.crowd import at_once
from tests.make import NOON
from tests.paying import assert_books_agree
from tests.shop.money.payments.books import refunded
from tests.shop.money.returns.sold import DAY, paid, sent, wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def kettle(db):
    return make.variant(20_00, on_hand=5)


def asked(order, kind, wishes, *, at=NOON):
    return ask(order.pk, order.suborders.get().pk, kind, wishes, at=at)


def test_what_was_not_sent_is_cancelled_at_once_with_its_delivery(till, kettle):
    make.delivery(3_00)
    order = paid(till, {kettle: 2})

    request = asked(order, "cancel", wish(order, 2, "mind"))
    run_operations(at=NOON)

    assert (request.state, request.refund.cause, request.refund.amount) == (
        "refunded", "cancelled", 43_00)  # fmt: skip
    assert order.suborders.get().state == "cancelled"
    assert refunded(till) == [43_00]
    assert Pool.objects.get().free == 5
    assert_books_agree()


def test_cancelled_long_after_it_had_to_leave_it_is_the_stores_fault(till, kettle):
    order = paid(till, {kettle: 1})
    part = order.suborders.get()
    late = make_aware(datetime.combine(part.ship_by, time())) + LATE

    request = asked(order, "cancel", wish(order, 1, "mind"), at=late)

    assert request.refund.cause == "cannot_deliver"


def test_one_of_two_is_cancelled_and_the_other_is_sent(till, kettle):
    order = paid(till, {kettle: 2})

    asked(order, "cancel", wish(order, 1, "mind"))
    sent(order)

    pool = Pool.objects.get()
    assert (pool.on_hand, pool.sold, Refund.objects.get().amount) == (4, 0, 20_00)
    assert_books_agree()


def test_a_second_press_finds_nothing_left_to_cancel(till, kettle):
    order = paid(till, {kettle: 2})
    asked(order, "cancel", wish(order, 2, "mind"))

    with pytest.raises(NotPossible, match="any more"):
        asked(order, "cancel", wish(order, 2, "mind"))

    assert Refund.objects.count() == Operation.objects.count() == 1


def test_a_sent_parcel_is_not_cancelled(till, kettle):
    order = paid(till, {kettle: 1})
    sent(order)

    with pytest.raises(NotPossible, match="any more"):
        asked(order, "cancel", wish(order, 1, "mind"))

    assert not ReturnRequest.objects.exists()


def test_more_than_is_left_is_refused_also_of_what_was_asked_before(till, kettle):
    order = paid(till, {kettle: 3})
    sent(order)
    asked(order, "return", wish(order, 2, "broken"), at=NOON + DAY)

    with pytest.raises(NotPossible, match="at most 1"):
        asked(order, "return", wish(order, 2, "broken"), at=NOON + DAY)

    assert ReturnRequest.objects.count() == 1


def test_a_return_can_be_asked_until_its_days_are_over(till, kettle):
    order = paid(till, {kettle: 3})
    sent(order)
    last = NOON + DAY + timedelta(days=RETURN_DAYS)
    asked(order, "return", wish(order, 1, "mind"), at=NOON + DAY)

    asked(order, "return", wish(order, 1, "mind"), at=last)
    with pytest.raises(NotPossible, match="any more"):
        asked(order, "return", wish(order, 1, "mind"), at=last + timedelta(seconds=1))

    assert ReturnRequest.objects.count() == 2


def test_who_asks_to_return_what_was_not_said_to_have_arrived_says_so(till, kettle):
    order = paid(till, {kettle: 1})
    sent(order)

    asked(order, "return", wish(order, 1, "mind"), at=NOON + DAY)

    part = order.suborders.get()
    assert (part.state, part.delivered_how, part.delivered_at) == (
        "delivered", "shopper", NOON + DAY)  # fmt: skip
    assert part.release_at == NOON + 15 * DAY


def test_goods_of_a_kind_that_never_comes_back_do_so_only_when_they_are_faulty(till, kettle):
    Category.objects.update(returns="faulty")
    order = paid(till, {kettle: 2})
    sent(order)

    with pytest.raises(NotPossible, match="why it goes back"):
        asked(order, "return", wish(order, 1, "mind"))
    request = asked(order, "return", wish(order, 1, "broken"))

    assert (request.state, request.carriage) == ("asked", "store")


@pytest.mark.parametrize("days", [0, 9])
def test_a_parcel_is_missing_once_its_last_day_is_over(till, kettle, days):
    order = paid(till, {kettle: 1})
    part = sent(order)
    at = NOON + days * DAY
    is_over = at.date() > part.arrives_to

    if not is_over:
        with pytest.raises(NotPossible, match="any more"):
            asked(order, "missing", wish(order, 1, "missing"), at=at)
    else:
        assert asked(order, "missing", wish(order, 1, "missing"), at=at).state == "asked"


def test_of_nothing_nothing_is_asked(till, kettle):
    order = paid(till, {kettle: 1})

    with pytest.raises(NotPossible, match="Choose what"):
        asked(order, "cancel", {})
    with pytest.raises(NotPossible, match="Choose what"):
        asked(order, "cancel", {0: wish(order, 1, "mind")[order.lines.get().pk]})

    assert not ReturnRequest.objects.exists()


def test_the_sum_is_foreseen_to_the_cent_with_the_stores_part_of_the_delivery(till, kettle):
    make.delivery(3_00)
    order = paid(till, {kettle: 3})
    part = sent(order)

    own = foreseen(part, wish(order, 1, "mind"))
    fault = foreseen(part, wish(order, 1, "broken"))
    every = foreseen(part, wish(order, 3, "mind"))

    assert [(row.total, row.delivery) for row in (own, fault, every)] == [
        (20_00, 0), (21_00, 1_00), (63_00, 3_00)]  # fmt: skip


def test_a_request_is_taken_back_until_the_store_has_the_goods(till, kettle):
    order = paid(till, {kettle: 2})
    sent(order)
    request = asked(order, "return", wish(order, 1, "mind"))

    take_back(request.pk, at=NOON)
    request.refresh_from_db()

    assert request.state == "lapsed"
    with pytest.raises(NotPossible, match="decided already"):
        take_back(request.pk, at=NOON)


def test_nothing_is_sent_back_before_the_store_has_agreed(till, kettle):
    order = paid(till, {kettle: 1})
    sent(order)
    request = asked(order, "return", wish(order, 1, "mind"))

    with pytest.raises(NotPossible, match="Nothing waits"):
        note_sent(request.pk, carrier="DHL", tracking_number="1", at=NOON)


def test_a_date_is_cancelled_until_two_days_before(till):
    experience = make.product(kind="experience", of=make.merchant(kind="experiences"))
    start = NOON + 3 * DAY
    seat = make.variant(of=experience, session_start=start, session_zone="UTC", on_hand=8)
    order = paid(till, {seat: 3})

    asked(order, "cancel", wish(order, 1, "mind"), at=start - 2 * DAY)
    with pytest.raises(NotPossible, match="48 hours"):
        asked(order, "cancel", wish(order, 1, "mind"), at=start - 2 * DAY + timedelta(seconds=1))

    line = order.lines.get()
    assert line.tickets.filter(cancelled_at=None).count() == 2
    assert_books_agree()


def test_cancelling_lowers_what_the_store_is_owed(till):
    kettle = make.variant(20_00, of=make.product(of=make.merchant(commission_bp=1_000)))
    order = paid(till, {kettle: 2})
    merchant = order.suborders.get().merchant
    before = owed_to(merchant, "USD")

    asked(order, "cancel", wish(order, 1, "mind"))

    assert (before, owed_to(merchant, "USD")) == (36_00, 18_00)
    assert balance("refunds_due", "USD") == -20_00


@pytest.mark.django_db(transaction=True)
def test_of_two_presses_at_once_one_cancels(till):
    kettle = make.variant(20_00, on_hand=5)
    order = paid(till, {kettle: 2})
    wishes = wish(order, 2, "mind")

    def press():
        return asked(order, "cancel", wishes)

    outcomes = at_once([press, press])

    assert Refund.objects.count() == 1
    assert sum(isinstance(row, ReturnRequest) for row in outcomes) == 1


@pytest.mark.parametrize("state", ["shipped", "delivered"])
def test_a_parcel_of_which_nobody_said_when_it_arrived_can_be_returned_for_a_bounded_time(state):
    last = NOON.date()
    part = Suborder(state=state, service="letter", arrives_to=last, paid_at=NOON - 20 * DAY)
    until = return_until(part)

    assert until == datetime.combine(last, time(), UTC) + DAY + LAPSE + RETURN_DAYS * DAY
    assert "return" in kinds_of(part, at=until)
    assert kinds_of(part, at=until + timedelta(minutes=1)) == ()
    part.arrives_to = None
    paid_on = datetime.combine(part.paid_at.date(), time(), UTC)
    assert return_until(part) == paid_on + DAY + LAPSE + RETURN_DAYS * DAY
