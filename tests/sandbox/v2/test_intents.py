import pytest
import stripe

from tests.sandbox.v2 import make


@pytest.fixture
def intents(api):
    return api.v2.money_management.payout_intents


@pytest.fixture
def recipient(api, sandbox):
    sandbox.fund_storage(100_00)
    return make.recipient(api, sandbox)


def intent(api, recipient, value=34_96, method="manual"):
    params = {**make.payment_params(recipient, value), "confirmation_method": method}
    return api.v2.money_management.payout_intents.create(params)


def payments(api):
    return api.v2.money_management.outbound_payments.list().data


def test_an_intent_prices_a_payment_and_sends_nothing(api, intents, recipient):
    made = intent(api, recipient)

    assert (made.status, made.next_action.confirm.reason) == (
        "requires_action",
        "manually_requested",
    )
    assert {fee.type: fee.amount.value for fee in made.estimated_fees} == {
        "standard_payout_fee": 1_50,
        "cross_border_fee": 17,
        "foreign_exchange_fee": 35,
    }
    assert made.fx_quote.rates["usd"].exchange_rate == "129.000000"
    assert (made.fx_quote.lock_duration, made.fx_quote.lock_status) == ("five_minutes", "active")
    assert made.to.credited.value == 34_96 * 129
    assert payments(api) == []
    assert intents.cancel(made.id).status == "canceled"
    assert make.held(api) == (100_00, 0)
    with pytest.raises(stripe.AlreadyCanceledError):
        intents.cancel(made.id)


def test_without_a_conversion_there_is_no_quote(api, sandbox, intents):
    sandbox.fund_storage(100_00)
    account = make.account(api, "us", "bank_accounts.ach").id
    sandbox.onboard_recipient(account)

    made = intent(api, account)

    assert made.fx_quote is None
    assert [fee.type for fee in made.estimated_fees] == ["standard_payout_fee"]
