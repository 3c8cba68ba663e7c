"""A month that is over is closed: nothing is booked into it, and balances are read from it on."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from shop.money.ledger.balances import balance
from shop.money.ledger.closing import close_months
from shop.money.ledger.cover import covers
from shop.money.ledger.models import ClosedBalance, ClosedMonth
from shop.money.ledger.months import closing
from shop.money.ledger.posting import moves
from tests import make
from tests.patience import PATIENCE, wait_until

MAY, JUNE = datetime(2027, 5, 20, tzinfo=UTC), datetime(2027, 6, 3, tzinfo=UTC)


@transaction.atomic
def paid_in(amount, *, at, reference):
    moves.PAID_IN.book(amount, reference=reference, currency="USD", at=at)


@pytest.mark.django_db
def test_a_month_that_is_over_takes_no_entry_any_more():
    paid_in(5_00, at=MAY, reference="1")
    assert close_months(at=JUNE) == 1

    with pytest.raises(IntegrityError, match="is closed"), transaction.atomic():
        paid_in(1_00, at=datetime(2027, 5, 31, 23, 59, tzinfo=UTC), reference="2")
    paid_in(2_00, at=datetime(2027, 6, 1, tzinfo=UTC), reference="3")

    assert balance("bank", "USD") == 7_00
    assert [row.closing for row in closing(date(2027, 5, 1)) if row.account == "bank"] == [5_00]


@pytest.mark.django_db
def test_a_month_is_closed_once_and_two_hours_after_its_end():
    paid_in(5_00, at=MAY, reference="1")

    assert close_months(at=datetime(2027, 6, 1, 1, 59, tzinfo=UTC)) == 0
    assert close_months(at=datetime(2027, 6, 1, 2, tzinfo=UTC)) == 1
    assert close_months(at=JUNE) == 0
    assert close_months(at=datetime(2027, 9, 1, 2, tzinfo=UTC)) == 3

    assert [str(row) for row in ClosedMonth.objects.order_by("month")] == [
        "2027-05", "2027-06", "2027-07", "2027-08",
    ]  # fmt: skip


@pytest.mark.django_db
def test_balances_are_the_same_before_and_after_a_month_is_closed():
    merchant = make.merchant()
    owed = {"currency": "USD", "at": MAY}
    moves.CARRIED.book(80_00, merchant, reference="1", **owed)
    paid_in(5_00, at=MAY, reference="1")
    paid_in(7_00, at=JUNE, reference="2")
    before = (
        balance("receivable", "USD", merchant=merchant), balance("bank", "USD"), covers(),
        closing(date(2027, 6, 1)),
    )  # fmt: skip

    close_months(at=JUNE)

    assert before == (
        balance("receivable", "USD", merchant=merchant), balance("bank", "USD"), covers(),
        closing(date(2027, 6, 1)),
    )  # fmt: skip
    sums = ClosedBalance.objects.values_list("account", "merchant", "amount")
    assert set(sums) == {
        ("receivable", merchant.pk, 80_00), ("payable", merchant.pk, -80_00),
        ("bank", None, 5_00), ("promotions", None, -5_00),
    }  # fmt: skip


@pytest.mark.django_db
def test_what_was_booked_before_the_last_closed_month_is_not_read_again(
    django_assert_num_queries,
):
    paid_in(5_00, at=MAY, reference="1")
    close_months(at=JUNE)
    paid_in(7_00, at=JUNE, reference="2")

    with django_assert_num_queries(2) as asked:
        assert balance("bank", "USD") == 12_00

    assert "2027-06-01" in asked.captured_queries[1]["sql"]


@pytest.mark.django_db
def test_a_closing_that_died_before_its_balances_gets_them_in_the_next_night():
    paid_in(5_00, at=MAY, reference="1")
    ends = datetime(2027, 6, 1, tzinfo=UTC)
    ClosedMonth.objects.create(month=date(2027, 5, 1), ends_at=ends, closed_at=JUNE)
    assert balance("bank", "USD") == 5_00

    close_months(at=JUNE)

    assert ClosedMonth.objects.get().balanced_at == JUNE
    assert ClosedBalance.objects.get(account="bank").amount == 5_00


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["shop_closedmonth", "shop_closedbalance"])
@pytest.mark.parametrize("what", ["DELETE FROM {}", "UPDATE {} SET id = id", "TRUNCATE {} CASCADE"])
def test_a_closed_month_is_not_opened_even_by_sql(table, what):
    paid_in(5_00, at=MAY, reference="1")
    close_months(at=JUNE)
    run("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match=r"stays closed|only added to|is kept"):
        run(what.format(table))


@pytest.mark.django_db(transaction=True)
def test_a_booking_under_way_is_waited_for_and_belongs_to_the_month():
    """Whoever closes waits for the lock that a booking shares until it is committed."""
    paid_in(5_00, at=MAY, reference="1")
    closed = threading.Event()

    def close():
        close_months(at=JUNE)
        connection.close()
        closed.set()

    other = threading.Thread(target=close)
    with transaction.atomic():
        paid_in(7_00, at=MAY + timedelta(days=1), reference="2")
        other.start()
        wait_until(somebody_waits)
        assert not closed.is_set()
    other.join(PATIENCE)

    assert ClosedBalance.objects.get(account="bank").amount == 12_00


def somebody_waits():
    return run("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")


def run(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0] if cursor.description else None
