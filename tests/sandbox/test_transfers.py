import pytest
import stripe

from tests.sandbox import make

TWO_DAYS = 2 * 24 * 60 * 60


def refused(api, **params):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.transfers.create({"currency": "usd", **params})
    assert api.v1.transfers.list().data == []
    return refusal.value


def test_a_transfer_comes_out_of_a_pending_charge(api, sandbox):
    charge, account = make.charge(api, sandbox, 100_00), make.account(api, sandbox)

    made = make.transfer(api, account, charge, 85_00)

    assert (made.amount, made.destination, made.source_transaction) == (85_00, account, charge)
    assert api.v1.transfers.retrieve(made.id).transfer_group.startswith("group_pi_")
    balance = api.v1.balance.retrieve()
    assert (balance.available[0].amount, balance.pending[0].amount) == (0, 11_80)
    assert sandbox.events()[-1]["type"] == "transfer.created"


def test_transfers_out_of_a_charge_never_exceed_it(api, sandbox):
    charge = make.charge(api, sandbox, 100_00)
    first, second = make.account(api, sandbox), make.account(api, sandbox)
    make.transfer(api, first, charge, 60_00)

    with pytest.raises(stripe.InvalidRequestError, match="greater than what is left"):
        make.transfer(api, second, charge, 40_01)

    assert make.transfer(api, second, charge, 40_00).amount == 40_00
    with pytest.raises(stripe.InvalidRequestError):
        make.transfer(api, second, charge, 1)


def test_a_transfer_out_of_a_charge_has_its_currency(api, sandbox):
    charge, account = make.charge(api, sandbox), make.account(api, sandbox)

    refusal = refused(
        api, amount=10_00, currency="eur", destination=account, source_transaction=charge
    )

    assert refusal.param == "currency"


def test_an_account_without_the_capability_gets_nothing(api, sandbox):
    charge, account = make.charge(api, sandbox), make.account(api)

    refusal = refused(api, amount=10_00, destination=account, source_transaction=charge)

    assert refusal.code == "insufficient_capabilities_for_transfer"


def test_an_account_that_lost_the_capability_gets_nothing_until_it_is_back(api, sandbox):
    charge, account = make.charge(api, sandbox), make.account(api, sandbox)
    sandbox.set_capability(account, "stripe_balance.stripe_transfers")
    refused(api, amount=10_00, destination=account, source_transaction=charge)

    sandbox.set_capability(account, "stripe_balance.stripe_transfers", "active")

    assert make.transfer(api, account, charge).amount == 40_00


def test_a_charge_that_is_not_paid_gives_nothing(api, sandbox):
    sandbox.decline(make.session(api).id)
    charge, account = api.v1.charges.list().data[0].id, make.account(api, sandbox)

    refused(api, amount=1_00, destination=account, source_transaction=charge)


@pytest.mark.parametrize("amount", [0, -1])
def test_a_transfer_is_positive(api, sandbox, amount):
    charge, account = make.charge(api, sandbox), make.account(api, sandbox)

    refused(api, amount=amount, destination=account, source_transaction=charge)


def test_a_transfer_without_a_charge_needs_the_money_to_be_available(api, sandbox):
    account = make.account(api, sandbox)
    make.charge(api, sandbox, 100_00)
    assert refused(api, amount=96_80, destination=account).code == "balance_insufficient"

    sandbox.advance(TWO_DAYS)

    params = {"amount": 96_80, "currency": "usd", "destination": account}
    assert api.v1.transfers.create(params).source_transaction is None
    assert api.v1.balance.retrieve().available[0].amount == 0
    with pytest.raises(stripe.InvalidRequestError, match="insufficient available funds"):
        api.v1.transfers.create({**params, "amount": 1})


def test_the_platform_can_be_funded(api, sandbox):
    account = make.account(api, sandbox)
    sandbox.fund(4_96, "usd")

    made = api.v1.transfers.create({"amount": 4_96, "currency": "usd", "destination": account})

    assert made.amount == 4_96
    assert api.v1.balance.retrieve().available[0].amount == 0


def test_a_transfer_is_taken_back_in_parts(api, sandbox):
    charge, account = make.charge(api, sandbox), make.account(api, sandbox)
    transfer = make.transfer(api, account, charge, 40_00)

    first = api.v1.transfers.reversals.create(transfer.id, {"amount": 15_00})
    second = api.v1.transfers.reversals.create(transfer.id, {})

    found = api.v1.transfers.retrieve(transfer.id)
    assert (first.amount, second.amount, found.amount_reversed) == (15_00, 25_00, 40_00)
    assert found.reversed
    assert [r.id for r in found.reversals.data] == [second.id, first.id]
    listed = api.v1.transfers.reversals.list(transfer.id).data
    assert [r.id for r in listed] == [second.id, first.id]
    assert len(sandbox.events("transfer.reversed")) == 2
    assert api.v1.balance.retrieve().pending[0].amount == 96_80


def test_more_than_is_left_cannot_be_taken_back(api, sandbox):
    charge, account = make.charge(api, sandbox), make.account(api, sandbox)
    transfer = make.transfer(api, account, charge, 40_00)
    api.v1.transfers.reversals.create(transfer.id, {"amount": 30_00})

    with pytest.raises(stripe.InvalidRequestError, match="greater than what is left"):
        api.v1.transfers.reversals.create(transfer.id, {"amount": 10_01})

    assert api.v1.transfers.retrieve(transfer.id).amount_reversed == 30_00


def test_what_reached_the_merchants_bank_cannot_be_taken_back(api, sandbox):
    charge, account = make.charge(api, sandbox), make.account(api, sandbox)
    transfer = make.transfer(api, account, charge, 40_00)
    sandbox.pay_out(account)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.transfers.reversals.create(transfer.id, {"amount": 1})

    assert refusal.value.code == "balance_insufficient"
    assert api.v1.transfers.retrieve(transfer.id).amount_reversed == 0
    payout = sandbox.events("payout.paid")[0]
    assert (payout["account"], payout["data"]["object"]["amount"]) == (account, 40_00)


def test_a_payout_that_fails_leaves_the_money_with_the_merchant(api, sandbox):
    charge, account = make.charge(api, sandbox), make.account(api, sandbox)
    transfer = make.transfer(api, account, charge, 40_00)

    sandbox.pay_out(account, ok=False)

    assert sandbox.events("payout.failed")[0]["account"] == account
    assert api.v1.transfers.reversals.create(transfer.id, {}).amount == 40_00


def test_transfers_are_found_by_destination_and_by_group(api, sandbox):
    charge = make.charge(api, sandbox)
    first, second = make.account(api, sandbox), make.account(api, sandbox)
    mine, other = make.transfer(api, first, charge), make.transfer(api, second, charge)

    by_account = api.v1.transfers.list({"destination": first}).data
    by_group = api.v1.transfers.list({"transfer_group": mine.transfer_group}).data

    assert [t.id for t in by_account] == [mine.id]
    assert [t.id for t in by_group] == [other.id, mine.id]
    assert api.v1.transfers.list({"transfer_group": "order_none"}).data == []
