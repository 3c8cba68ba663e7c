"""P29, P30, P33: stores with an account at the provider are paid there; refunds come back."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from shop.core.errors import NotPossible
from shop.money.ledger.balances import balance
from shop.money.ledger.models import LedgerEntry
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.proposals import RefundPlan, decided, propose
from shop.money.payments.provider.payouts import RemoteTransfer
from shop.money.settlements.make import draft
from shop.money.settlements.models import Payout, PayoutMethod, Settlement
from shop.money.settlements.payouts import came_back
from shop.money.settlements.remote import stuck_transfers
from shop.money.settlements.remote.models import Transfer
from shop.money.settlements.remote.payout_checks import look_at_payouts
from shop.money.settlements.remote.recipients import look_at
from shop.money.settlements.remote.send import send_payouts
from shop.money.settlements.remote.stuck import pay_stuck_again, pay_stuck_by_hand
from shop.money.settlements.remote.transfers import (
    send_transfers,
    take_back_refunded,
    take_over_transfer,
)
from shop.orders.after_sale.arrive import arrived
from shop.orders.ship import ship
from tests import make
from tests.crowd import at_once
from tests.make import NOON
from tests.paying import assert_books_agree, set_clocks
from tests.shop.money.returns.sold import paid
from tests.shop.money.settlements.earned import DAY, MONDAY, earned, settled
from tests.shop.money.settlements.remote.owned import (
    held,
    moves,
    refund,
    store,
    transfers,
)
from tests.shop.money.settlements.remote.sent import flush, owed

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
WEEK = 7 * DAY


def state(row):
    row.refresh_from_db()
    return row.state


def open_tasks():
    return list(MoneyTask.objects.filter(state="open").values_list("kind", flat=True))


def the_task(kind="payout_stuck"):
    return MoneyTask.objects.get(state="open", kind=kind)


def test_p29_a_transfer_out_of_the_charge_and_a_top_up_for_the_rest(connected, merchant, payout):
    flush(connected)

    send_transfers(at=MONDAY)

    order = merchant.suborders.get().order
    charge = order.payments.get().charge_id
    assert moves(connected) == [(30_00, charge), (4_96, None)]
    assert transfers() == [("transfer", 30_00, "done"), ("top_up", 4_96, "done")]
    assert state(payout) == "done"
    assert Settlement.objects.get(merchant=merchant).state == "paid"
    assert (owed(merchant), balance("transit", "USD")) == (0, 0)
    assert payout.bank_reference == payout.reference
    kinds = LedgerEntry.objects.filter(transaction__kind__in=["transfer", "top_up"])
    assert sorted(kinds.values_list("account", "amount")) == [
        ("payable", 4_96), ("payable", 30_00), ("provider", -30_00), ("provider", -4_96),
    ]  # fmt: skip
    assert_books_agree()


def test_p29_while_the_balance_is_short_the_top_up_waits_and_the_transfer_is_done(
    connected, merchant, payout
):
    send_transfers(at=MONDAY)  # 30.00 less fees are available, and the floor is 500.00

    assert transfers() == [("transfer", 30_00, "done"), ("top_up", 4_96, "queued")]
    assert (state(payout), open_tasks()) == ("sending", ["balance"])
    assert owed(merchant) == 4_96
    flush(connected)
    send_transfers(at=MONDAY + 15 * MINUTE)
    assert (state(payout), open_tasks(), held(connected, merchant)) == ("done", [], 34_96)


def test_a_top_up_that_the_provider_refuses_for_money_is_sent_under_a_new_key(
    connected, payout, monkeypatch
):
    monkeypatch.setattr(
        "shop.money.settlements.remote.transfers.floor", lambda currency, at: -10_000_00
    )
    before = set()

    for n in range(2):
        send_transfers(at=MONDAY + n * 15 * MINUTE)
        before |= set(Transfer.objects.filter(kind="top_up").values_list("key", flat=True))

    assert len(before) == 2  # the provider keeps its no under the old one
    monkeypatch.undo()
    flush(connected)
    send_transfers(at=MONDAY + 30 * MINUTE)
    assert state(payout) == "done"


def test_refunds_due_are_never_lent_to_top_ups(connected, payout):
    earned(connected, make.merchant(), 25)  # 500.00 is the floor
    set_clocks(connected, MONDAY)

    send_transfers(at=MONDAY)

    assert transfers()[1] == ("top_up", 4_96, "queued")
    assert moves(connected)[1:] == []


@pytest.mark.django_db(transaction=True)
def test_p30_three_stores_and_eight_workers_make_three_transfers(connected):
    stores = [store(connected) for _n in range(3)]
    for one in stores:
        earned(connected, one)
    for one in stores:
        settled(one)
    set_clocks(connected, MONDAY)

    at_once([lambda: send_transfers(at=MONDAY)] * 8)
    send_transfers(at=MONDAY)

    assert [amount for amount, _charge in moves(connected)] == [90_00] * 3
    assert set(Payout.objects.values_list("state", flat=True)) == {"done"}
    assert [owed(one) for one in stores] == [0] * 3
    assert_books_agree()


def test_two_stores_of_one_order_share_its_charge(connected):
    pair = [store(connected) for _n in range(2)]
    kettles = [make.variant(20_00, of=make.product(of=one)) for one in pair]
    order = paid(connected, dict.fromkeys(kettles, 5))
    for part in order.suborders.all():
        ship(part, carrier="DHL", tracking_number="1", at=NOON, by=make.member(part.merchant))
        arrived(part.pk, "carrier", at=NOON + 3 * DAY)
    for one in pair:
        settled(one)
    set_clocks(connected, MONDAY)

    send_transfers(at=MONDAY)

    charge = order.payments.get().charge_id
    assert moves(connected) == [(90_00, charge), (90_00, charge)]


def test_what_is_netted_makes_the_oldest_transfers_smaller(connected, merchant):
    for price in (20_00, 10_00):
        earned(connected, merchant, 5, price=price)
    merchant.reserve_bp = 7_000  # 94.50 of 135.00 are kept: more than the first part
    merchant.save()
    settled(merchant)
    set_clocks(connected, MONDAY)

    send_transfers(at=MONDAY)

    assert [amount for amount, _charge in moves(connected)] == [40_50]
    assert Payout.objects.get().state == "done"
    assert balance("reserve", "USD", merchant=merchant) == -94_50


def test_a_refund_after_the_payout_is_taken_back_and_the_next_settlement_says_both(
    connected, merchant
):
    order = earned(connected, merchant)
    settled(merchant)
    set_clocks(connected, MONDAY)
    send_transfers(at=MONDAY)
    refund(order, 1, at=MONDAY + DAY)
    assert owed(merchant) == -18_00

    take_back_refunded(at=MONDAY + DAY)
    take_back_refunded(at=MONDAY + DAY)
    send_transfers(at=MONDAY + DAY)
    take_back_refunded(at=MONDAY + DAY)

    assert transfers() == [("transfer", 90_00, "done"), ("reversal", 18_00, "done")]
    assert (held(connected, merchant), owed(merchant)) == (72_00, 0)
    earned(connected, merchant, 1, at=MONDAY)
    made = draft(merchant.pk, cut_off=MONDAY + 5 * WEEK, at=MONDAY + 5 * WEEK)
    lines = made.claimed.order_by("entry").values_list("amount", flat=True)
    assert (made.total, list(lines)) == (18_00, [-18_00, 18_00, 18_00])
    assert_books_agree()


def test_p33_what_cannot_be_taken_back_the_store_owes(connected, merchant):
    order = earned(connected, merchant)
    settled(merchant)
    set_clocks(connected, MONDAY)
    send_transfers(at=MONDAY)
    method = PayoutMethod.objects.get()
    connected.pay_out(method.remote_id)
    refund(order, 1, at=MONDAY + DAY)

    for _n in range(2):
        take_back_refunded(at=MONDAY + DAY)
        send_transfers(at=MONDAY + DAY)

    assert transfers()[1:] == [("reversal", 18_00, "refused")]
    assert owed(merchant) == -18_00
    made = draft(merchant.pk, cut_off=MONDAY + WEEK, at=MONDAY + WEEK)
    assert (made.state, balance("receivable", "USD", merchant=merchant)) == ("carried", 18_00)
    assert_books_agree()


def test_a_refund_before_the_payout_makes_it_smaller_and_nothing_comes_back(connected, merchant):
    order = earned(connected, merchant)
    refund(order, 1, at=MONDAY - DAY)

    settled(merchant)
    set_clocks(connected, MONDAY)
    send_transfers(at=MONDAY)
    take_back_refunded(at=MONDAY)

    assert transfers() == [("transfer", 72_00, "done")]


def test_an_account_that_lost_its_capability_blocks_what_goes_there(connected, merchant, payout):
    flush(connected)
    method = payout.method
    connected.set_capability(method.remote_id, "stripe_balance.stripe_transfers")

    send_transfers(at=MONDAY)

    assert {row[2] for row in transfers()} == {"blocked"}
    assert (state(payout), state(method), method.is_stopped) == ("blocked", "restricted", True)
    assert open_tasks() == ["payout_stuck"]
    with pytest.raises(NotPossible, match="no account"):
        pay_stuck_again(the_task(), reason="Again", at=MONDAY, by=make.user())
    connected.set_capability(method.remote_id, "stripe_balance.stripe_transfers", "active")
    look_at(method, at=MONDAY)
    assert state(method) == "ready"
    stuck_transfers.try_again(the_task(), reason="Mended", at=MONDAY, by=make.user())
    send_transfers(at=MONDAY)
    assert (state(payout), open_tasks(), held(connected, merchant)) == ("done", [], 34_96)


def test_of_a_payout_that_went_in_part_the_rest_is_paid_by_the_own_bank(
    connected, merchant, payout
):
    send_transfers(at=MONDAY)
    look_at_payouts(at=MONDAY + 8 * DAY)
    task = the_task()
    with pytest.raises(NotPossible, match="A part of it has gone"):
        pay_stuck_by_hand(task, reason="Too long", at=MONDAY + 8 * DAY, by=make.user())

    stuck_transfers.settle_elsewhere(
        task, reference="FT 1", reason="The balance stays short", at=MONDAY + 8 * DAY,
        by=make.user(),
    )  # fmt: skip

    assert transfers() == [("transfer", 30_00, "done"), ("top_up", 4_96, "elsewhere")]
    assert (state(payout), owed(merchant)) == ("done", 0)
    assert (balance("bank", "USD"), balance("transit", "USD")) == (-4_96, 0)
    assert Settlement.objects.get().state == "paid"
    assert_books_agree()


def test_one_of_which_nothing_went_is_paid_by_hand(connected, merchant, payout):
    connected.set_capability(payout.method.remote_id, "stripe_balance.stripe_transfers")
    send_transfers(at=MONDAY)

    pay_stuck_by_hand(the_task(), reason="Closed there", at=MONDAY, by=make.user())

    assert (state(payout), payout.settlement.state) == ("void", "final")
    assert {row[2] for row in transfers()} == {"void"}
    assert Settlement.objects.get().state == "final"


def test_a_payout_to_an_own_account_does_not_come_back_by_hand(connected, payout):
    flush(connected)
    send_transfers(at=MONDAY)

    with pytest.raises(NotPossible, match="refund an order"):
        came_back(payout.pk, 0, reason="Said so", at=MONDAY, by=make.user())


@pytest.mark.parametrize("bar", ["suspended", "restricted", "early", "country"])
def test_what_may_not_be_moved_now_waits(connected, merchant, payout, settings, bar):
    if bar == "suspended":
        merchant.move_to("suspended")
    elif bar == "restricted":
        payout.method.move_to("restricted")
    elif bar == "early":
        PayoutMethod.objects.update(usable_from=MONDAY + DAY)
    else:
        settings.PAYOUT_SENDER = ""

    send_transfers(at=MONDAY)

    assert (state(payout), moves(connected)) == ("queued", [])


def test_the_other_sender_leaves_them_alone(connected, payout):
    send_payouts(at=MONDAY)

    assert (state(payout), transfers()) == ("queued", [])


def test_a_transfer_of_a_payout_is_there_once(connected, payout):
    send_transfers(at=MONDAY)
    row = Transfer.objects.first()
    row.pk, row.key, row.remote_id, row.state = None, payout.key, None, "queued"

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_a_transfer_whose_answer_comes_twice_is_booked_once(connected, merchant, payout):
    send_transfers(at=MONDAY)
    row = Transfer.objects.get(kind="transfer")

    take_over_transfer(RemoteTransfer(row.remote_id, str(row.key)), at=MONDAY)
    take_over_transfer(RemoteTransfer("tr_other", "no key of ours"), at=MONDAY)

    assert owed(merchant) == 4_96
    assert LedgerEntry.objects.filter(transaction__kind="transfer").count() == 2


def test_what_is_on_its_way_back_is_not_asked_for_again(connected, merchant, payout):
    flush(connected)
    send_transfers(at=MONDAY)
    part = merchant.suborders.get()
    plan = RefundPlan("goodwill", "Sorry", gifts={str(part.pk): (3_00, 0, 0, None)})
    propose(part.order_id, plan, seen=decided(part.order_id), at=MONDAY + DAY, by=make.user())

    for _n in range(3):
        take_back_refunded(at=MONDAY + DAY)

    assert transfers()[2:] == [("reversal", 3_00, "queued")]
    assert Transfer.objects.last().of.kind == "top_up"


def test_what_waits_for_money_waits_while_its_store_is_suspended(connected, merchant, payout):
    send_transfers(at=MONDAY)
    flush(connected)
    merchant.move_to("suspended")

    send_transfers(at=MONDAY + DAY)
    assert transfers()[1] == ("top_up", 4_96, "queued")
    merchant.move_to("approved")
    send_transfers(at=MONDAY + DAY)

    assert state(payout) == "done"


def test_a_transfer_in_doubt_is_looked_for_though_its_store_is_suspended(
    connected, merchant, payout
):
    connected.fail_next(500, 500, executed=True, on="POST /v1/transfers")
    send_transfers(at=MONDAY)
    assert transfers()[0][2] == "sending"
    merchant.move_to("suspended")

    send_transfers(at=MONDAY + DAY)

    assert transfers()[0] == ("transfer", 30_00, "done")
