"""A suspended store that is owed money is on the organizers' list; one that leaves is paid."""

import pytest

from shop.core.errors import NotPossible, StaleState
from shop.merchant.moderation.leave import let_leave, stay
from shop.merchant.moderation.suspend import reopen, suspend
from shop.money.ledger.balances import owed_to
from shop.money.money_tasks.models import MoneyTask
from shop.money.settlements import payouts
from shop.money.settlements.make import approve, draft, make_drafts
from shop.money.settlements.models import Payout, Settlement
from shop.money.settlements.proofs import BankProof, prove
from shop.reports.reconciliation.models import Discrepancy
from shop.reports.reconciliation.nightly import run_night
from tests import make
from tests.make import NOON
from tests.paying import assert_books_agree, set_clocks
from tests.shop.money.settlements.earned import DAY, MONDAY, earned, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def merchant(till):
    """Give a store that has earned 18.00, less than is paid to a bank, and is suspended."""
    made = store()
    earned(till, made, units=1)
    suspend(made, "Counterfeits", at=NOON + 5 * DAY, by=make.user())
    made.refresh_from_db()
    return made


def leave(merchant, *, at=MONDAY):
    let_leave(merchant, "It closes for good", at=at, by=make.user())
    merchant.refresh_from_db()


def night(till, at):
    set_clocks(till, at)
    while not run_night(at=at):
        pass


def tasks():
    return MoneyTask.objects.filter(kind="leaving")


def test_a_store_that_leaves_is_paid_to_the_last_however_little_it_is(till, merchant):
    make_drafts(at=MONDAY)
    assert not Settlement.objects.exists()
    leave(merchant)

    make_drafts(at=MONDAY)
    row = approve(Settlement.objects.get().pk, seen=18_00, at=MONDAY, by=make.user())
    made = payouts.make_batch([row.payouts.get().pk], "statement_csv", at=MONDAY, by=make.user())
    payouts.export(made.pk, at=MONDAY, by=make.user())
    prove(row.payouts.get().pk, BankProof("FT1", MONDAY.date(), 18_00), at=MONDAY, by=make.user())

    assert (Settlement.objects.get().state, owed_to(merchant, "USD")) == ("paid", 0)
    assert merchant.state == "suspended"
    assert_books_agree()


def test_one_that_stays_is_paid_nothing_again(till, merchant):
    leave(merchant)
    made = draft(merchant.pk, cut_off=MONDAY, at=MONDAY)
    stay(merchant, at=MONDAY, by=make.user())

    with pytest.raises(NotPossible, match="is suspended"):
        approve(made.pk, seen=18_00, at=MONDAY, by=make.user())

    assert not Payout.objects.exists()


def test_opened_again_and_suspended_once_more_it_leaves_no_more(till, merchant):
    leave(merchant)
    reopen(merchant, at=MONDAY, by=make.user())
    merchant.refresh_from_db()
    assert (merchant.is_leaving, merchant.leaving_since) == (False, None)

    suspend(merchant, "Again", at=MONDAY + DAY, by=make.user())
    merchant.refresh_from_db()

    assert merchant.is_unpaid


def test_only_a_suspended_store_leaves_with_a_reason_and_once(till, merchant):
    with pytest.raises(NotPossible, match="Say why"):
        let_leave(merchant, " ", at=MONDAY, by=make.user())
    with pytest.raises(StaleState):
        stay(merchant, at=MONDAY, by=make.user())
    leave(merchant)
    with pytest.raises(StaleState):
        leave(merchant)
    with pytest.raises(StaleState):
        let_leave(store(), "Why not", at=MONDAY, by=make.user())


def test_an_organizer_does_not_let_an_own_store_leave(till, merchant):
    with pytest.raises(NotPossible):
        let_leave(merchant, "Mine", at=MONDAY, by=make.member(merchant))

    merchant.refresh_from_db()
    assert merchant.is_unpaid


def test_who_is_owed_while_suspended_is_a_task_with_its_age_until_it_is_paid(till, merchant):
    night(till, MONDAY)
    task = tasks().get()
    assert (task.state, task.amount, task.merchant) == ("open", 18_00, merchant)
    assert "is suspended since 17 May 2027 and is owed $18.00" in task.what
    assert task.due_at > task.opened_at
    night(till, MONDAY + DAY)
    assert tasks().count() == 1

    leave(merchant)
    night(till, MONDAY + 2 * DAY)
    assert "is leaving since 31 May 2027" in Discrepancy.objects.get(kind="leaving").what
    make_drafts(at=MONDAY + 2 * DAY)
    row = approve(Settlement.objects.get().pk, seen=18_00, at=MONDAY + 2 * DAY, by=make.user())
    made = payouts.make_batch([row.payouts.get().pk], "statement_csv", at=MONDAY + 2 * DAY,
                              by=make.user())  # fmt: skip
    payouts.export(made.pk, at=MONDAY + 2 * DAY, by=make.user())
    night(till, MONDAY + 3 * DAY)

    task.refresh_from_db()
    assert (task.state, task.outcome) == ("done", "by_itself")


def test_a_store_that_trades_is_no_task(till):
    earned(till, store())

    night(till, MONDAY)

    assert not tasks().exists()
