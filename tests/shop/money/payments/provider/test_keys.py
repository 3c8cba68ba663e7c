"""What the provider keeps under a key: errors of its own for a day, and no key for longer."""

from datetime import timedelta

import pytest

from shop.catalogue.stock.models import Pool
from shop.core.errors import NotPossible
from shop.money.payments.models import Operation, Payment
from shop.money.payments.operations import run_operations
from shop.money.payments.provider.doubts import KEY_LIFE
from shop.money.payments.sweep import expire_overdue
from shop.orders.models import Order, RefundLine
from tests import make
from tests.make import NOON
from tests.paying import assert_books_agree, begin, deliver, set_clocks
from tests.shop.money.payments.books import charged, refunded, sessions
from tests.shop.orders.tickets import visits

pytestmark = pytest.mark.django_db
SESSIONS = "POST /v1/checkout/sessions"
A_DAY_LATER = NOON + timedelta(hours=25)


def test_an_error_that_is_kept_under_the_key_costs_the_shopper_nothing(till):
    till.fail_next(500, saved=True, on=SESSIONS)

    payment = begin(make.cart({make.variant(20_00): 1}))

    assert (payment.state, payment.keys_used) == ("open", 1)
    till.pay(payment.session_id)
    deliver(till)
    assert Order.objects.get().is_paid
    assert_books_agree()


def test_after_two_such_errors_the_next_press_has_a_key_of_its_own(till):
    who = make.cart({make.variant(20_00): 1})
    till.fail_next(500, 500, saved=True, on=SESSIONS)
    with pytest.raises(NotPossible, match="cannot be reached"):
        begin(who)

    assert begin(who).state == "open"
    assert Payment.objects.get().keys_used == 2


def test_an_order_without_a_page_ends_at_its_time_whatever_the_provider_keeps(till):
    who = make.cart({make.variant(20_00): 1})
    till.fail_next(*[500] * 8, saved=True, on=SESSIONS)
    with pytest.raises(NotPossible):
        begin(who)
    late = NOON + timedelta(minutes=31)
    set_clocks(till, late)

    assert expire_overdue(at=late) == 1

    assert Order.objects.get().state == "expired"
    assert Pool.objects.get().held == 0


def test_the_end_of_a_page_that_nobody_saw_ends_no_other(till):
    """The first call made a session, its answer was lost, and the second key made another."""
    till.fail_next(500, executed=True, on=SESSIONS)
    payment = begin(make.cart({make.variant(20_00): 1}))
    nobodys, own = sessions(till)
    assert own["id"] == payment.session_id

    till.world.store.change(nobodys, status="expired")
    from shop.money.payments.apply import apply_session  # noqa: PLC0415

    apply_session(nobodys["id"], at=NOON)

    payment.refresh_from_db()
    assert (payment.state, payment.session_id) == ("open", own["id"])
    assert Order.objects.get().is_pending


@pytest.fixture
def half_back(till):
    """Return the refund of one of two things that an order paid, not sent yet."""
    adult, *_ = visits.session()
    order = visits.bought(till, {adult: 1, make.variant(20_00): 2})
    from shop.money.payments.refund import refund_lines  # noqa: PLC0415

    line = order.lines.get(variant__session_start__isnull=True)
    refund_lines(order.pk, [line.pk], reason="Broken", at=NOON)
    assert RefundLine.objects.count() == 1
    return Operation.objects.get()


def test_a_partial_refund_whose_answer_was_lost_is_looked_up_after_a_day(till, half_back):
    till.fail_next(500, executed=True, on="POST /v1/refunds")
    run_operations(at=NOON)
    assert refunded(till) == [40_00]
    set_clocks(till, A_DAY_LATER)  # the provider has forgotten the key

    run_operations(at=A_DAY_LATER)

    half_back.refresh_from_db()
    assert (half_back.state, half_back.remote_id is not None) == ("done", True)
    assert refunded(till) == [40_00]
    assert sum(charged(till)) == 80_00
    assert_books_agree()


def test_a_refund_that_is_not_there_after_a_day_waits_for_a_person(till, half_back):
    till.fail_next(500, on="POST /v1/refunds")
    run_operations(at=NOON)
    set_clocks(till, A_DAY_LATER)

    run_operations(at=A_DAY_LATER)

    half_back.refresh_from_db()
    assert half_back.state == "blocked"
    assert "not found" in half_back.error
    assert refunded(till) == []
    assert half_back.key_until - half_back.first_sent_at == KEY_LIFE
