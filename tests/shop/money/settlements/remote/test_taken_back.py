"""What a refund takes from a store that was paid at the provider comes back, and only once."""

import pytest

from shop.money.ledger.balances import balance
from shop.money.settlements.make import draft
from shop.money.settlements.money import explained, held_parts
from shop.money.settlements.remote.transfers import send_transfers, take_back_refunded
from tests.paying import assert_books_agree, set_clocks
from tests.shop.money.settlements.earned import DAY, MONDAY, earned, settled
from tests.shop.money.settlements.remote.owned import held, refund
from tests.shop.money.settlements.remote.sent import flush, owed

pytestmark = pytest.mark.django_db
WEEK = 7 * DAY


def test_the_weekly_draft_leaves_alone_what_a_reversal_will_take(connected, merchant):
    order = earned(connected, merchant)
    settled(merchant)
    set_clocks(connected, MONDAY)
    send_transfers(at=MONDAY)
    refund(order, 1, at=MONDAY + DAY)

    assert draft(merchant.pk, cut_off=MONDAY + WEEK, at=MONDAY + WEEK) is None  # before the round
    take_back_refunded(at=MONDAY + WEEK)
    assert draft(merchant.pk, cut_off=MONDAY + WEEK, at=MONDAY + WEEK) is None  # on its way
    send_transfers(at=MONDAY + WEEK)

    assert (held(connected, merchant), owed(merchant)) == (72_00, 0)
    assert balance("receivable", "USD", merchant=merchant) == 0
    assert_books_agree()


def test_a_refund_while_the_payout_is_under_way_is_taken_back_after_it(connected, merchant, payout):
    order = merchant.suborders.get().order
    send_transfers(at=MONDAY)  # the top-up waits for money
    refund(order, 1, at=MONDAY + DAY)
    take_back_refunded(at=MONDAY + DAY)
    send_transfers(at=MONDAY + DAY)
    refund(order, 1, at=MONDAY + 2 * DAY)

    assert draft(merchant.pk, cut_off=MONDAY + WEEK, at=MONDAY + WEEK) is None
    flush(connected)
    for _n in range(3):
        send_transfers(at=MONDAY + WEEK)
        take_back_refunded(at=MONDAY + WEEK)

    assert (held(connected, merchant), owed(merchant)) == (0, 0)
    assert_books_agree()


def test_what_was_not_begun_when_it_was_refunded_is_not_carried(connected, merchant, payout):
    order = merchant.suborders.get().order
    refund(order, 1, at=MONDAY)

    assert draft(merchant.pk, cut_off=MONDAY + WEEK, at=MONDAY + WEEK) is None
    flush(connected)
    for _n in range(3):
        send_transfers(at=MONDAY + WEEK)
        take_back_refunded(at=MONDAY + WEEK)

    assert (held(connected, merchant), owed(merchant)) == (17_48, 0)
    assert balance("receivable", "USD", merchant=merchant) == 0
    assert_books_agree()


def test_a_store_reads_what_is_being_taken_back(connected, merchant):
    order = earned(connected, merchant)
    settled(merchant)
    set_clocks(connected, MONDAY)
    send_transfers(at=MONDAY)
    refund(order, 1, at=MONDAY + DAY)

    [part] = explained(held_parts(merchant, at=MONDAY + DAY))

    assert (part.amount, part.until) == (-18_00, None)
    assert "taken back from your account" in part.why
