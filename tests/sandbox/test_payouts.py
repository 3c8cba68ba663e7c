import pytest
import stripe

from tests.sandbox import make
from tools.sandbox.errors import Refused

DAY = 24 * 60 * 60


def payout(api, amount=30_00, **changes):
    return api.v1.payouts.create({"amount": amount, "currency": "usd", **changes})


def available(api):
    return api.v1.balance.retrieve().available[0].amount


def kinds(api):
    return [line.type for line in api.v1.balance_transactions.list().data]


def test_a_payout_takes_available_money_and_arrives_after_two_days(api, sandbox):
    sandbox.fund(100_00, "usd")

    made = payout(api, metadata={"operation": "7"})

    assert (made.status, made.automatic, made.metadata["operation"]) == ("pending", False, "7")
    assert made.arrival_date == made.created + 2 * DAY
    assert available(api) == 70_00
    [line] = api.v1.balance_transactions.list({"source": made.id}).data
    assert (line.type, line.amount, line.source) == ("payout", -30_00, made.id)
    sandbox.advance(2 * DAY)
    assert api.v1.payouts.retrieve(made.id).status == "paid"
    assert [e["type"] for e in sandbox.events()][-2:] == ["payout.created", "payout.paid"]


def test_more_than_is_available_is_not_paid_out(api, sandbox):
    sandbox.fund(29_99, "usd")
    make.charge(api, sandbox, 100_00)  # pending

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        payout(api)

    assert refusal.value.code == "balance_insufficient"
    assert api.v1.payouts.list().data == []


def test_a_payout_that_was_paid_can_still_fail(api, sandbox):
    sandbox.fund(100_00, "usd")
    made = payout(api)
    sandbox.settle_payout(made.id)

    sandbox.settle_payout(made.id, ok=False)

    found = api.v1.payouts.retrieve(made.id, {"expand": ["failure_balance_transaction"]})
    assert (found.status, found.failure_code) == ("failed", "account_closed")
    assert found.failure_balance_transaction.type == "payout_failure"
    assert found.failure_balance_transaction.source == made.id
    assert available(api) == 100_00
    assert sandbox.events()[-1]["type"] == "payout.failed"
    with pytest.raises(Refused, match="failed already"):
        sandbox.settle_payout(made.id, ok=False)


def test_payouts_are_found_by_status(api, sandbox):
    sandbox.fund(100_00, "usd")
    first, second = payout(api), payout(api)
    sandbox.settle_payout(first.id)

    assert [p.id for p in api.v1.payouts.list({"status": "paid"}).data] == [first.id]
    assert [p.id for p in api.v1.payouts.list().data] == [second.id, first.id]


def test_a_connected_accounts_payouts_are_not_the_platforms(api, sandbox):
    charge, account = make.charge(api, sandbox), make.account(api, sandbox)
    make.transfer(api, account, charge)
    theirs = sandbox.pay_out(account)

    assert api.v1.payouts.list().data == []
    with pytest.raises(stripe.InvalidRequestError, match="No such payout"):
        api.v1.payouts.retrieve(theirs["id"])


def test_the_schedule_and_what_stays_are_settings(api):
    found = api.v1.balance_settings.retrieve()
    assert found.payments.payouts.schedule.interval == "manual"
    assert found.payments.payouts.minimum_balance_by_currency is None

    payouts = {
        "schedule": {"interval": "weekly", "weekly_payout_days": ["monday"]},
        "minimum_balance_by_currency": {"usd": 500_00},
    }
    api.v1.balance_settings.update({"payments": {"payouts": payouts}})

    found = api.v1.balance_settings.retrieve().payments.payouts
    assert (found.schedule.interval, found.schedule.weekly_payout_days) == ("weekly", ["monday"])
    assert found.minimum_balance_by_currency["usd"] == 500_00
    gone = {"payments": {"payouts": {"minimum_balance_by_currency": {"usd": ""}}}}
    found = api.v1.balance_settings.update(gone).payments.payouts
    assert found.minimum_balance_by_currency is None
    assert found.schedule.interval == "weekly"


def test_a_monthly_schedule_has_days(api):
    payouts = {"schedule": {"interval": "monthly"}}

    with pytest.raises(stripe.InvalidRequestError, match="needs days"):
        api.v1.balance_settings.update({"payments": {"payouts": payouts}})

    assert api.v1.balance_settings.retrieve().payments.payouts.schedule.interval == "manual"
