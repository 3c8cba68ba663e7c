"""P34-P43: payouts by the provider are sent once and booked once, the oldest first."""

from datetime import timedelta

import pytest

from shop.money.ledger.balances import balance
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.operations import run_operations
from shop.money.payments.proposals import RefundPlan, approve, decided, propose
from shop.money.payments.provider import stripe_payouts as provider
from shop.money.payments.provider.outbox import LEASE
from shop.money.payments.provider.stripe_gateway import gateway
from shop.money.settlements.make import draft
from shop.money.settlements.models import Payout, PayoutMethod, Settlement
from shop.money.settlements.payouts import queue_what_waits
from shop.money.settlements.remote.fund import floor, look_at_fundings
from shop.money.settlements.remote.models import Funding, PayoutCountry
from shop.money.settlements.remote.payout_checks import look_at_payouts
from shop.money.settlements.remote.send import send_payouts
from tests import make
from tests.crowd import at_once
from tests.paying import assert_books_agree, set_clocks
from tests.shop.money.settlements.earned import DAY, MONDAY, earned, settled
from tests.shop.money.settlements.remote.sent import (
    assert_storage_agrees,
    available,
    flush,
    fund,
    owed,
    payments,
    queued,
    store,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
SENT_TO = "POST /v2/money_management/outbound_payments"


@pytest.fixture
def payout(abroad):
    """Queue a payout of 180.00, for which the money is there."""
    made = queued(abroad, store(abroad))
    flush(abroad)
    return made


def states():
    return list(Payout.objects.order_by("pk").values_list("state", flat=True))


def tasks():
    return list(
        MoneyTask.objects.filter(state="open").order_by("pk").values_list("kind", flat=True)
    )


def test_a_payout_is_funded_sent_and_booked(abroad, payout):
    send_payouts(at=MONDAY)

    payout.refresh_from_db()
    (sent,) = payments(abroad)
    assert (payout.state, payout.remote_id) == ("sent", sent["id"])
    assert sent["metadata"] == {
        "operation": str(payout.key), "settlement": payout.settlement.number,
    }  # fmt: skip
    assert sent["to"]["payout_method"] == payout.method.bank_id
    assert Settlement.objects.get().state == "paying"
    assert owed(payout.settlement.merchant) == 0
    assert balance("transit", "USD") == -180_00
    assert Funding.objects.get().state == "done"
    assert_books_agree()
    assert_storage_agrees()


def test_where_it_is_switched_off_nothing_is_sent(abroad, payout, settings):
    settings.PAYOUT_SENDER = ""

    send_payouts(at=MONDAY)

    assert (states(), payments(abroad)) == (["queued"], [])


def test_a_country_that_turned_to_no_blocks_new_payouts(abroad, payout):
    fund()
    PayoutCountry.objects.filter(code="KE").update(by_global="no")

    send_payouts(at=MONDAY)

    assert (states(), payments(abroad)) == (["queued"], [])


@pytest.mark.parametrize("bar", ["suspended", "restricted", "early"])
def test_what_may_not_be_paid_now_waits(abroad, payout, bar):
    fund()
    if bar == "suspended":
        payout.settlement.merchant.move_to("suspended")
    elif bar == "restricted":
        payout.method.move_to("restricted")
    else:
        PayoutMethod.objects.update(usable_from=MONDAY + DAY)

    send_payouts(at=MONDAY)

    assert (states(), payments(abroad)) == (["queued"], [])


def test_p34_short_of_money_one_fund_operation_and_payouts_in_age_order(abroad):
    rows = [queued(abroad, store(abroad)) for _n in range(4)]  # 720.00 of 800.00 paid in

    send_payouts(at=MONDAY)
    send_payouts(at=MONDAY + MINUTE)

    assert states() == ["sent", "queued", "queued", "queued"]
    assert payments(abroad)[0]["metadata"]["operation"] == str(
        Payout.objects.get(pk=rows[0].pk).key
    )
    assert Funding.objects.count() == 1
    assert tasks() == ["balance"]
    flush(abroad)
    send_payouts(at=MONDAY + DAY)
    assert states() == ["sent"] * 4
    assert tasks() == []
    assert_storage_agrees()


def test_p35_refunds_due_are_never_lent_to_payouts(abroad):
    queued(abroad, store(abroad))
    order = earned(abroad, make.merchant(), 50)
    set_clocks(abroad, MONDAY)
    plan = RefundPlan("return", "Broken", {str(order.lines.get().pk): (40, None)})
    propose(order.pk, plan, seen=decided(order.pk), at=MONDAY, by=make.user())
    approve(MoneyTask.objects.get(), reason="Right", at=MONDAY, by=make.user())
    assert floor("USD", at=MONDAY) == 800_00

    send_payouts(at=MONDAY)  # 1,200.00 are there, 800.00 are due: 184.05 + fees fit

    assert states() == ["sent"]
    run_operations(at=MONDAY)
    assert floor("USD", at=MONDAY) == 800_00
    assert floor("USD", at=MONDAY + 31 * DAY) == 500_00


def test_p35_the_floor_stays_in_the_balance(abroad):
    queued(abroad, store(abroad), units=26)  # 520.00 paid, 500.00 of it stay

    send_payouts(at=MONDAY)

    assert states() == ["queued"]
    assert provider.balance_available(gateway(), "USD") == 500_00
    assert 0 < available() < 20_00
    assert tasks() == ["balance"]


def test_p36_a_lost_answer_finds_the_same_payment_by_its_key(abroad, payout):
    abroad.fail_next(500, 500, executed=True, on=SENT_TO)
    send_payouts(at=MONDAY)
    assert states() == ["sending"]
    assert balance("transit", "USD") == 0

    send_payouts(at=MONDAY + MINUTE)

    assert states() == ["sent"]
    assert len(payments(abroad)) == 1
    assert balance("transit", "USD") == -180_00


def test_p36_a_payment_whose_key_is_forgotten_is_found_by_recipient_time_and_key(abroad, payout):
    abroad.fail_next(500, 500, executed=True, on=SENT_TO)
    send_payouts(at=MONDAY)
    abroad.forget_keys()
    late = MONDAY + 29 * DAY

    send_payouts(at=late)

    assert states() == ["sent"]
    assert len(payments(abroad)) == 1


def test_p36_one_that_is_not_there_after_its_days_waits_for_a_person(abroad, payout):
    abroad.fail_next(500, 500, on=SENT_TO)
    send_payouts(at=MONDAY)
    abroad.forget_keys()

    send_payouts(at=MONDAY + 29 * DAY)

    assert (states(), payments(abroad), tasks()) == (["blocked"], [], ["payout_stuck"])


def test_the_same_key_with_another_body_is_blocked_and_gets_no_other_key(abroad, payout):
    abroad.fail_next(500, 500, executed=True, on=SENT_TO)
    send_payouts(at=MONDAY)
    key = Payout.objects.get().key
    Payout.objects.update(request=Payout.objects.get().request | {"amount": 1})

    send_payouts(at=MONDAY + MINUTE)

    now = Payout.objects.get()
    assert (now.state, now.key, tasks()) == ("blocked", key, ["payout_stuck"])
    look_at_payouts(at=MONDAY + 2 * MINUTE)  # it is there after all
    assert states() == ["sent"]
    assert tasks() == []


@pytest.mark.django_db(transaction=True)
def test_many_workers_send_a_payout_once(abroad):
    payout = queued(abroad, store(abroad))
    flush(abroad)
    fund()

    at_once([lambda: send_payouts(at=MONDAY)] * 4)

    payout.refresh_from_db()
    assert (payout.state, payout.tries) == ("sent", 1)
    assert len(payments(abroad)) == 1
    assert balance("transit", "USD") == -180_00


@pytest.mark.django_db(transaction=True)
def test_many_workers_fund_once(abroad):
    queued(abroad, store(abroad))
    flush(abroad)

    at_once([lambda: send_payouts(at=MONDAY)] * 4)

    assert Funding.objects.count() == 1
    assert balance("storage", "USD") == available() + 180_00 * len(payments(abroad))


def test_while_a_worker_is_at_it_nobody_else_is(abroad, payout):
    abroad.fail_next(500, 500, on=SENT_TO)
    send_payouts(at=MONDAY)
    Payout.objects.update(leased_until=MONDAY + LEASE)

    send_payouts(at=MONDAY + MINUTE)
    assert payments(abroad) == []
    send_payouts(at=MONDAY + LEASE)

    assert states() == ["sent"]


def test_a_wrong_key_of_ours_blocks_nothing(abroad, payout):
    fund()
    abroad.fail_next(403, on=SENT_TO)

    send_payouts(at=MONDAY)
    assert (states(), tasks()) == (["sending"], [])
    send_payouts(at=MONDAY + 5 * MINUTE)

    assert states() == ["sent"]


def test_without_money_there_it_waits_and_somebody_is_told(abroad, payout):
    fund()
    abroad.fail_next(400, on=SENT_TO, code="insufficient_funds")

    send_payouts(at=MONDAY)
    assert (states(), tasks()) == (["sending"], ["balance"])
    send_payouts(at=MONDAY + 15 * MINUTE)

    assert states() == ["sent"]


def test_what_the_provider_does_not_pay_is_blocked_and_the_account_stopped(abroad, payout):
    abroad.restrict_method(payout.method.bank_id)

    send_payouts(at=MONDAY)

    assert (states(), tasks()) == (["blocked"], ["payout_stuck"])
    method = PayoutMethod.objects.get()
    assert (method.state, method.is_stopped) == ("restricted", True)
    assert owed(payout.settlement.merchant) == 180_00
    queue_what_waits(at=MONDAY)
    assert states() == ["blocked"]


def test_a_fund_payout_that_fails_after_it_was_paid_stops_payouts(abroad, payout):
    fund(300_00)
    row = Funding.objects.get()
    abroad.settle_payout(row.remote_id, ok=False)

    look_at_fundings(at=MONDAY)
    send_payouts(at=MONDAY)

    row.refresh_from_db()
    assert (row.state, states(), tasks()) == ("failed", ["queued"], ["balance"])
    assert balance("storage", "USD") == 0
    assert_storage_agrees()


def test_a_fund_payout_whose_answer_was_lost_is_not_repeated(abroad, payout):
    abroad.fail_next(500, 500, executed=True, on="POST /v1/payouts")

    send_payouts(at=MONDAY)
    assert (states(), Funding.objects.get().state) == (["queued"], "sending")
    send_payouts(at=MONDAY + MINUTE)

    assert (states(), Funding.objects.get().state) == (["sent"], "done")
    assert_storage_agrees()


def test_a_fund_payout_that_is_in_doubt_after_its_key_waits_for_a_person(abroad, payout):
    abroad.fail_next(500, 500, on="POST /v1/payouts")
    send_payouts(at=MONDAY)

    send_payouts(at=MONDAY + DAY)
    send_payouts(at=MONDAY + 2 * DAY)

    assert (states(), Funding.objects.get().state) == (["queued"], "blocked")
    assert tasks() == ["balance"]
    assert available() == 0


@pytest.mark.parametrize(
    ("country", "arrives"),
    [("TN", "TND 558.000"), ("CI", "XOF 108,900"), ("MG", "MGA 810,000")],
)
def test_p43_what_is_sent_stays_in_our_minor_units(abroad, country, arrives):
    payout = queued(abroad, store(abroad, country=country))
    flush(abroad)

    send_payouts(at=MONDAY)

    (sent,) = payments(abroad)
    payout.refresh_from_db()
    assert sent["amount"] == sent["from"]["debited"] == {"value": 180_00, "currency": "usd"}
    assert payout.local_amount == arrives


def test_settlements_by_the_provider_begin_at_a_hundred(abroad):
    merchant = store(abroad)
    earned(abroad, merchant, 5)
    assert draft(merchant.pk, cut_off=MONDAY, at=MONDAY) is None
    earned(abroad, merchant, 1)
    assert settled(merchant).total == 108_00
