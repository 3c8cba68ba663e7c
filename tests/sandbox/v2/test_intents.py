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


def test_a_confirmed_intent_makes_a_payment_and_follows_it(api, sandbox, intents, recipient):
    made = intent(api, recipient)

    confirmed = intents.confirm(made.id)

    payment = payments(api)[0]
    assert (confirmed.status, confirmed.latest_payout.outbound_payment) == (
        "processing",
        payment.id,
    )
    assert (payment.payout_intent, payment.metadata["operation"]) == (made.id, "7")
    with pytest.raises(stripe.NotCancelableError):
        intents.cancel(made.id)
    with pytest.raises(stripe.CannotProceedError):
        intents.confirm(made.id)
    sandbox.advance(make.DAY)
    found = intents.retrieve(made.id)
    assert (found.status, bool(found.status_transitions.posted_at)) == ("posted", True)


def test_a_quote_expires_and_is_refreshed(api, sandbox, intents, recipient):
    made = intent(api, recipient)
    sandbox.advance(300)
    assert intents.retrieve(made.id).fx_quote.lock_status == "expired"

    with pytest.raises(stripe.FxQuoteNeedsRefreshError):
        intents.confirm(made.id)

    assert payments(api) == []
    assert intents.refresh_fx_quote(made.id).fx_quote.lock_status == "active"
    assert intents.confirm(made.id).status == "processing"


def test_without_a_conversion_there_is_no_quote(api, sandbox, intents):
    sandbox.fund_storage(100_00)
    account = make.account(api, "us", "bank_accounts.ach").id
    sandbox.onboard_recipient(account)

    made = intent(api, account)

    assert made.fx_quote is None
    assert [fee.type for fee in made.estimated_fees] == ["standard_payout_fee"]


def test_an_intent_whose_payment_fails_asks_what_to_do(api, sandbox, intents, recipient):
    made = intent(api, recipient, method="automatic")
    assert made.status == "processing"

    sandbox.fail_payment(payments(api)[0].id)

    found = intents.retrieve(made.id)
    assert found.status == "requires_action"
    assert found.next_action.handle_failure.failure_reason == "payout_method_declined"


@pytest.mark.parametrize("method", ["manual", "automatic"])
def test_an_intent_beyond_what_is_available_sends_nothing(api, intents, recipient, method):
    with pytest.raises(stripe.InsufficientFundsError):
        intents.confirm(intent(api, recipient, 100_01, method).id)

    assert payments(api) == []
    assert [i.status for i in intents.list().data] == ["requires_action"] * (method == "manual")


def test_an_intent_is_described_anew(api, intents, recipient):
    made = intent(api, recipient)

    changed = intents.update(made.id, {"description": "estimate", "metadata": {"a": "b"}})

    assert (changed.description, changed.metadata["a"]) == ("estimate", "b")
    with pytest.raises(stripe.InvalidRequestError, match="does not imitate"):
        intents.update(made.id, {"statement_descriptor": "X"})
    with pytest.raises(stripe.InvalidRequestError, match="confirmation_method"):
        intent(api, recipient, method="maybe")
