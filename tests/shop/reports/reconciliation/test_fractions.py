"""What the provider counts finer than the shop is rounded: such a currency stops no other one."""

import pytest

from shop.core.jobs.models import FailedJob
from shop.money.ledger.balances import balance
from shop.money.payments.models import Payment
from shop.money.payments.proposals import RefundPlan, decided, propose
from shop.money.payments.provider.stripe_gateway import gateway
from shop.orders.documents.missing import make_missing
from shop.reports.reconciliation.balances import compare
from tests import make
from tests.make import NOON
from tests.paying import assert_books_agree
from tests.shop.money.returns.sold import paid
from tests.shop.reports.reconciliation.worlds import NIGHT, night

pytestmark = pytest.mark.django_db


def sell(till, price):
    kettle = make.variant(price, of=make.product(of=make.merchant(commission_bp=1_000)))
    return paid(till, {kettle: 1})


def test_a_fee_with_a_fraction_is_booked_rounded_and_the_other_currency_is_compared(till, settings):
    sell(till, 20_00)
    settings.SHOP_CURRENCY = "UGX"
    order = sell(till, 80_001)
    make_missing(at=NOON)

    assert night(till) == []

    payment = Payment.objects.get(order=order)
    assert (payment.fee, payment.net) == (2_320, 77_681)  # 2,320.33 there
    assert not FailedJob.objects.exists()
    assert gateway().balances() == {"USD": 19_12, "UGX": 77_681}
    assert balance("fees", "UGX") == 2_320
    assert_books_agree()


def test_what_is_more_than_rounding_is_told(till, settings):
    settings.SHOP_CURRENCY = "UGX"
    sell(till, 80_001)
    make_missing(at=NOON)
    night(till)
    [line] = till.world.store.all("balance_transaction")
    till.world.store.change(line, net=line["net"] + 200)  # two shillings

    [breach] = compare(NIGHT, at=NIGHT)

    assert (breach.figure, breach.currency) == (2, "UGX")


def test_one_person_refunds_in_naira_what_is_little_money(till, settings):
    settings.SHOP_CURRENCY = "NGN"
    order = sell(till, 40_000_00)
    plan = RefundPlan("return", "Broken", {str(order.lines.get().pk): (1, None)})

    made = propose(order.pk, plan, seen=decided(order.pk), at=NOON, by=make.user())

    assert type(made).__name__ == "Refund"
