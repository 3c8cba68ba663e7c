"""Case P57: money of another amount is taken as the sale, or sent back, by a person."""

import pytest

from shop.catalogue.stock.models import Pool
from shop.core.errors import NotPossible, StaleState
from shop.money.ledger.balances import balance
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.models import Payment
from shop.money.payments.operations import run_operations
from shop.money.payments.review import accept, send_back
from shop.orders.models import Order
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.paying import assert_books_agree, deliver
from tests.queue import run_queued_work
from tests.shop.money.payments.books import refunded
from tests.shop.money.payments.test_external import at_the_provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def came(till, payment):
    """Return what lets another amount come for a kettle of 20.00, and the task about it."""

    def come(amount):
        till.pay(payment.session_id)
        for kind, field in (("payment_intent", "amount_received"), ("charge", "amount")):
            (row,) = till.world.store.all(kind)
            row[field] = amount
        deliver(till)
        payment.refresh_from_db()
        assert payment.state == "review"
        return MoneyTask.objects.get(kind="payment_review")

    return come


def books(*accounts):
    return [balance(account, "USD") for account in accounts]


def decide(how, task):
    how(task, reason="Agreed by telephone", at=NOON, by=organizer())


def test_it_stands_in_suspense_and_on_the_desk(came):
    task = came(19_99)

    assert books("provider", "suspense", "payable") == [19_99, -19_99, 0]
    assert task.amount == 19_99
    assert "$19.99 came where $20.00 were asked." in task.what
    assert_books_agree()


@pytest.mark.parametrize(
    ("amount", "losses", "due"), [(19_99, 1, 0), (20_01, 0, -1), (25_00, 0, -5_00)]
)
def test_p57_accepted_it_is_the_sale_and_the_difference_is_lost_or_owed(
    came, amount, losses, due, till
):
    decide(accept, came(amount))

    assert Order.objects.get().is_paid
    assert Payment.objects.get().state == "paid"
    assert (Pool.objects.get().held, Pool.objects.get().sold) == (0, 1)
    assert books("suspense", "losses", "refunds_due", "payable") == [0, losses, due, -20_00]
    assert_books_agree()
    run_operations(at=NOON)
    assert refunded(till) == ([-due] if due else [])
    assert books("refunds_due", "provider") == [0, amount + due]


def test_p57_its_store_and_its_shopper_are_told(came, mailoutbox):
    task = came(19_99)
    make.member(Order.objects.get().suborders.get().merchant, "loom@example.org")
    decide(accept, task)
    run_queued_work()

    told = {address for letter in mailoutbox for address in letter.to}
    assert {"loom@example.org", Order.objects.get().contact.email} <= told


def test_p57_sent_back_its_goods_are_free_and_suspense_is_empty(came, till):
    decide(send_back, came(19_99))
    run_operations(at=NOON)

    assert Payment.objects.get().state == "refunded"
    assert Order.objects.get().state == "expired"
    assert Pool.objects.get().held == 0
    assert refunded(till) == [19_99]
    assert books("suspense", "refunds_due", "provider") == [0, 0, 0]


def test_what_went_back_outside_is_not_sent_again(came, till, payment):
    task = came(19_99)
    at_the_provider(payment, 5_00)
    deliver(till)
    with pytest.raises(NotPossible, match="went back"):
        decide(accept, task)

    decide(send_back, task)
    run_operations(at=NOON)

    assert sorted(refunded(till)) == [5_00, 14_99]
    assert books("suspense", "refunds_due", "provider") == [0, 0, 0]
    assert not MoneyTask.objects.filter(state="open").exists()


@pytest.mark.parametrize("again", [accept, send_back])
@pytest.mark.parametrize("first", [accept, send_back])
def test_it_is_decided_once(came, first, again):
    task = came(19_99)
    decide(first, task)

    with pytest.raises(StaleState):
        decide(again, task)
