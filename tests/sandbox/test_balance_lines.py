"""Every kind of line that moves the platform's balance, as a nightly match reads them."""

import pytest

from tests.sandbox import make

CATEGORIES = {
    "adjustment": "dispute",
    "charge": "charge",
    "payout": "payout",
    "payout_failure": "payout_reversal",
    "refund": "refund",
    "refund_failure": "refund_failure",
    "stripe_fee": "fee",
    "topup": "topup",
    "transfer": "transfer",
    "transfer_refund": "transfer_reversal",
}


@pytest.fixture
def busy(api, sandbox):
    """A balance in which everything happened once."""
    charge, account = make.charge(api, sandbox, 100_00), make.account(api, sandbox)
    refund = api.v1.refunds.create({"charge": charge, "amount": 10_00})
    sandbox.settle_refund(refund.id, ok=False)
    transfer = make.transfer(api, account, charge)
    api.v1.transfers.reversals.create(transfer.id, {"amount": 5_00})
    sandbox.dispute(charge, 20_00)
    sandbox.fund(80_00, "usd")
    payout = api.v1.payouts.create({"amount": 7_00, "currency": "usd"})
    sandbox.settle_payout(payout.id, ok=False)
    sandbox.book_line("stripe_fee", -2_00, "usd")
    return api


def test_every_kind_of_line_has_a_category_a_net_and_a_moment(busy):
    lines = busy.v1.balance_transactions.list({"limit": 100}).data

    assert {line.type: line.reporting_category for line in lines} == CATEGORIES
    assert all(line.net == line.amount - line.fee for line in lines)
    assert all(line.available_on >= line.created for line in lines)


def test_every_line_but_the_providers_own_names_what_caused_it(busy):
    lines = busy.v1.balance_transactions.list({"limit": 100, "expand": ["data.source"]}).data

    without = [line.type for line in lines if line.source is None]
    assert without == ["stripe_fee"]
    assert {line.source.object for line in lines if line.source} == {
        "charge",
        "dispute",
        "payout",
        "refund",
        "topup",
        "transfer",
        "transfer_reversal",
    }


def test_the_lines_are_the_balance(busy):
    lines = busy.v1.balance_transactions.list({"limit": 100}).data
    balance = busy.v1.balance.retrieve()

    held = balance.available[0].amount + balance.pending[0].amount
    assert sum(line.net for line in lines) == held
    assert {line.type: line.fee for line in lines if line.fee} == {
        "charge": 3_20,
        "adjustment": 15_00,
    }


def test_lines_are_found_by_time_kind_and_source(busy):
    lines = busy.v1.balance_transactions
    refund = busy.v1.refunds.list().data[0]

    assert [x.type for x in lines.list({"source": refund.id}).data] == ["refund_failure", "refund"]
    assert [x.type for x in lines.list({"type": "payout"}).data] == ["payout"]
    newest = lines.list({"limit": 1}).data[0]
    assert lines.list({"created": {"gt": newest.created}}).data == []
