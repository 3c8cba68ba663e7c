"""How a person ends what the night found: each outcome books its own entries, once."""

from datetime import timedelta

import pytest

from shop.core.errors import NotPossible, StaleState
from shop.money.ledger.balances import balance
from shop.money.ledger.models import LedgerTransaction
from shop.money.ledger.posting import moves
from shop.money.money_tasks.kinds import TaskOutcome
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.models import Payment
from shop.money.settlements.receivables import receivables
from shop.orders.documents.missing import make_missing
from shop.orders.models import Suborder
from shop.reports.reconciliation import decide
from shop.reports.reconciliation.discrepancies import report
from shop.reports.reconciliation.models import Discrepancy, WriteOff
from tests import make
from tests.make import NOON
from tests.shop.money.returns.sold import paid
from tests.shop.reports.reconciliation.worlds import DAY, NIGHT, line_of, night, with_discounts

pytestmark = pytest.mark.django_db
SAID = {"reason": "Asked the provider.", "at": NIGHT}


@pytest.fixture
def sold(till):
    """Sell a kettle of 200.00, so that all is covered."""
    kettle = make.variant(200_00, of=make.product(of=make.merchant(commission_bp=5_000)))
    paid(till, {kettle: 1})
    return Payment.objects.get()


@pytest.fixture
def unknown(till, sold):
    """Return the task about a line of which nobody knows what it is."""
    till.book_line("reserve_transaction", -3_20, "usd")
    assert night(till) == [("suspense", 3_20)]
    return MoneyTask.objects.get()


def owing(amount=80_00, *, since=NIGHT - 61 * DAY):
    """Return a store that owes since a day."""
    merchant = make.merchant()
    moves.CARRIED.book(amount, merchant, reference=str(merchant.pk), currency="USD", at=since)
    return merchant


def standing(*accounts):
    return [balance(account, "USD") for account in accounts]


@pytest.mark.parametrize(
    ("outcome", "account"),
    [("fee", "fees"), ("own_money", "bank"), ("write_off", "losses")],
)
def test_money_in_suspense_goes_to_the_account_that_a_person_names(till, unknown, outcome, account):
    before = balance(account, "USD")

    decide.place(unknown, TaskOutcome(outcome), **SAID, by=make.user())

    assert standing("suspense") == [0]
    assert balance(account, "USD") - before == 3_20
    assert night(till, at=NIGHT + DAY) == night(till, at=NIGHT + 2 * DAY) == []
    with pytest.raises(StaleState):
        decide.place(unknown, TaskOutcome(outcome), **SAID, by=make.user())


def test_two_lines_that_undo_each_other_are_closed_together(till, unknown):
    till.book_line("reserve_transaction", 3_20, "usd")
    assert night(till, at=NIGHT + DAY) == [("suspense", 3_20)]
    [other] = decide.others_to_match(unknown)

    with pytest.raises(NotPossible):
        decide.match(unknown, unknown.pk, **SAID, by=make.user())
    decide.match(unknown, other.pk, **SAID, by=make.user())

    assert standing("suspense") == [0]
    assert not MoneyTask.objects.filter(state="open").exists()
    assert night(till, at=NIGHT + 2 * DAY) == []


def test_lines_that_do_not_come_to_nothing_undo_nothing(till, unknown):
    till.book_line("reserve_transaction", 3_00, "usd")
    night(till, at=NIGHT + DAY)
    other = MoneyTask.objects.latest("pk")
    assert decide.others_to_match(unknown) == []

    with pytest.raises(NotPossible, match="do not come to nothing"):
        decide.match(unknown, other.pk, **SAID, by=make.user())

    assert MoneyTask.objects.filter(state="open").count() == 2


def test_a_fee_that_changed_is_booked_as_it_is_now(till, sold):
    night(till)
    till.change_fee(line_of(till, sold.charge_id), 7_00)
    assert night(till, at=NIGHT + DAY) == [("difference", 90)]

    decide.book_fee(MoneyTask.objects.get(), **SAID, by=make.user())

    sold.refresh_from_db()
    assert (sold.fee, sold.net) == (7_00, 193_00)
    assert standing("fees", "provider") == [7_00, 193_00]
    assert night(till, at=NIGHT + 2 * DAY) == []


def test_what_is_explained_is_told_again_only_when_it_differs(till, sold):
    night(till)
    till.change_fee(line_of(till, sold.charge_id), 7_00)
    night(till, at=NIGHT + DAY)
    with pytest.raises(NotPossible):
        decide.explain(MoneyTask.objects.get(), reason=" ", at=NIGHT, by=make.user())
    decide.explain(MoneyTask.objects.get(), **SAID, by=make.user())

    assert night(till, at=NIGHT + DAY + timedelta(hours=20)) == []
    till.change_fee(line_of(till, sold.charge_id), 8_00)

    assert night(till, at=NIGHT + 2 * DAY + timedelta(hours=20)) == [("difference", 1_90)]


def test_cover_that_is_broken_is_paid_in_and_what_still_lacks_is_told_again(till):
    with_discounts(till)
    assert night(till) == [("cover", 6_13)]  # 30.00 less its fee, for 34.96 that a store is owed
    task = MoneyTask.objects.get()
    assert task.due_at <= NIGHT
    assert task.what == "Held $28.83, owed $34.96: $6.13 has to be paid in."

    decide.pay_in_cover(task, 6_00, "FT26 1", **SAID, by=make.user())

    assert standing("bank", "promotions") == [6_00, 0]
    assert night(till, at=NIGHT + DAY) == [("cover", 13)]
    again = MoneyTask.objects.latest("pk")
    with pytest.raises(NotPossible, match="stands in the books"):
        decide.pay_in_cover(again, 13, "FT26  1", **SAID, by=make.user())
    decide.pay_in_cover(again, 13, "FT26 2", **SAID, by=make.user())
    assert night(till, at=NIGHT + 2 * DAY) == []


def test_cover_that_was_explained_is_told_again_when_more_is_missing(till):
    with_discounts(till)
    night(till)
    decide.explain(MoneyTask.objects.get(), **SAID, by=make.user())
    assert night(till, at=NIGHT + DAY) == []

    with_discounts(till, at=NIGHT + DAY)

    assert night(till, at=NIGHT + 2 * DAY) == [("cover", 12_26)]


def test_a_store_that_has_owed_for_60_days_is_on_the_desk_and_pays_in_parts(till, sold):
    owing(10_00, since=NIGHT - 59 * DAY)
    merchant = owing()
    assert night(till) == [("receivable", 80_00)]
    task = MoneyTask.objects.get()
    assert task.merchant == merchant

    with pytest.raises(NotPossible, match=r"owes \$80.00"):
        decide.pay_in_receivable(task, 80_01, "FT 1", **SAID, by=make.user())
    assert MoneyTask.objects.get().is_open
    assert decide.pay_in_receivable(task, 30_00, "FT 1", **SAID, by=make.user()) == 50_00

    assert balance("receivable", "USD", merchant=merchant) == 50_00
    assert balance("bank", "USD") == 30_00
    assert sorted(night(till, at=NIGHT + 2 * DAY)) == [("receivable", 10_00), ("receivable", 50_00)]
    assert night(till, at=NIGHT + 3 * DAY) == []


def test_more_than_a_sum_is_given_up_by_two_people(till, sold):
    owing()
    night(till)
    task, first, second = MoneyTask.objects.get(), make.user(), make.user()

    assert not decide.write_off(task, **SAID, by=first)
    with pytest.raises(NotPossible, match="somebody else"):
        decide.write_off(task, **SAID, by=first)
    assert balance("losses", "USD") == 0
    assert decide.write_off(task, **SAID, by=second)

    assert standing("losses", "receivable") == [80_00, 0]
    assert WriteOff.objects.get().state == "done"
    assert night(till, at=NIGHT + DAY) == []
    with pytest.raises(StaleState):
        decide.write_off(task, **SAID, by=second)


def test_what_is_paid_in_after_all_is_asked_to_be_given_up_no_more(till, sold):
    owing()
    night(till)
    task = MoneyTask.objects.get()
    decide.write_off(task, **SAID, by=make.user())

    assert decide.pay_in_receivable(task, 80_00, "FT 1", **SAID, by=make.user()) == 0

    assert WriteOff.objects.get().state == "dropped"
    assert standing("losses", "receivable") == [0, 0]


def test_little_is_given_up_by_one(till, sold):
    owing(50_00)
    night(till)

    assert decide.write_off(MoneyTask.objects.get(), **SAID, by=make.user())

    assert standing("losses", "receivable") == [50_00, 0]


def test_what_was_netted_meanwhile_is_not_given_up(till, sold):
    merchant = owing(50_00)
    night(till)
    moves.NETTED.book(20_00, merchant, reference="n", currency="USD", at=NIGHT)

    with pytest.raises(NotPossible, match=r"owes \$30.00"):
        decide.write_off(MoneyTask.objects.get(), **SAID, by=make.user())

    assert standing("losses", "receivable") == [0, 30_00]
    assert night(till, at=NIGHT + DAY) == []
    assert MoneyTask.objects.get().amount == 30_00


def test_a_debt_is_as_old_as_the_oldest_part_that_is_left_of_it():
    merchant = owing(10_00, since=NOON)
    facts = {"currency": "USD"}
    moves.CARRIED.book(5_00, merchant, reference="901", at=NOON + DAY, **facts)
    moves.NETTED.book(12_00, merchant, reference="902", at=NOON + 2 * DAY, **facts)
    moves.CARRIED.book(4_00, merchant, reference="903", at=NOON + 3 * DAY, **facts)

    [row] = receivables()

    assert (row.amount, row.since) == (7_00, NOON + DAY)


def test_a_sale_without_an_invoice_after_a_day_is_a_task_until_it_is_made(till, sold):
    Suborder.objects.update(is_invoiced=True)
    night(till)
    Suborder.objects.update(is_invoiced=False)
    missing = "1 sales of"
    breach = next(iter(decide.missing_papers(NIGHT + DAY)))
    assert breach.what.startswith(missing)
    assert list(decide.missing_papers(NOON + timedelta(hours=23))) == []

    report(breach, at=NIGHT + DAY)
    task = MoneyTask.objects.get()
    with pytest.raises(NotPossible, match="still missing"):
        decide.papers_made(task, reason="Made", at=NIGHT + DAY, by=make.user())
    make_missing(at=NIGHT + DAY)
    decide.papers_made(task, reason="Made", at=NIGHT + DAY, by=make.user())

    assert not Discrepancy.objects.exists()
    assert LedgerTransaction.objects.filter(kind="sale").count() == 1
