"""A line or a balance that the shop cannot read stops no night: the others are taken in."""

import pytest

from shop.core.jobs.models import FailedJob
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.models import Payment
from shop.reports.reconciliation.models import NightlyReconciliation
from tests import make
from tests.make import NOON
from tests.shop.money.returns.sold import paid
from tests.shop.reports.reconciliation.worlds import NIGHT, line_of, night

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(till):
    for _ in range(2):
        paid(till, {make.variant(20_00, of=make.product(of=make.merchant())): 1})
    return list(Payment.objects.order_by("pk"))


@pytest.mark.parametrize("strange", [
    {"field": "amount", "value": "2000"}, {"field": "currency", "value": "zzz"},
    {"field": "available_on", "gone": True}, {"field": "id", "gone": True},
])  # fmt: skip
def test_lines_are_taken_in_beside_one_that_cannot_be_read(till, two, strange):
    odd, sound = two
    line = line_of(till, odd.charge_id)
    till.spoil("balance_transaction", of=line, **strange)

    night(till)

    sound.refresh_from_db()
    odd.refresh_from_db()
    assert (sound.fee, odd.fee) == (88, None)
    assert NightlyReconciliation.objects.get().step == "done"
    assert (
        FailedJob.objects.filter(round="take in lines of the balance", closed_at=None).count() == 1
    )


def test_the_other_currencies_are_compared_beside_one_that_cannot_be_read(till, two):
    till.book_line("reserve_transaction", -3_20, "eur")
    till.spoil("balance", "available.0.amount", "much")
    till.spoil("balance", "pending.0.amount", "much")

    night(till)

    assert NightlyReconciliation.objects.get().step == "done"
    assert "not compared" not in NightlyReconciliation.objects.get().counts
    told = MoneyTask.objects.filter(kind="difference").values_list("what", flat=True)
    assert any("not understood" in what for what in told)
    assert NIGHT > NOON
