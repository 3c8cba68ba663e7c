import pytest
import stripe

from tests.sandbox import make as older
from tests.sandbox.v2 import make
from tools.sandbox.server import Options, start


@pytest.fixture
def money(api):
    return api.v2.money_management


def entries(money, transaction):
    found = money.transaction_entries.list({"transaction": transaction}).data
    return [
        (e.balance_impact.available.value, e.balance_impact.outbound_pending.value) for e in found
    ]


def test_there_is_a_financial_account_from_the_start(money):
    found = money.financial_accounts.list().data

    assert [(s.id, s.status, s.type) for s in found] == [(make.STORAGE, "open", "storage")]
    assert found[0].storage.holds_currencies == ["usd", "eur", "gbp"]
    assert found[0].balance.available["usd"].value == 0
    assert money.financial_accounts.list({"statuses": ["closed"]}).data == []


def test_a_payout_of_the_payments_balance_reaches_it_at_once(api, sandbox, money):
    sandbox.fund(100_00, "usd")

    made = api.v1.payouts.create(
        {"amount": 60_00, "currency": "usd", "payout_method": make.STORAGE}
    )

    assert (made.status, made.payout_method) == ("paid", make.STORAGE)
    assert api.v1.balance.retrieve().available[0].amount == 40_00
    assert make.held(api) == (60_00, 0)
    [event] = sandbox.thin_events("v2.money_management.received_credit.succeeded")
    credit = money.received_credits.retrieve(event["related_object"]["id"])
    assert (credit.type, credit.balance_transfer.payout) == ("balance_transfer", made.id)
    assert credit.status == "succeeded"
    kinds = [event["type"] for event in sandbox.events()][-2:]
    assert kinds == ["payout.created", "payout.paid"]


def test_a_paid_payout_to_it_can_still_fail(api, sandbox, money):
    sandbox.fund(100_00, "usd")
    made = api.v1.payouts.create(
        {"amount": 60_00, "currency": "usd", "payout_method": make.STORAGE}
    )

    sandbox.settle_payout(made.id, ok=False)

    assert api.v1.balance.retrieve().available[0].amount == 100_00
    assert make.held(api) == (0, 0)
    assert make.moves(api)[0] == ("received_credit_reversal", -60_00, "posted")
    [event] = sandbox.thin_events("v2.money_management.received_credit.returned")
    credit = money.received_credits.retrieve(event["related_object"]["id"])
    assert credit.status == "returned"


def test_only_a_known_financial_account_is_paid_out_to(api, sandbox):
    sandbox.fund(100_00, "usd")
    params = {"amount": 60_00, "currency": "usd"}
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.payouts.create({**params, "payout_method": "fa_nope"})
    assert refusal.value.param == "payout_method"

    assert api.v1.payouts.list().data == []
    assert api.v1.balance.retrieve().available[0].amount == 100_00


def test_transactions_are_found_by_time(api, sandbox, money):
    sandbox.fund_storage(1_00)
    sandbox.advance(60)
    sandbox.fund_storage(2_00)
    newest = money.transactions.list({"limit": 1}).data[0]

    later = money.transactions.list({"created": {"gte": newest.created}}).data
    assert [t.amount.value for t in later] == [2_00]


def test_the_account_is_corrected(api, sandbox):
    sandbox.fund_storage(100_00)

    sandbox.adjust_storage(-1_00)

    assert make.held(api) == (99_00, 0)
    assert len(sandbox.thin_events("v2.money_management.adjustment.created")) == 1


def test_everything_outlives_a_restart(tmp_path):
    path, key = tmp_path / "state", "sk_test_sandbox"
    before = start(options=Options(key=key, state=path))
    client = older.client(before.url)
    before.sandbox.fund_storage(100_00)
    account = make.recipient(client, before.sandbox)
    payment = make.payment(client, account, key="op-1")
    before.stop()

    after = start(options=Options(key=key, state=path))
    client = older.client(after.url)
    try:
        assert make.payment(client, account, key="op-1").id == payment.id
        assert make.held(client) == (65_04, 34_96)
        after.sandbox.post_payment(payment.id)
        assert make.method(client, account).bank_account.last4 == "4242"
    finally:
        after.stop()
