"""A night beside payouts by the provider: what their own flow books is not booked again."""

import pytest

from shop.money.ledger.balances import balance
from shop.money.ledger.models import LedgerTransaction
from shop.money.money_tasks.kinds import TaskOutcome
from shop.money.money_tasks.models import MoneyTask
from shop.money.settlements.models import PayoutMethod
from shop.money.settlements.remote.models import Funding, Transfer
from shop.money.settlements.remote.send import send_payouts
from shop.money.settlements.remote.transfers import send_transfers, take_back_refunded
from shop.reports.reconciliation.decide import place
from shop.reports.reconciliation.rules import breaches
from shop.reports.reconciliation.storage import book_storage_lines
from tests import make
from tests.paying import set_clocks
from tests.shop.money.settlements.earned import DAY, MONDAY, earned, settled
from tests.shop.money.settlements.remote import owned
from tests.shop.money.settlements.remote.sent import assert_storage_agrees, flush, queued, store
from tests.shop.reports.reconciliation.worlds import night

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


@pytest.fixture
def moved(connected):
    """Pay a store 90.00 on its own account, and take 18.00 of that back."""
    merchant = owned.store(connected)
    order = earned(connected, merchant)
    settled(merchant)
    set_clocks(connected, MONDAY)
    send_transfers(at=MONDAY)
    owned.refund(order, 1, at=MONDAY)
    take_back_refunded(at=MONDAY)
    send_transfers(at=MONDAY)
    return merchant


def told(at=MONDAY + DAY):
    rules = ("balanced", "settlements", "transfers", "lines", "counterparts")
    return [one.what for one in breaches(at=at, only=rules)]


def test_transfers_are_matched_with_the_balance_and_booked_once(connected, moved):
    before = balance("provider", "USD")

    night(connected, at=MONDAY + 2 * DAY)

    assert not Transfer.objects.filter(balance_txn=None).exists()
    assert told(MONDAY + 3 * DAY) == []
    assert balance("suspense", "USD") == 0
    assert balance("provider", "USD") <= before  # fees alone


def test_a_transfer_whose_answer_was_lost_is_learned_from_the_balance(connected):
    merchant = owned.store(connected)
    earned(connected, merchant)
    settled(merchant)
    set_clocks(connected, MONDAY)
    connected.fail_next(500, 500, executed=True, on="POST /v1/transfers")
    send_transfers(at=MONDAY)
    assert owned.transfers() == [("transfer", 90_00, "sending")]

    night(connected, at=MONDAY + 2 * DAY)

    assert owned.transfers() == [("transfer", 90_00, "done")]
    assert balance("suspense", "USD") == 0


def test_a_transfer_of_somebody_else_stands_in_suspense(connected, moved):
    own = PayoutMethod.objects.get().remote_id
    flush(connected)
    connected.dashboard_transfer(own, 5_00)

    night(connected, at=MONDAY + 2 * DAY)

    assert balance("suspense", "USD") == 5_00


@pytest.mark.parametrize("more", ["than settlements say", "than came"])
def test_rule_3_no_more_is_moved(connected, moved, more):
    row = Transfer.objects.get(kind="transfer")
    if more == "than came":
        Transfer.objects.filter(pk=row.pk).update(amount=100_01)
        found = [what for what in told() if "out of a charge" in what]
        assert found == ["Rule 3: $100.01 was moved out of a charge of $100.00."]
    else:
        Transfer.objects.filter(pk=row.pk).update(amount=90_01)
        found = [what for what in told() if "settlements say" in what]
        assert len(found) == 1


def test_a_transfer_that_no_line_says_is_told(connected, moved):
    assert [what for what in told(MONDAY + 3 * DAY) if "A transfer" in what] == [
        "A transfer of $90.00 is done here, and no line of the balance says so.",
        "A transfer of $18.00 is done here, and no line of the balance says so.",
    ]


def test_what_the_operator_s_bank_sends_to_the_account_for_payouts_is_booked_once(abroad, payout):
    send_payouts(at=MONDAY)
    abroad.fund_storage(300_00)

    for _n in range(2):
        book_storage_lines(at=MONDAY + DAY)

    assert (balance("bank", "USD"), balance("suspense", "USD")) == (-300_00, 0)
    assert_storage_agrees()


def test_a_correction_there_stands_in_suspense_and_a_task_asks(abroad, payout):
    send_payouts(at=MONDAY)
    abroad.adjust_storage(-7_00)

    for _n in range(2):
        book_storage_lines(at=MONDAY + DAY)

    assert balance("suspense", "USD") == 7_00
    assert_storage_agrees()
    task = MoneyTask.objects.get(state="open", kind="suspense")
    assert "-$7.00" in task.what or "−$7.00" in task.what
    place(task, TaskOutcome.IS_FEE, reason="Stripe says so", at=MONDAY + DAY, by=make.user())
    assert (balance("suspense", "USD"), balance("fees", "USD")) == (0, 7_00)
