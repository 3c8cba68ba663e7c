"""A night beside payouts by the provider: what their own flow books is not booked again."""

import pytest

from shop.audit.rules import breaches
from shop.ledger.balances import balance
from shop.ledger.models import LedgerTransaction
from shop.settlements.remote.models import Funding
from shop.settlements.remote.send import send_payouts
from tests.shop.audit.worlds import night
from tests.shop.settlements.earned import DAY, MONDAY
from tests.shop.settlements.remote.sent import assert_storage_agrees, flush, queued, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def payout(abroad):
    made = queued(abroad, store(abroad))
    flush(abroad)
    return made


def fundings():
    return LedgerTransaction.objects.filter(kind="funding").count()


def test_money_that_was_moved_for_payouts_is_booked_once(abroad, payout):
    send_payouts(at=MONDAY)
    moved = balance("storage", "USD")

    night(abroad, at=MONDAY + DAY)

    assert (fundings(), balance("storage", "USD")) == (1, moved)
    assert [one.what for one in breaches(at=MONDAY + DAY, only=("counterparts",))] == []


def test_what_is_being_asked_for_is_left_to_whoever_asks(abroad, payout):
    abroad.fail_next(500, 500, executed=True, on="POST /v1/payouts")
    send_payouts(at=MONDAY)
    assert Funding.objects.get().state == "sending"

    night(abroad, at=MONDAY + DAY / 2)
    assert fundings() == 0
    send_payouts(at=MONDAY + DAY / 2)

    assert (fundings(), Funding.objects.get().state) == (1, "done")
    assert_storage_agrees()
