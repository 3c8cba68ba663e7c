"""The provider is asked ever more rarely about what it cannot know yet, and once by many pages."""

from datetime import timedelta

import pytest

from shop.checkout.order.status import bring_up_to_date
from shop.money.payments.models import Payment
from shop.money.payments.sweep import check_unsettled
from shop.orders.models import Order
from tests import make
from tests.crowd import at_once
from tests.make import NOON
from tests.paying import begin, set_clocks

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
DAY, SIX_HOURS = timedelta(days=1), timedelta(hours=6)


def undecided(till):
    """Return a payment on which a bank decides; it was heard of a minute after it was made."""
    payment = begin(make.cart({make.variant(20_00): 1}))
    till.pay_later(payment.session_id)
    bring_up_to_date(payment.order, at=NOON + MINUTE)
    return payment


def test_waits_double_from_five_minutes(till):
    undecided(till)
    rounds = [1.5 + half / 2 for half in range(200)]

    asked = [minute for minute in rounds if check_unsettled(at=NOON + minute * MINUTE)]

    assert asked == [6, 12, 24, 48, 96]


def test_the_longest_wait_is_six_hours(till):
    payment = undecided(till)
    Payment.objects.update(made_at=NOON - 3 * DAY)
    Order.objects.update(pay_by=NOON + 9 * DAY)
    set_clocks(till, NOON)

    assert check_unsettled(at=NOON + MINUTE + SIX_HOURS - MINUTE) == 0
    assert check_unsettled(at=NOON + MINUTE + SIX_HOURS) == 1
    payment.refresh_from_db()
    assert payment.checked_at == NOON + MINUTE + SIX_HOURS


def test_a_provider_that_does_not_answer_is_not_asked_each_round(till):
    payment = undecided(till)
    later = NOON + DAY
    set_clocks(till, NOON)
    till.fail_next(*[500] * 8, on="GET /v1/checkout")

    counts = [check_unsettled(at=later + n * MINUTE) for n in range(6)]

    assert counts == [1, 0, 0, 0, 0, 1]
    payment.refresh_from_db()
    assert payment.checked_at == NOON + MINUTE


def test_what_somebody_may_still_pay_is_asked_about_as_before(till):
    payment = begin(make.cart({make.variant(20_00): 1}))

    counts = [check_unsettled(at=NOON + n * MINUTE) for n in (4, 5, 9, 10, 15)]

    assert counts == [0, 1, 0, 1, 1]
    payment.refresh_from_db()
    assert payment.state == "open"


@pytest.mark.django_db(transaction=True)
def test_of_many_who_look_at_once_one_asks(till, settings, monkeypatch):
    from shop.money.payments.apply import apply_session  # noqa: PLC0415

    settings.SECONDS_BETWEEN_LOOKS = 2
    calls = []
    monkeypatch.setattr(
        "shop.checkout.order.status.apply_session",
        lambda session_id, **facts: calls.append(apply_session(session_id, **facts)),
    )
    order = begin(make.cart({make.variant(20_00): 1})).order

    answers = at_once([lambda: bring_up_to_date(order, at=NOON + MINUTE)] * 6)

    assert sorted(answers, key=str) == [None] * 5 + [True]
    assert len(calls) == 1


def test_a_silent_provider_is_asked_no_more_often(till, settings):
    settings.SECONDS_BETWEEN_LOOKS = 2
    order = begin(make.cart({make.variant(20_00): 1})).order
    till.fail_next(*[500] * 4, on="GET /v1/checkout")

    answers = [bring_up_to_date(order, at=NOON + MINUTE + timedelta(seconds=s))
               for s in (0, 1, 2)]  # fmt: skip

    assert answers == [False, None, False]
