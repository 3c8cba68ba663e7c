"""The books at the desk: cover, nights, what stores owe, and the months."""

import csv
import io
from datetime import datetime, timedelta

import pytest

from shop.money.ledger.posting import moves
from shop.money.money_tasks.models import MoneyTask
from tests import make
from tests.budgets import statements
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.paying import set_clocks
from tests.shop.money.settlements.earned import MONDAY, earned, store
from tests.shop.reports.reconciliation.worlds import DAY, NIGHT, night, with_discounts

pytestmark = pytest.mark.django_db
BOOKS = "/organize/books/"


@pytest.fixture
def till(sandbox, clock_at):
    """Give a sandbox whose clock, like the shop's, says noon of the festival's third day."""
    set_clocks(sandbox, NOON)
    clock_at(NOON)
    return sandbox


@pytest.fixture
def desk(client, till):
    """Be an organizer at the desk at that moment."""
    client.force_login(organizer())
    return client


def test_cover_is_shown_account_by_account_with_what_is_missing(desk, till):
    with_discounts(till)
    night(till)

    page = desk.get(BOOKS).text

    assert "Held $28.83, owed $34.96: $6.13 has to be paid in." in page
    assert "Balance at the provider" in page
    assert "13 May 2027" in page
    assert "1 lines of the balance, 1 new differences, 1 open." in page
    assert "$6.13 has to be paid in" in desk.get("/organize/money/").text
    assert "$6.13 has to be paid in" in desk.get("/organize/settlements/").text


def test_cover_is_paid_in_at_the_desk(desk, till):
    with_discounts(till)
    night(till)
    where = f"/organize/money/{MoneyTask.objects.get().pk}/"
    assert "It is paid in" in desk.get(where).text
    form = desk.get(f"{where}paid_in/").text
    assert 'value="6.13"' in form

    answer = desk.post(f"{where}paid_in/", {"amount": "6.13", "reason": "Mine"})
    assert answer.status_code == 422
    facts = {"amount": "6.13", "bank_reference": "FT 1", "reason": "Mine"}
    assert desk.post(f"{where}paid_in/", facts).status_code == 302

    assert MoneyTask.objects.get().outcome == "paid_in"
    assert "Held $34.96, owed $34.96: covered." in desk.get(BOOKS).text


def test_a_write_off_says_who_asked_for_it(desk, till):
    merchant = make.merchant()
    moves.CARRIED.book(80_00, merchant, reference="1", currency="USD", at=NOON - 61 * DAY)
    night(till)
    where = f"/organize/money/{MoneyTask.objects.get(kind='receivable').pk}/write_off/"
    assert "somebody else has to agree" in desk.get(where).text

    desk.post(where, {"reason": "Closed down"})
    assert "asks for it: Closed down" in desk.get(where).text
    assert MoneyTask.objects.get(kind="receivable").is_open


def test_what_stores_owe_stands_in_a_list_with_its_settlements(desk, till, clock_at):
    merchant = store()
    moves.CARRIED.book(80_00, merchant, reference="1", currency="USD", at=NOON - 61 * DAY)

    page = desk.get(f"{BOOKS}receivables/").text

    assert merchant.name in page
    assert "$80.00" in page
    assert "61 days" in page
    sheet = desk.get(f"{BOOKS}receivables/", {"export": "csv"})
    assert "80.00,USD,2027-03-12" in sheet.text


def test_a_month_opens_with_what_the_last_one_closed_with(desk, till, clock_at):
    merchant = store()
    earned(till, merchant)
    night(till)
    clock_at(MONDAY + 30 * DAY)
    moves.WITHDRAWAL.book(5_00, reference="june", currency="USD", at=MONDAY + 2 * DAY)

    may = desk.get(f"{BOOKS}2027-05/").text
    june = desk.get(f"{BOOKS}2027-06.csv").text

    assert "sale $100.00" in may
    rows = [line.split(",") for line in june.lstrip("\ufeff").splitlines()]
    assert ["2027-06", "USD", "bank", "withdrawal", "5.00"] in rows
    assert ["2027-06", "USD", "payable", "opening", "-90.00"] in rows
    closing = sum(float(row[4]) for row in rows[1:] if row[3] == "closing")
    assert round(closing, 2) == 0
    assert f"{BOOKS}2027-05/" in desk.get(BOOKS).text
    assert desk.get(f"{BOOKS}2027-13/").status_code == 404


def test_a_journal_has_a_line_for_each_entry_with_debit_or_credit(desk, till, clock_at):
    earned(till, store())
    night(till)

    answer = desk.get(f"{BOOKS}2027-05/journal.csv")

    text = b"".join(answer.streaming_content).decode().lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    sale = [row for row in rows if row["event"] == "sale"]
    assert [(row["account"], row["debit"], row["credit"]) for row in sale] == [
        ("provider", "100.00", ""), ("payable", "", "90.00"), ("commission", "", "10.00"),
    ]  # fmt: skip
    assert sale[0]["order"].startswith("BB-")
    assert sale[1]["store"]
    [fee, _] = [row for row in rows if row["event"] == "charge_fee"]
    assert fee["happened (UTC)"] < fee["booked (UTC)"]


def test_a_month_says_whether_it_is_closed_and_since_when(desk, till, clock_at):
    earned(till, store())
    assert "This month is open." in desk.get(f"{BOOKS}2027-05/").text
    later = datetime(2027, 6, 1, 3, tzinfo=NOON.tzinfo)
    set_clocks(till, later)

    night(till, at=later)

    assert "Closed on 1 June 2027, 03:00 UTC." in desk.get(f"{BOOKS}2027-05/").text


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("", 10),
        ("receivables/", 10),
        ("2027-05/", 9),
        ("2027-05.csv", 7),
        ("2027-05/journal.csv", 6),
    ],
)
def test_pages_cost_the_same_however_much_there_is(desk, till, path, most):
    def spend(bound=99):
        with statements(most=bound) as asked:
            desk.get(f"{BOOKS}{path}")
        return len(asked)

    owing(2)
    night(till)
    first = spend()
    owing(20)
    night(till, at=NIGHT + DAY)

    assert spend(most) == first


def owing(count):
    for _ in range(count):
        merchant = make.merchant()
        facts = {"currency": "USD", "at": NOON - timedelta(days=5)}
        moves.CARRIED.book(80_00, merchant, reference=str(merchant.pk), **facts)
