"""The database keeps the books: nothing is changed or deleted, and every set is balanced (P28)."""

import pytest
from django.db import IntegrityError, connection, transaction

from shop.money.ledger.models import LedgerEntry, LedgerTransaction
from shop.money.ledger.posting import sales
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
BEGIN = (
    "INSERT INTO shop_ledgertransaction (reference, kind, at) VALUES ('x', 'unknown', now())"
    " RETURNING id"
)
ENTRY = (
    "INSERT INTO shop_ledgerentry (transaction_id, account, amount, currency)"
    " VALUES (%s, %s, %s, %s)"
)


@pytest.fixture
def booked():
    sales.post_sale(make.order({make.variant(20_00): 1}), at=NOON)


def run(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0] if cursor.description else None


def commit():
    """Let the database judge what is judged when a transaction ends."""
    run("SET CONSTRAINTS ALL IMMEDIATE")


@transaction.atomic
def book(entries, made=None, account="bank"):
    made = made or run(BEGIN)
    for amount, currency in entries:
        run(ENTRY, made, account, amount, currency)
    commit()


@pytest.mark.parametrize("table", ["shop_ledgerentry", "shop_ledgertransaction"])
@pytest.mark.parametrize("what", ["DELETE FROM {}", "UPDATE {} SET id = id"])
def test_nothing_is_changed_or_deleted_even_by_sql(booked, table, what):
    commit()

    with pytest.raises(IntegrityError, match="only added to"), transaction.atomic():
        run(what.format(table))

    assert LedgerEntry.objects.count() == 2
    assert LedgerTransaction.objects.count() == 1


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [(1, "USD")],
        [(5, "USD"), (-4, "USD")],
        [(5, "USD"), (-5, "EUR")],
        [(5, "USD"), (-5, "USD"), (1, "EUR")],
    ],
)
def test_what_does_not_balance_is_not_committed(entries):
    with pytest.raises(IntegrityError, match="does not balance"):
        book(entries)

    assert not LedgerTransaction.objects.exists()


def test_what_balances_in_each_currency_is():
    book([(5, "USD"), (-5, "USD"), (7, "EUR"), (-7, "EUR")])

    assert LedgerEntry.objects.count() == 4


def test_nothing_is_added_to_what_was_balanced(booked):
    commit()
    made = LedgerTransaction.objects.get().pk

    with pytest.raises(IntegrityError, match="does not balance"):
        book([(1, "USD")], made)


@pytest.mark.parametrize("account", ["payable", "reserve", "receivable", "funds"])
def test_what_somebody_has_says_whose_it_is(account):
    with pytest.raises(IntegrityError, match="ledger_"):
        book([(1, "USD"), (-1, "USD")], account=account)


@pytest.mark.django_db(transaction=True)
def test_a_balanced_pair_is_not_added_to_an_old_transaction():
    with transaction.atomic():
        sales.post_sale(make.order({make.variant(20_00): 1}), at=NOON)
    made = LedgerTransaction.objects.get().pk

    with pytest.raises(IntegrityError, match="was written before"):
        book([(1, "USD"), (-1, "USD")], made)

    assert LedgerEntry.objects.count() == 2


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE shop_ledgerentry SET account = 'nonsense'",
        "TRUNCATE shop_ledgerentry CASCADE",
        "TRUNCATE shop_ledgertransaction CASCADE",
        "INSERT INTO shop_ledgertransaction (reference, kind, at) VALUES ('x', 'gift', now())",
    ],
)
def test_the_books_know_their_words_and_are_not_emptied(booked, sql):
    commit()

    with pytest.raises(IntegrityError), transaction.atomic():
        run(sql)


@pytest.mark.parametrize(
    ("account", "amount", "currency"),
    [("nonsense", 1, "USD"), ("bank", 0, "USD"), ("bank", 1, "usd"), ("bank", 1, "US")],
)
def test_an_entry_has_an_account_an_amount_and_a_currency(account, amount, currency):
    with pytest.raises(IntegrityError, match=r"known|of_something"):
        book([(amount, currency), (-amount, currency)], account=account)
