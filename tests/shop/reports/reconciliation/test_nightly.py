"""P60: the night finds what does not agree, asks a person once, and is silent where all is well."""

from collections import Counter
from datetime import timedelta

import pytest

from shop.core.jobs.models import FailedJob
from shop.core.jobs.pace import limited
from shop.money.ledger.balances import balance
from shop.money.ledger.models import LedgerTransaction
from shop.money.ledger.posting import moves
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.apply import apply_session
from shop.money.payments.models import Operation, Payment
from shop.money.payments.provider.stripe_gateway import gateway
from shop.orders.documents.missing import make_missing
from shop.orders.documents.models import Document
from shop.reports.models import Check
from shop.reports.monitor import standing
from shop.reports.reconciliation.models import Discrepancy, NightlyReconciliation
from shop.reports.reconciliation.nightly import run_night
from tests import make
from tests.make import NOON
from tests.paying import assert_books_agree, begin, deliver, set_clocks
from tests.shop.money.returns.sold import paid
from tests.shop.reports.reconciliation.worlds import (
    DAY,
    NIGHT,
    line_of,
    night,
    refunded,
    strange_charge,
    strange_transfer,
    stripe_client,
    with_discounts,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold(till):
    """Sell a kettle of 20.00, and make its papers."""
    kettle = make.variant(20_00, of=make.product(of=make.merchant(commission_bp=1_000)))
    paid(till, {kettle: 1})
    make_missing(at=NOON)
    return Payment.objects.get()


def test_p60_where_all_is_well_the_night_says_nothing_and_books_each_fee_once(till, sold):
    assert night(till) == []
    assert night(till, at=NIGHT + DAY) == []

    sold.refresh_from_db()
    assert (sold.fee, sold.net) == (88, 19_12)
    assert sold.balance_txn == line_of(till, sold.charge_id)
    assert NOON + DAY < sold.available_on <= NOON + 3 * DAY
    assert balance("fees", "USD") == 88
    assert balance("provider", "USD") == 19_12 == gateway().balances()["USD"]
    assert not Discrepancy.objects.exists()
    assert not FailedJob.objects.exists()
    assert_books_agree()


def test_a_shop_that_stood_still_makes_its_papers_before_it_is_judged_by_them(till):
    paid(till, {make.variant(20_00, of=make.product(of=make.merchant(commission_bp=1_000))): 1})

    with limited(0):
        assert not run_night(at=NIGHT + DAY)  # only the papers had their turn
    assert night(till, at=NIGHT + DAY) == []

    assert Document.objects.count() == 1
    assert Discrepancy.objects.count() == 0


def test_a_night_is_one_row_with_its_counts_and_the_health_panel_tells_of_it(till, sold):
    night(till)
    night(till)

    row = NightlyReconciliation.objects.get()
    assert (row.step, row.counts["charges"]) == ("done", 1)
    assert row.finished_at == NIGHT
    assert Check.objects.get(name="night").at == NIGHT
    assert "1 lines of the balance, 0 new" in Check.objects.get(name="night").words


def test_p60_so_many_tasks_as_there_are_differences_and_none_again(till, sold):
    refund = refunded(sold, 5_00)
    assert night(till) == []
    with_discounts(till, at=NIGHT)
    till.book_line("reserve_transaction", -3_20, "usd")
    strange_charge(till, 2_00)
    strange_transfer(till, 4_00)
    till.change_fee(line_of(till, sold.charge_id), 1_00)
    till.lose_line(line_of(till, refund.remote_id))
    Operation.objects.update(balance_txn=None)

    opened = night(till, at=NIGHT + 2 * DAY)

    assert opened == [
        ("cover", 11_07),
        ("difference", 12),
        ("difference", 5_00),
        ("suspense", 1_64),
        ("suspense", 3_20),
        ("suspense", 4_00),
    ]
    assert night(till, at=NIGHT + 3 * DAY) == []
    assert night(till, at=NIGHT + 4 * DAY) == []
    assert_books_agree()


def test_a_lost_message_of_a_refund_or_dispute_is_learned_and_is_nothing_unknown(till, sold):
    till.dashboard_refund(sold.charge_id, 5_00)
    till.dispute(sold.charge_id)
    till.pull()

    opened = night(till)

    assert [kind for kind, _ in opened] == ["cover", "dispute", "external_refund"]
    assert balance("suspense", "USD") == 5_00
    assert balance("disputed", "USD") == 15_00
    assert night(till, at=NIGHT + DAY) == []


def test_a_payout_to_the_bank_and_its_return_are_booked_once_and_so_is_what_is_paid_in(till, sold):
    till.fund(80_00, "usd")
    client = stripe_client()
    client.v1.payouts.create({"amount": 7_00, "currency": "usd"})
    back = client.v1.payouts.create({"amount": 9_00, "currency": "usd"})
    till.settle_payout(back.id, ok=False)
    till.book_line("stripe_fee", -50, "usd")

    assert night(till) == night(till, at=NIGHT + DAY) == []

    kinds = Counter(LedgerTransaction.objects.values_list("kind", flat=True))
    assert (kinds["withdrawal"], kinds["deposit"], kinds["charge_fee"]) == (3, 1, 2)
    assert balance("bank", "USD") == 7_00 - 80_00
    assert balance("fees", "USD") == 1_38


def test_a_charge_whose_message_comes_after_the_night_is_no_difference(till, sold):
    begin_at = NIGHT - timedelta(minutes=5)
    set_clocks(till, begin_at)
    payment = begin(make.cart({sold.order.lines.get().variant: 1}, at=begin_at), at=begin_at)
    till.pay(payment.session_id)

    assert night(till) == []

    assert balance("suspense", "USD") == 0
    assert deliver(till)
    assert night(till, at=NIGHT + DAY) == []
    payment.refresh_from_db()
    assert payment.fee == 88


def test_a_refund_that_the_provider_has_not_carried_out_is_no_difference(till, sold):
    till.hold_refunds()
    refund = refunded(sold, 5_00)
    assert refund.state == "pending"

    assert night(till) == []

    till.settle_refund(refund.remote_id)
    deliver(till)
    assert night(till, at=NIGHT + DAY) == []
    assert Operation.objects.get().balance_txn == line_of(till, refund.remote_id)


def test_a_line_that_is_known_later_leaves_suspense_by_itself(till, sold):
    late = begin(make.cart({sold.order.lines.get().variant: 1}))
    till.pay(late.session_id)
    till.pull()
    assert night(till) == [("suspense", 19_12)]

    apply_session(late.session_id, at=NIGHT)

    assert night(till, at=NIGHT + DAY) == []
    assert balance("suspense", "USD") == 0
    assert MoneyTask.objects.get().outcome == "by_itself"


def test_one_faulty_line_keeps_no_other_from_its_turn(till, sold):
    till.book_line("topup", 5_00, "gbp")
    line = till.book_line("topup", 1_00, "ugx")
    till.world.store.change(
        till.world.store.get("balance_transaction", line["id"]), available_on=10**15
    )
    till.fund(5_00, "usd")

    night(till)

    assert [balance("bank", currency) for currency in ("GBP", "UGX", "USD")] == [-5_00, 0, -5_00]
    failed_job = FailedJob.objects.get(round="take in lines of the balance")
    assert (failed_job.error, failed_job.key) == ("NotUnderstood", line["id"])
    assert NightlyReconciliation.objects.get().counts["charges"] == 1


def test_a_night_goes_on_where_it_was_stopped(till, sold):
    for _number in range(205):
        till.book_line("topup", 1_00, "usd")
    set_clocks(till, NIGHT)
    till.fail_next(503, 503, on="GET /v1/balance_transactions")

    assert not run_night(at=NIGHT)
    assert NightlyReconciliation.objects.get().after == ""
    with limited(0):
        assert not run_night(at=NIGHT)
    row = NightlyReconciliation.objects.get()
    assert (row.step, row.counts) == ("lines", {"top-ups": 100})
    with limited(0):
        run_night(at=NIGHT + timedelta(minutes=5))
    while not run_night(at=NIGHT + timedelta(minutes=10)):
        pass

    row.refresh_from_db()
    assert (row.counts["top-ups"], row.counts["charges"]) == (205, 1)
    assert balance("bank", "USD") == -205_00
    assert NightlyReconciliation.objects.count() == 1


def test_while_the_provider_is_silent_the_night_waits_and_the_monitor_is_told_after_26_hours(
    till, sold
):
    night(till)
    set_clocks(till, NIGHT + DAY)
    till.fail_next(503, 503, on="GET /v1/balance_transactions")

    assert not run_night(at=NIGHT + DAY)

    told = "books and provider were not compared for a day"
    assert told not in standing(at=NIGHT + timedelta(hours=25)).problems
    assert told in standing(at=NIGHT + timedelta(hours=27)).problems
    assert run_night(at=NIGHT + timedelta(hours=27))
    assert told not in standing(at=NIGHT + timedelta(hours=27)).problems


def test_books_and_balance_that_differ_are_told_with_both_figures_and_once(till, sold):
    moves.WITHDRAWAL.book(3_00, reference="by-hand", currency="USD", at=NOON)

    assert night(till) == [("difference", 3_00)]

    task = MoneyTask.objects.get()
    assert task.what == "The provider has $19.12, the books $16.12: $3.00 apart."
    assert night(till, at=NIGHT + DAY) == []
    moves.WITHDRAWAL.book(1_00, reference="again", currency="USD", at=NOON)
    assert night(till, at=NIGHT + 2 * DAY) == []
    task.refresh_from_db()
    assert task.amount == 4_00
    moves.WITHDRAWAL.book(-4_00, reference="back", currency="USD", at=NOON)
    assert night(till, at=NIGHT + 3 * DAY) == []
    task.refresh_from_db()
    assert task.outcome == "by_itself"
