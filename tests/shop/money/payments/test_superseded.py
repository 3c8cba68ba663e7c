"""A replaced payment page is left alone only when the provider has said that it is closed."""

from datetime import timedelta

import pytest

from shop.catalogue.stock.models import Pool
from shop.core.errors import NotPossible
from shop.money.payments.apply import apply_session
from shop.money.payments.cancel import cancel_pending
from shop.money.payments.models import Payment
from shop.money.payments.open_session import open_session
from shop.money.payments.sweep import check_unsettled, expire_overdue
from shop.orders.cart.models import CartLine
from shop.orders.models import Order
from tests import make
from tests.make import NOON
from tests.paying import assert_books_agree, begin, deliver, press_pay, set_clocks, the_order
from tests.shop.money.payments.books import charged, sessions
from tools.sandbox.errors import NotPayable

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)
TOO_LATE = NOON + timedelta(minutes=32)
SILENT = "The payment page cannot be reached at the moment. Try again in a few seconds."
AT_THE_BANK = "We are waiting for your bank. You can close this page, we will email you."


@pytest.fixture
def who(till):
    """Give a shopper who pressed Pay and changed the cart afterwards."""
    found = make.cart({make.variant(20_00, on_hand=2): 1})
    begin(found)
    make.cart({make.variant(5_00): 1}, of=found)
    return found


def close_in_vain(till, who):
    """Press Pay with the changed cart while the provider takes no order to close the old page."""
    till.fail_next(503, 503, on="POST /v1/checkout/sessions/cs_")
    with pytest.raises(NotPossible, match=SILENT):
        press_pay(who, at=LATER)


def open_pages(till):
    return [session["id"] for session in sessions(till) if session["status"] == "open"]


def test_a_page_that_could_not_be_closed_is_closed_at_the_next_click(till, who):
    close_in_vain(till, who)
    old = Payment.objects.get()
    assert old.state == "superseded"
    assert open_pages(till) == [old.session_id]

    new = begin(who, at=LATER)

    assert open_pages(till) == [new.session_id]
    with pytest.raises(NotPayable):
        till.pay(old.session_id)
    till.pay(new.session_id)
    deliver(till)
    assert charged(till) == [25_00]
    assert_books_agree()


def test_the_first_cart_again_does_not_leave_two_pages_to_pay(till, who):
    """The order is the same as before, so it is not placed anew; its old page is still open."""
    close_in_vain(till, who)
    CartLine.objects.order_by("pk").last().delete()

    new = begin(who, at=LATER)

    assert Payment.objects.count() == 2
    assert new.state == "open"
    assert open_pages(till) == [new.session_id]


def test_money_paid_on_a_page_that_could_not_be_closed_pays_its_order(till, who):
    close_in_vain(till, who)
    old = Payment.objects.get()

    till.pay(old.session_id)
    step = press_pay(who, at=LATER)

    assert step.order == old.order
    assert step.payment_url == ""
    assert the_order().is_paid
    assert charged(till) == [20_00]
    assert_books_agree()


def test_a_page_that_the_provider_will_not_close_is_not_taken_for_closed(till, who):
    """A key that may read sessions and not write them is refused, and the page stays open."""
    till.fail_next(403, on="POST /v1/checkout/sessions/cs_")

    with pytest.raises(NotPossible, match=SILENT):
        press_pay(who, at=LATER)

    assert open_pages(till) == [Payment.objects.get().session_id]


def test_an_answer_that_is_lost_after_the_page_was_paid_is_no_error_of_ours(till, who):
    till.pay(Payment.objects.get().session_id)
    till.fail_next(503, 503, on="GET /v1/checkout/sessions/cs_")
    till.fail_next(400, on="POST /v1/checkout/sessions/cs_")

    with pytest.raises(NotPossible, match=SILENT):
        press_pay(who, at=LATER)

    assert press_pay(who, at=LATER).payment_url == ""
    assert the_order().is_paid


def test_an_open_replaced_page_keeps_its_order_from_running_out_unseen(till, who):
    """Goods that somebody can still pay for are not given to others."""
    close_in_vain(till, who)
    set_clocks(till, TOO_LATE)
    till.fail_next(503, 503)

    expire_overdue(at=TOO_LATE)

    assert the_order().is_pending
    assert Pool.objects.order_by("pk").first().held == 1
    expire_overdue(at=TOO_LATE)
    assert the_order().state == "expired"
    assert open_pages(till) == []
    assert_books_agree()


def test_stopping_an_order_closes_the_replaced_page_too(till, who):
    close_in_vain(till, who)

    cancel_pending(the_order(), at=LATER)

    assert the_order().state == "expired"
    assert open_pages(till) == []


def test_an_answer_that_comes_late_brings_no_closed_page_back(till, who):
    """One tab waits for its page while another one replaces it."""
    slow = Payment.objects.get()
    slow.session_id, slow.session_url = None, ""
    new = begin(who, at=LATER)

    late = open_session(slow, at=LATER)

    assert (late.state, late.session_url) == ("superseded", "")
    assert list(Payment.objects.payable()) == [new]


def test_a_page_that_ran_out_is_no_longer_waited_for(till, who):
    close_in_vain(till, who)
    old = Payment.objects.get()
    set_clocks(till, NOON + timedelta(hours=1))

    apply_session(old.session_id, at=NOON + timedelta(hours=1))

    old.refresh_from_db()
    assert (old.state, old.session_url, old.is_live) == ("superseded", "", False)


def test_a_shopper_who_chose_to_pay_later_cannot_be_charged_for_a_second_order(till, who):
    old = Payment.objects.get()
    till.pay_later(old.session_id)

    with pytest.raises(NotPossible, match=AT_THE_BANK):
        press_pay(who, at=LATER)

    old.refresh_from_db()
    assert old.state == "processing"
    assert Order.objects.count() == 1
    assert len(sessions(till)) == 1
    assert Pool.objects.order_by("pk").first().held == 1
    till.settle(old.session_id, ok=True)
    deliver(till)
    assert the_order().is_paid
    assert charged(till) == [20_00]
    assert_books_agree()


def test_when_the_bank_says_no_the_changed_cart_can_be_paid(till, who):
    old = Payment.objects.get()
    till.pay_later(old.session_id)
    with pytest.raises(NotPossible, match=AT_THE_BANK):
        press_pay(who, at=LATER)
    till.settle(old.session_id, ok=False)
    deliver(till)

    new = begin(who, at=LATER)

    assert Order.objects.get(pk=old.order_id).state == "expired"
    till.pay(new.session_id)
    deliver(till)
    assert charged(till) == [25_00]
    assert_books_agree()


def test_the_poller_follows_a_bank_that_answers_after_the_page_was_replaced(till, who):
    close_in_vain(till, who)
    old = Payment.objects.get()
    till.pay_later(old.session_id)
    deliver(till)
    old.refresh_from_db()
    assert old.state == "processing"

    till.settle(old.session_id, ok=True)
    till.pull()  # the message is lost
    check_unsettled(at=NOON + timedelta(days=1))

    assert the_order().is_paid
