"""A payment moves along its table only, and money is never forgotten on the way."""

from itertools import product

import pytest

from shop.core.errors import StaleState
from shop.money.payments.models import Payment
from tests import make
from tests.emptying import in_any_step
from tests.make import NOON

pytestmark = pytest.mark.django_db
STATES = Payment.State.values


def test_a_payment_takes_the_allowed_steps_and_no_others():
    order = make.order({make.variant(20_00): 1})
    payment = Payment.objects.create(
        order=order, amount=20_00, currency="USD", request={}, made_at=NOON, session_ends_at=NOON
    )
    taken = set()
    for before, after in product(STATES, repeat=2):
        with in_any_step(Payment):
            Payment.objects.update(state=before)
        payment.refresh_from_db()
        try:
            payment.save_as(after)
        except StaleState:
            assert Payment.objects.get().state == before
        else:
            assert Payment.objects.get().state == after
            taken.add((before, after))

    assert taken == {(before, after) for before in STATES for after in Payment.NEXT[before]}


@pytest.mark.parametrize("ended", ["expired", "failed"])
def test_a_try_that_was_given_up_can_still_be_paid_and_nothing_less(ended):
    assert Payment.NEXT[ended] == {"paid", "refunding", "review"}


def test_a_try_that_was_replaced_follows_its_bank_until_its_page_is_closed():
    assert Payment.NEXT["superseded"] == {"processing", "failed", "paid", "refunding", "review"}


@pytest.mark.parametrize("unsettled", Payment.UNSETTLED)
def test_from_every_unsettled_state_money_can_be_kept_sent_back_or_reviewed(unsettled):
    assert {"paid", "refunding", "review"} <= Payment.NEXT[unsettled]


def test_money_that_was_sent_back_is_settled_for_good():
    assert Payment.NEXT["paid"] == {"refunding"}
    # By a person: as the sale, sent back by us, or at the provider.
    assert Payment.NEXT["review"] == {"paid", "refunding", "refunded"}
    assert Payment.NEXT["refunding"] == {"refunded"}
    assert Payment.NEXT["refunded"] == set()
