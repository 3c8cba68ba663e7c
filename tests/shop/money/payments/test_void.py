"""Case 59: a wrong price ends at once; nothing of a paid order changes by itself."""

import pytest

from shop.core.errors import NotPossible
from shop.core.jobs.models import FailedJob
from shop.festivals.models import ChangeLog, Deal, PriceSpan, WrongPrice
from shop.money.ledger.balances import unbalanced
from shop.money.ledger.models import LedgerEntry
from shop.money.payments import cancel
from shop.money.payments.operations import run_operations
from shop.money.payments.void import decide, end_open_ones, void_price
from shop.orders.cart.pricing import price_cart
from shop.orders.models import Order, Refund, SaleDecision
from shop.orders.place import place_order
from tests import make
from tests.make import END, NOON, START
from tests.paying import assert_books_agree, begin, deliver
from tests.queue import run_queued_work
from tests.shop.money.payments.books import charged, refunded, sessions
from tests.stepping import Beside, lock_row, open_transaction

pytestmark = pytest.mark.django_db
REASON = "The price lost a zero"


@pytest.fixture
def kettle(till):
    make.delivery(4_00)
    return make.variant(20_00, on_hand=50)


@pytest.fixture
def wrong(kettle):
    return make.deal(kettle, during=make.festival(), price=1_50, allotment=20)


def void(deal, *, at=NOON, reason=REASON):
    found = void_price(deal, reason=reason, at=at)
    end_open_ones(at=at, deal_id=deal.pk)  # as the worker does
    return found


def bought(till, kettle, count=1):
    payment = begin(make.cart({kettle: count}))
    till.pay(payment.session_id)
    deliver(till)
    return Order.objects.latest("pk")


def test_case_59_a_void_price_ends_at_once_open_sessions_expire_paid_orders_wait(
    till, kettle, wrong
):
    paid = bought(till, kettle, 2)
    open_one = begin(make.cart({kettle: 3})).order
    before = list(paid.lines.values())

    found = void(wrong)

    assert found.open_orders == 1
    assert price_cart(make.cart({kettle: 1}), at=NOON).quote.goods == 20_00
    assert [s["status"] for s in sessions(till)] == ["complete", "expired"]
    open_one.refresh_from_db()
    assert open_one.state == Order.State.EXPIRED
    paid.refresh_from_db()
    assert (paid.state, list(paid.lines.values())) == (Order.State.PAID, before)
    assert refunded(till) == []
    wrong.refresh_from_db()
    assert (wrong.held, wrong.sold, wrong.state) == (0, 2, Deal.State.VOID)
    assert WrongPrice.objects.get().reason == ChangeLog.objects.get(action="void").reason == REASON
    assert_books_agree()


def test_what_was_public_stays_in_the_history(kettle, wrong):
    void(wrong)

    spans = PriceSpan.objects.filter(variant=kettle).order_by("starts_at")
    assert [(s.starts_at, s.price) for s in spans][-2:] == [(START, 1_50), (NOON, 20_00)]


def test_a_price_that_was_found_before_its_start_never_was(kettle, wrong):
    void(wrong, at=START.replace(day=9))

    assert set(PriceSpan.objects.filter(variant=kettle).values_list("price", flat=True)) == {20_00}


def test_the_product_can_be_nominated_again_and_its_fence_is_gone(kettle, wrong):
    void(wrong)

    wrong.nomination.refresh_from_db()
    assert wrong.nomination.state == "withdrawn"
    assert price_cart(make.cart({kettle: 50}), at=NOON).quote.missing == {}


def test_an_order_placed_in_the_same_second_is_ended_by_the_beat(till, kettle, wrong):
    # It read the price before it was void, and was committed after the others were ended.
    who = make.cart({kettle: 1})
    agreed = make.agreed(who)
    void(wrong)
    Deal.objects.filter(pk=wrong.pk).update(state="approved", effective_to=END)
    place_order(who, agreed=agreed, at=NOON)
    Deal.objects.filter(pk=wrong.pk).update(state="void", effective_to=NOON)

    assert end_open_ones(at=NOON) == 1

    assert Order.objects.get().state == Order.State.EXPIRED
    assert end_open_ones(at=NOON) == 0


def test_a_session_that_cannot_be_closed_keeps_no_other_open(till, kettle, wrong, monkeypatch):
    orders = [begin(make.cart({kettle: 1})).order for _number in range(2)]
    step = cancel.end_unpaid

    def end_unpaid(order, **facts):
        if order == orders[0]:
            raise ConnectionError
        return step(order, **facts)

    with monkeypatch.context() as patch:
        patch.setattr(cancel, "end_unpaid", end_unpaid)
        assert void(wrong).open_orders == 2

    assert Order.objects.filter(state="expired").count() == 1
    assert FailedJob.objects.get().key == str(orders[0].pk)
    assert end_open_ones(at=NOON) == 1


def test_a_price_that_is_kept_is_told_to_the_shopper(till, kettle, wrong, mailoutbox):
    order = bought(till, kettle, 2)
    void(wrong)
    run_queued_work()
    mailoutbox.clear()

    decide(order.lines.get(), "honoured", at=NOON)
    run_queued_work()

    (mail,) = mailoutbox
    assert "you keep the price that you paid" in mail.body
    assert "$1.50" in mail.body
    assert "$20.00" in mail.body
    assert refunded(till) == []


def test_units_that_are_sent_back_take_the_delivery_along(till, kettle, wrong, mailoutbox):
    order = bought(till, kettle, 2)
    void(wrong)
    run_queued_work()
    mailoutbox.clear()

    decide(order.lines.get(), "refunded", at=NOON)
    run_operations(at=NOON)
    deliver(till)
    run_queued_work()

    assert charged(till) == refunded(till) == [7_00]
    refund = Refund.objects.get()
    assert (refund.cause, refund.reason, refund.amount) == ("wrong_price", REASON, 7_00)
    assert refund.parcels.get().paid == 4_00
    assert not sum(LedgerEntry.objects.values_list("amount", flat=True))
    assert list(unbalanced()) == []
    payable = LedgerEntry.objects.filter(account="payable").values_list("amount", flat=True)
    assert sum(payable) == 0
    (mail,) = mailoutbox
    assert "goes back to you by itself" in mail.body
    assert REASON in mail.body
    assert_books_agree()


def test_what_else_was_in_the_parcel_keeps_its_delivery(till, kettle, wrong):
    pot = make.variant(10_00, of=make.product(of=kettle.product.merchant))
    payment = begin(make.cart({kettle: 1, pot: 1}))
    till.pay(payment.session_id)
    deliver(till)
    void(wrong)

    decide(Order.objects.get().lines.get(variant=kettle), "refunded", at=NOON)
    run_operations(at=NOON)

    assert (charged(till), refunded(till)) == ([15_50], [1_50])
    assert_books_agree()


def test_each_line_is_decided_once(till, kettle, wrong):
    line = bought(till, kettle).lines.get()
    void(wrong)
    decide(line, "honoured", at=NOON)

    with pytest.raises(NotPossible, match="decided already"):
        decide(line, "refunded", at=NOON)
    assert SaleDecision.objects.get().outcome == "honoured"
    assert refunded(till) == []


def test_only_what_was_sold_at_a_wrong_price_is_decided(till, kettle, wrong):
    line = bought(till, kettle).lines.get()

    with pytest.raises(NotPossible, match="wait for a decision"):
        decide(line, "refunded", at=NOON)


def test_what_has_left_is_kept_at_its_price(till, kettle, wrong):
    order = bought(till, kettle)
    void(wrong)
    order.suborders.update(state="shipped")

    with pytest.raises(NotPossible, match="parcel has left"):
        decide(order.lines.get(), "refunded", at=NOON)
    assert not SaleDecision.objects.exists()
    assert not Refund.objects.exists()


def test_a_price_is_voided_once_and_with_a_reason(kettle, wrong):
    with pytest.raises(NotPossible, match="Say why"):
        void(wrong, reason=" ")
    void(wrong)
    with pytest.raises(NotPossible, match="has not ended"):
        void(wrong)


@pytest.mark.django_db(transaction=True)
def test_a_parcel_that_leaves_at_that_moment_is_not_refunded(till):
    make.delivery(4_00)
    kettle = make.variant(20_00, on_hand=50)
    wrong = make.deal(kettle, during=make.festival(), price=1_50, allotment=20)
    order = bought(till, kettle)
    void(wrong)
    part = order.suborders.get()

    with open_transaction(lambda: (lock_row(part), part.move_to("shipped"))):
        beside = Beside(lambda: decide(order.lines.get(), "refunded", at=NOON))
        assert beside.waits()

    assert isinstance(beside.result(), NotPossible)
    assert not Refund.objects.exists()
