"""What is said of a payout of which a part has gone: by whom, by which reference, and once."""

import pytest

from shop.core.errors import NotPossible
from shop.money.money_tasks.models import MoneyTask
from shop.money.settlements.models import Payout
from shop.money.settlements.remote import stuck_transfers
from shop.money.settlements.remote.models import Transfer
from shop.money.settlements.remote.payout_checks import look_at_payouts
from shop.money.settlements.remote.transfers import send_transfers
from tests import make
from tests.emptying import in_any_step
from tests.paying import set_clocks
from tests.shop.money.settlements.earned import DAY, MONDAY, settled
from tests.shop.money.settlements.remote.owned import case_66, store, transfers
from tests.shop.money.settlements.remote.sent import flush

pytestmark = pytest.mark.django_db
LATE = MONDAY + 8 * DAY


@pytest.fixture
def payout(connected):
    """Send case 66, of which the top-up has waited for money for a week."""
    merchant = store(connected)
    case_66(connected, merchant)
    made = settled(merchant).payouts.get()
    set_clocks(connected, MONDAY)
    send_transfers(at=MONDAY)
    look_at_payouts(at=LATE)
    return made


def settle(reference="FT 1", by=None):
    task = MoneyTask.objects.get(state="open", kind="payout_stuck")
    stuck_transfers.settle_elsewhere(
        task, reference=reference, reason="Too long", at=LATE, by=by or make.user()
    )


def test_the_bank_s_reference_is_the_payout_s_and_proves_no_other_one(payout):
    settle()

    payout.refresh_from_db()
    assert (payout.state, payout.bank_reference) == ("done", "FT 1")
    assert list(Payout.objects.filter(bank_reference="FT 1")) == [payout]


def test_a_reference_that_was_used_is_refused(payout, connected):
    other = store(connected)
    case_66(connected, other)
    made = settled(other).payouts.get()
    with in_any_step(Payout):
        Payout.objects.filter(pk=made.pk).update(
            state="done", bank_reference="FT 1", paid_on=MONDAY.date()
        )

    with pytest.raises(NotPossible, match=f"proof of {made.reference}"):
        settle()

    assert transfers()[1] == ("top_up", 4_96, "queued")


def test_above_a_sum_whoever_approved_it_does_not_say_it_alone(payout, settings):
    settings.BATCH_ALONE_UP_TO = 4_95

    with pytest.raises(NotPossible, match="Somebody else"):
        settle(by=payout.settlement.approved_by)
    settle()

    assert transfers()[1] == ("top_up", 4_96, "elsewhere")


def test_one_that_nothing_blocks_any_more_is_under_way_again(payout, connected):
    Transfer.objects.filter(kind="top_up").update(state="blocked")
    Payout.objects.filter(pk=payout.pk).update(state="blocked")
    task = MoneyTask.objects.get(state="open", kind="payout_stuck")
    flush(connected)

    stuck_transfers.try_again(task, reason="There is money now", at=LATE, by=make.user())
    send_transfers(at=LATE)

    payout.refresh_from_db()
    assert payout.state == "done"
    assert not MoneyTask.objects.filter(state="open").exists()


def test_what_the_provider_had_after_all_lets_the_rest_wait_as_before(connected):
    merchant = store(connected)
    case_66(connected, merchant)
    made = settled(merchant).payouts.get()
    set_clocks(connected, MONDAY)
    connected.fail_next(400, executed=True, on="POST /v1/transfers")
    send_transfers(at=MONDAY)
    made.refresh_from_db()
    assert (made.state, transfers()[0][2]) == ("blocked", "blocked")
    task = MoneyTask.objects.get(state="open", kind="payout_stuck")

    sent = stuck_transfers.try_again(task, reason="Look", at=MONDAY, by=make.user())

    made.refresh_from_db()
    task.refresh_from_db()
    assert (sent, made.state, task.outcome) == (False, "sending", "by_itself")
    assert transfers() == [("transfer", 30_00, "done"), ("top_up", 4_96, "queued")]
