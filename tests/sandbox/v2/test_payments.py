import pytest
import stripe

from tests.sandbox.v2 import make
from tools.sandbox.errors import Refused

FEES = 1_50 + 17 + 35  # of 34.96 to Kenya: 1.50, 0.5 % and 1 %


@pytest.fixture
def payments(api):
    return api.v2.money_management.outbound_payments


@pytest.fixture
def recipient(api, sandbox):
    sandbox.fund_storage(100_00)
    return make.recipient(api, sandbox)


def kinds(sandbox):
    prefix = "v2.money_management.outbound_payment."
    types = [event["type"] for event in sandbox.thin_events()]
    return [kind.removeprefix(prefix) for kind in types if kind.startswith(prefix)]


def refused(api, error, account, **changes):
    with pytest.raises(error) as refusal:
        make.payment(api, account, **changes)
    assert api.v2.money_management.outbound_payments.list().data == []
    return refusal.value


def test_a_payment_leaves_what_is_available_at_once_and_the_account_when_it_is_posted(
    api, sandbox, payments, recipient
):
    made = make.payment(api, recipient, 34_96)

    assert (made.status, made.cancelable, made.metadata["operation"]) == ("processing", True, "7")
    assert (made.from_.debited.value, made.from_.debited.currency) == (34_96, "usd")
    assert (made.to.credited.value, made.to.credited.currency) == (34_96 * 129, "kes")
    assert made.to.payout_method == make.method(api, recipient).id
    assert make.held(api) == (65_04, 34_96)
    sandbox.advance(make.DAY)
    posted = payments.retrieve(made.id)
    assert (posted.status, posted.cancelable) == ("posted", False)
    assert posted.status_transitions.posted_at
    assert posted.tracking_details.bank_account.trace_id
    assert make.held(api) == (65_04 - FEES, 0)
    assert kinds(sandbox) == ["created", "posted"]


def test_fees_are_transactions_of_their_own(api, sandbox, recipient):
    made = make.payment(api, recipient, 34_96)
    sandbox.post_payment(made.id)

    assert make.moves(api) == [
        ("stripe_fee", -35, "posted"),
        ("stripe_fee", -17, "posted"),
        ("stripe_fee", -1_50, "posted"),
        ("outbound_payment", -34_96, "posted"),
        ("received_credit", 100_00, "posted"),
    ]
    transactions = api.v2.money_management.transactions
    assert [t.flow.outbound_payment for t in transactions.list({"flow": made.id}).data] == [made.id]
    fee = transactions.list({"limit": 1}).data[0]
    assert (fee.flow.type, fee.description) == ("fee_batch", "foreign_exchange_fee")


def test_at_home_only_the_payment_costs(api, sandbox):
    sandbox.fund_storage(100_00)
    account = make.account(api, "us", "bank_accounts.ach").id
    sandbox.onboard_recipient(account)

    sandbox.post_payment(make.payment(api, account, 10_00).id)

    assert make.held(api) == (100_00 - 10_00 - 1_50, 0)


@pytest.mark.parametrize(
    ("country", "currency", "credited"),
    [("tn", "tnd", 310_000), ("sn", "xof", 60_500), ("mg", "mga", 450_000)],
)
def test_case_p43_what_is_sent_stays_in_dollars_whatever_arrives(
    api, sandbox, country, currency, credited
):
    sandbox.fund_storage(200_00)
    rail = "bank_accounts.swift" if country == "mg" else "bank_accounts.local"
    account = make.account(api, country, rail).id
    sandbox.onboard_recipient(account)

    made = make.payment(api, account, 100_00)

    assert (made.amount.value, made.from_.debited.value) == (100_00, 100_00)
    assert (made.to.credited.currency, made.to.credited.value) == (currency, credited)


def test_what_arrives_can_be_named_instead(api, sandbox, recipient):
    made = make.payment(api, recipient, amount={"value": 12_900, "currency": "kes"})

    assert (made.from_.debited.value, made.to.credited.value) == (1_00, 12_900)


def test_more_than_is_available_is_not_sent(api, recipient):
    refusal = refused(api, stripe.InsufficientFundsError, recipient, value=100_01)

    assert (refusal.http_status, refusal.code) == (400, "insufficient_funds")
    assert make.held(api) == (100_00, 0)


def test_a_recipient_without_the_capability_gets_nothing(api, sandbox, recipient):
    refused(api, stripe.CapabilityNotEnabledError, make.account(api).id)
    sandbox.set_capability(recipient, "bank_accounts.swift", "restricted")
    refused(api, stripe.CapabilityNotEnabledError, recipient)
    sandbox.set_capability(recipient, "bank_accounts.swift", "active")
    sandbox.close_account(recipient)
    refused(api, stripe.CapabilityNotEnabledError, recipient)


def test_case_p10_a_recipient_without_a_bank_account_gets_nothing(api, sandbox):
    sandbox.fund_storage(100_00)
    account = make.account(api).id
    sandbox.onboard_recipient(account, bank=False)

    refused(api, stripe.InvalidPayoutMethodError, account)


@pytest.mark.parametrize("how", ["restricted", "invalid"])
def test_a_payout_method_that_is_not_usable_gets_nothing(api, sandbox, recipient, how):
    if how == "invalid":
        recipient = make.recipient(api, sandbox, "9904")
    method = make.method(api, recipient).id
    if how == "restricted":
        sandbox.restrict_method(method)

    to = {"recipient": recipient, "payout_method": method}
    refused(api, stripe.InvalidPayoutMethodError, recipient, to=to)


def test_the_bank_account_is_the_recipients_and_takes_the_currency(api, sandbox, recipient):
    other = make.method(api, make.recipient(api, sandbox)).id
    foreign = {"recipient": recipient, "payout_method": other}
    refused(api, stripe.InvalidRequestError, recipient, to=foreign)

    euros = {"recipient": recipient, "currency": "eur"}
    refusal = refused(api, stripe.InvalidPayoutMethodError, recipient, to=euros)

    assert refusal.code == "payout_method_currency_unsupported"


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": {"value": 0, "currency": "usd"}},
        {"amount": {"value": 1_00, "currency": "eur"}},
        {"amount": {"value": "100", "currency": "usd"}},
        {"amount": {"currency": "usd"}},
        {"from": {"financial_account": make.STORAGE, "currency": "kes"}},
        {"from": {"financial_account": "fa_nope", "currency": "usd"}},
        {"to": {}},
        {"nonsense": True},
    ],
)
def test_what_is_wrong_is_refused(api, recipient, changes):
    refused(api, stripe.InvalidRequestError, recipient, **changes)


def test_case_p39_a_payment_is_cancelled_until_it_is_posted(api, sandbox, payments, recipient):
    first, second = make.payment(api, recipient, 10_00), make.payment(api, recipient, 20_00)

    assert payments.cancel(first.id).status == "canceled"

    assert make.held(api) == (80_00, 20_00)
    with pytest.raises(stripe.AlreadyCanceledError):
        payments.cancel(first.id)
    sandbox.post_payment(second.id)
    with pytest.raises(stripe.NotCancelableError) as refusal:
        payments.cancel(second.id)
    assert refusal.value.code == "outbound_payment_not_cancelable"
    assert kinds(sandbox) == ["created", "created", "canceled", "posted"]


def test_case_p37_a_payment_that_fails_brings_its_money_back(api, sandbox, payments, recipient):
    made = make.payment(api, make.recipient(api, sandbox, "9901"))

    sandbox.advance(make.DAY)

    found = payments.retrieve(made.id)
    assert (found.status, found.expected_arrival_date) == ("failed", None)
    assert found.status_details.failed.reason == "payout_method_declined"
    assert make.held(api) == (100_00, 0)
    assert make.moves(api)[0] == ("outbound_payment", -34_96, "void")
    with pytest.raises(Refused, match="failed, not processing"):
        sandbox.post_payment(made.id)


def test_case_p38_a_payment_comes_back_with_less_than_was_sent(api, sandbox, payments, recipient):
    made = make.payment(api, recipient, 34_96)
    sandbox.post_payment(made.id)

    sandbox.return_payment(made.id, 34_10, "payout_method_holder_name_incorrect")

    found = payments.retrieve(made.id)
    assert found.status == "returned"
    assert found.status_details.returned.reason == "payout_method_holder_name_incorrect"
    assert make.moves(api)[0] == ("outbound_payment_reversal", 34_10, "posted")
    assert make.held(api) == (100_00 - 34_96 - FEES + 34_10, 0)
    flow = api.v2.money_management.transactions.list({"flow": made.id}).data
    assert [t.category for t in flow] == ["outbound_payment_reversal", "outbound_payment"]


def test_no_more_comes_back_than_was_sent(api, sandbox, recipient):
    made = make.payment(api, recipient, 34_96)
    sandbox.post_payment(made.id)

    with pytest.raises(Refused, match="cannot come back"):
        sandbox.return_payment(made.id, 34_97)

    assert make.moves(api)[0][0] == "stripe_fee"


def test_case_p40_a_payment_waits_for_a_review(api, sandbox, payments, recipient):
    made = make.payment(api, make.recipient(api, sandbox, "9903"))

    sandbox.advance(5 * make.DAY)

    found = payments.retrieve(made.id)
    assert (found.status, found.status_details.processing.reason) == ("processing", "under_review")
    sandbox.approve_payment(made.id)
    assert payments.retrieve(made.id).status_details is None
    sandbox.advance(make.DAY)
    assert payments.retrieve(made.id).status == "posted"
    assert kinds(sandbox) == ["created", "under_review", "updated", "posted"]


def test_a_review_can_end_badly(api, sandbox, payments, recipient):
    made = make.payment(api, make.recipient(api, sandbox, "9903"))

    sandbox.approve_payment(made.id, ok=False)

    assert payments.retrieve(made.id).status_details.failed.reason == "review_rejected"


@pytest.mark.parametrize(
    ("ending", "after_a_day", "after_three"),
    [
        ("9901", "failed", "failed"),
        ("9902", "posted", "returned"),
        ("9903", "processing", "processing"),
        ("4242", "posted", "posted"),
    ],
)
def test_the_end_of_an_account_number_decides(
    api, sandbox, payments, ending, after_a_day, after_three
):
    sandbox.fund_storage(100_00)
    made = make.payment(api, make.recipient(api, sandbox, ending))

    sandbox.advance(make.DAY)
    assert payments.retrieve(made.id).status == after_a_day
    sandbox.advance(2 * make.DAY)
    assert payments.retrieve(made.id).status == after_three


def test_case_p36_a_payment_is_found_again_by_recipient_time_and_state(
    api, sandbox, payments, recipient
):
    other = make.recipient(api, sandbox)
    first = make.payment(api, recipient, 1_00)
    make.payment(api, other, 2_00)
    sandbox.advance(60)
    last = make.payment(api, recipient, 3_00)

    def found(**filters):
        return [payment.amount.value for payment in payments.list(filters).auto_paging_iter()]

    assert found(recipient=recipient) == [3_00, 1_00]
    assert found(recipient=recipient, limit=1) == [3_00, 1_00]
    assert found(created={"gte": last.created}) == [3_00]
    assert found(created={"lt": last.created}, recipient=recipient) == [1_00]
    sandbox.post_payment(first.id)
    sandbox.return_payment(first.id)
    assert found(status=["failed", "returned"]) == [1_00]
    with pytest.raises(stripe.InvalidRequestError, match=r"created\.gte"):
        payments.list({"created": {"gte": "yesterday"}})


def test_case_p41_a_payment_can_be_in_a_state_that_nobody_knows(api, sandbox, payments, recipient):
    made = make.payment(api, recipient)

    sandbox.set_payment(made.id, "pondering")

    assert payments.retrieve(made.id).status == "pondering"
    assert sandbox.contract_errors == []
