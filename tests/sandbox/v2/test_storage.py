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


def test_it_has_a_name_and_metadata(money):
    money.financial_accounts.update(make.STORAGE, {"display_name": "Out", "metadata": {"a": "b"}})

    found = money.financial_accounts.retrieve(make.STORAGE)
    assert (found.display_name, found.metadata["a"]) == ("Out", "b")


def test_a_payout_of_the_payments_balance_reaches_it_at_once(api, sandbox, money):
    sandbox.fund(100_00, "usd")

    made = api.v1.payouts.create(
        {"amount": 60_00, "currency": "usd", "payout_method": make.STORAGE}
    )

    assert (made.status, made.payout_method) == ("paid", make.STORAGE)
    assert api.v1.balance.retrieve().available[0].amount == 40_00
    assert make.held(api) == (60_00, 0)
    credit = money.received_credits.list().data[0]
    assert (credit.type, credit.balance_transfer.payout) == ("balance_transfer", made.id)
    assert money.received_credits.retrieve(credit.id).status == "succeeded"
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
    assert money.received_credits.list().data[0].status == "returned"
    assert sandbox.thin_events("v2.money_management.received_credit.returned")


def test_only_an_open_financial_account_is_paid_out_to(api, sandbox):
    sandbox.fund(100_00, "usd")
    params = {"amount": 60_00, "currency": "usd"}
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.payouts.create({**params, "payout_method": "fa_nope"})
    assert refusal.value.param == "payout_method"
    sandbox.open_storage(False)

    with pytest.raises(stripe.InvalidRequestError, match="not open"):
        api.v1.payouts.create({**params, "payout_method": make.STORAGE})

    assert api.v1.payouts.list().data == []
    assert api.v1.balance.retrieve().available[0].amount == 100_00


def test_a_bank_sends_money_to_its_address(api, money):
    address = money.financial_addresses.list({"financial_account": make.STORAGE}).data[0]
    assert money.financial_addresses.retrieve(address.id).bank_account.aba.account_number

    params = {"amount": {"value": 25_00, "currency": "usd"}, "network": "fedwire"}
    helper = money.test_helpers.financial_addresses
    assert helper.credit(address.id, params).status == "initiated"

    credit = money.received_credits.list().data[0]
    assert (credit.type, credit.bank_transfer.network) == ("bank_transfer", "fedwire")
    assert make.held(api) == (25_00, 0)
    with pytest.raises(stripe.InvalidRequestError, match="some usd"):
        helper.credit(address.id, {**params, "amount": {"value": 1, "currency": "eur"}})


def test_each_step_of_a_transaction_is_an_entry(api, sandbox, money):
    sandbox.fund_storage(100_00)
    posted = make.payment(api, make.recipient(api, sandbox), 10_00)
    canceled = make.payment(api, make.recipient(api, sandbox), 20_00)

    sandbox.post_payment(posted.id)
    money.outbound_payments.cancel(canceled.id)

    of = {
        payment: money.transactions.list({"flow": payment}).data[0]
        for payment in (posted.id, canceled.id)
    }
    assert entries(money, of[posted.id].id) == [(0, -10_00), (-10_00, 10_00)]
    assert entries(money, of[canceled.id].id) == [(20_00, -20_00), (-20_00, 20_00)]
    impact = of[posted.id].balance_impact
    assert (impact.available.value, impact.outbound_pending.value) == (-10_00, 0)
    assert (of[canceled.id].status, bool(of[canceled.id].status_transitions.void_at)) == (
        "void",
        True,
    )
    entry = money.transaction_entries.list({"limit": 1}).data[0]
    assert money.transaction_entries.retrieve(entry.id).transaction_details.flow.type


def test_transactions_are_found_by_time_and_described(api, sandbox, money):
    sandbox.fund_storage(1_00)
    sandbox.advance(60)
    sandbox.fund_storage(2_00)
    newest = money.transactions.list({"limit": 1}).data[0]

    later = money.transactions.list({"created": {"gte": newest.created}}).data
    assert [t.amount.value for t in later] == [2_00]
    changed = money.transactions.update(newest.id, {"metadata": {"seen": "yes"}})
    assert (changed.metadata["seen"], changed.category) == ("yes", "received_credit")
    assert money.transactions.retrieve(newest.id).metadata["seen"] == "yes"


def test_the_account_is_corrected_and_emptied(api, sandbox, money):
    sandbox.fund_storage(100_00)

    sandbox.adjust_storage(-1_00)
    assert make.held(api) == (99_00, 0)
    sandbox.empty_storage()

    assert make.held(api) == (0, 0)
    found = money.adjustments.list().data
    assert [a.amount.value for a in found] == [-99_00, -1_00]
    assert money.adjustments.retrieve(found[0].id).financial_account == make.STORAGE
    assert len(sandbox.thin_events("v2.money_management.adjustment.created")) == 2
    assert sandbox.empty_storage()["balance"]["available"]["usd"]["value"] == 0


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
        assert client.v1.accounts.retrieve(account).country == "KE"
    finally:
        after.stop()
