"""A 500 of the provider at what goes to stores: nothing moves twice, and nothing stays behind."""

import pytest

from shop.money.payments.provider.doubts import LOOK_AFTER, SURE_AFTER
from shop.money.settlements.remote.models import Funding, Transfer
from shop.money.settlements.remote.send import send_payouts
from shop.money.settlements.remote.transfers import send_transfers, take_back_refunded
from tests.paying import assert_books_agree, set_clocks
from tests.shop.money.settlements.earned import DAY, MONDAY, earned, settled
from tests.shop.money.settlements.remote.owned import held, moves, refund, transfers
from tests.shop.money.settlements.remote.sent import assert_storage_agrees, flush, queued
from tests.shop.money.settlements.remote.sent import store as store_abroad

pytestmark = pytest.mark.django_db
TRANSFERS, REVERSALS = "POST /v1/transfers", "POST /v1/transfers/"
SOON, SURE = MONDAY + LOOK_AFTER, MONDAY + SURE_AFTER

both = pytest.mark.parametrize("executed", [True, False], ids=["made", "not made"])


@pytest.fixture
def payout(connected, payout):
    """Queue it while the shop's balance at the provider has the money."""
    flush(connected)
    return payout


@both
def test_a_transfer_behind_a_500_goes_once(connected, merchant, payout, executed):
    connected.fail_next(500, saved=True, executed=executed, on=TRANSFERS)
    send_transfers(at=MONDAY)
    assert [row[2] for row in transfers()] == ["sending", "done"]

    send_transfers(at=SOON)
    assert transfers()[0][2] == ("done" if executed else "sending")
    send_transfers(at=SURE)

    assert [row[2] for row in transfers()] == ["done", "done"]
    assert sorted(amount for amount, _charge in moves(connected)) == [4_96, 30_00]
    assert Transfer.objects.get(kind="transfer").keys_used == (not executed)
    assert_books_agree()


@both
def test_a_top_up_behind_a_500_goes_once(connected, merchant, payout, executed):
    connected.fail_next(409, 409, on=TRANSFERS)  # the transfer out of the charge waits
    connected.fail_next(500, saved=True, executed=executed, on=TRANSFERS)
    send_transfers(at=MONDAY)
    assert [row[2] for row in transfers()] == ["sending", "sending"]

    send_transfers(at=SOON)
    send_transfers(at=SURE)

    payout.refresh_from_db()
    assert payout.state == "done"
    assert sorted(amount for amount, _charge in moves(connected)) == [4_96, 30_00]
    assert Transfer.objects.get(kind="top_up").keys_used == (not executed)
    assert_books_agree()


@both
def test_a_reversal_behind_a_500_takes_back_once(connected, merchant, executed):
    order = earned(connected, merchant)
    settled(merchant)
    set_clocks(connected, MONDAY)
    send_transfers(at=MONDAY)
    before = held(connected, merchant)
    refund(order, 1, at=MONDAY)
    take_back_refunded(at=MONDAY)
    connected.fail_next(500, saved=True, executed=executed, on=REVERSALS)

    for at in (MONDAY, SOON, SURE):
        send_transfers(at=at)
        take_back_refunded(at=at)

    (back,) = Transfer.objects.filter(kind="reversal")
    assert (back.state, back.keys_used) == ("done", int(not executed))
    assert before - held(connected, merchant) == back.amount
    assert_books_agree()


@both
def test_a_funding_behind_a_500_moves_once(abroad, executed):
    queued(abroad, store_abroad(abroad))
    flush(abroad)
    abroad.fail_next(500, saved=True, executed=executed, on="POST /v1/payouts")

    for at in (MONDAY, SOON, SURE):
        send_payouts(at=at)

    row = Funding.objects.get()
    assert (row.state, row.keys_used) == ("done", int(not executed))
    assert len(list(abroad.world.store.all("payout"))) == 1
    assert_storage_agrees()


def test_a_transfer_that_is_in_doubt_beyond_its_key_waits_for_a_person(connected, merchant, payout):
    connected.fail_next(500, saved=True, on=TRANSFERS)
    send_transfers(at=MONDAY)

    send_transfers(at=MONDAY + DAY)

    assert transfers()[0][2] == "blocked"
    assert [amount for amount, _charge in moves(connected)] == [4_96]
