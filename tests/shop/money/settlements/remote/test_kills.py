"""P6, P31, P36: a process that is really killed at any point moves money once all the same."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from shop.money.ledger.balances import balance
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.provider.outbox import LEASE
from shop.money.settlements.models import Payout, PayoutMethod
from shop.money.settlements.remote import stuck_transfers
from shop.money.settlements.remote.models import Funding
from shop.money.settlements.remote.recipients import begin, form_for
from shop.money.settlements.remote.send import send_payouts
from shop.money.settlements.remote.transfers import send_transfers, take_back_refunded
from tests import make
from tests.make import NOON
from tests.patience import PATIENCE
from tests.paying import assert_books_agree, set_clocks
from tests.processes import environment
from tests.shop.money.settlements.earned import DAY, MONDAY, earned, settled
from tests.shop.money.settlements.remote import owned
from tests.shop.money.settlements.remote.sent import (
    STORAGE,
    WHERE,
    assert_storage_agrees,
    flush,
    fund,
    owed,
    payments,
    queued,
    store,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]
HOUR = DAY / 24
ROOT = Path(__file__).parents[5]


def kill(point, **settings):
    abroad = settings or {"PAYOUT_SENDER": "US", "PAYOUT_FINANCIAL_ACCOUNT": STORAGE}
    killed = subprocess.run(
        [sys.executable, "-m", "tests.shop.money.settlements.remote.dying", point],
        env=environment() | abroad, cwd=ROOT, timeout=PATIENCE, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr


@pytest.mark.parametrize("forgotten", [False, True])
@pytest.mark.parametrize(
    "point",
    ["before it is sent", "after it is sent", "before it is written down",
     "after it is written down"],
)  # fmt: skip
def test_a_payout_is_sent_once(abroad, point, forgotten):
    queued(abroad, store(abroad))
    flush(abroad)
    fund()

    kill(point)
    later = MONDAY + (29 * DAY if forgotten else LEASE)
    if forgotten:
        abroad.forget_keys()
    send_payouts(at=MONDAY)
    assert len(payments(abroad)) == (point != "before it is sent")
    send_payouts(at=later)

    payout = Payout.objects.get()
    if forgotten and point == "before it is sent":
        assert (payout.state, payments(abroad)) == ("blocked", [])
        return
    assert payout.state == "sent"
    assert len(payments(abroad)) == 1
    assert balance("transit", "USD") == -180_00
    assert_books_agree()
    assert_storage_agrees()


@pytest.mark.parametrize(
    "point", ["before it is funded", "after it is funded", "before the funding is written down"]
)
def test_money_for_payouts_is_moved_once(abroad, point):
    queued(abroad, store(abroad))
    flush(abroad)

    kill(point)
    send_payouts(at=MONDAY + LEASE)

    assert Payout.objects.get().state == "sent"
    assert [row.state for row in Funding.objects.all()] == ["done"]
    assert_storage_agrees()


@pytest.mark.parametrize("point", ["before the account is made", "after the account is made"])
def test_p6_a_recipient_is_made_once(abroad, point):
    merchant = make.merchant(country="KE")
    who = make.member(merchant)
    kill(point)
    assert PayoutMethod.objects.get().remote_id == ""

    form_for(begin(merchant, at=NOON, by=who), WHERE, at=NOON)

    (account,) = list(abroad.world.store.all("v2.core.account"))
    assert PayoutMethod.objects.get().remote_id == account["id"]


@pytest.mark.parametrize("forgotten", [False, True])
@pytest.mark.parametrize(
    "point",
    ["before the transfer", "after the transfer", "before the transfer is written down",
     "after the transfer is written down"],
)  # fmt: skip
def test_p31_p32_a_transfer_is_made_once(connected, point, forgotten):
    merchant = owned.store(connected)
    earned(connected, merchant)
    settled(merchant)
    set_clocks(connected, MONDAY)

    kill(point, PAYOUT_SENDER="GB")
    if forgotten:
        connected.forget_keys()
    send_transfers(at=MONDAY)
    assert len(owned.moves(connected)) == (point != "before the transfer")
    send_transfers(at=MONDAY + (25 * HOUR if forgotten else LEASE))

    payout = Payout.objects.get()
    if forgotten and point == "before the transfer":
        assert (payout.state, owned.moves(connected)) == ("blocked", [])
        task = MoneyTask.objects.get(state="open")
        stuck_transfers.try_again(task, reason="Not there", at=MONDAY, by=make.user())
        send_transfers(at=MONDAY + 26 * HOUR)
        payout.refresh_from_db()
    assert payout.state == "done"
    assert [amount for amount, _charge in owned.moves(connected)] == [90_00]
    assert owed(merchant) == 0
    assert_books_agree()


def test_what_is_taken_back_is_taken_back_once(connected):
    merchant = owned.store(connected)
    order = earned(connected, merchant)
    settled(merchant)
    set_clocks(connected, MONDAY)
    send_transfers(at=MONDAY - DAY)
    owned.refund(order, 1, at=MONDAY)
    take_back_refunded(at=MONDAY)

    kill("after it is taken back by transfer", PAYOUT_SENDER="GB")
    connected.forget_keys()
    send_transfers(at=MONDAY + 25 * HOUR)

    assert owned.transfers()[1:] == [("reversal", 18_00, "done")]
    assert (owned.held(connected, merchant), owed(merchant)) == (72_00, 0)
