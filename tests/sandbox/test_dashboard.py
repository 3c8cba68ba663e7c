"""What people do at the provider's dashboard: it moves money and leaves no metadata of ours."""

from tests.sandbox import make


def test_a_refund_made_at_the_dashboard_looks_like_any_other(api, sandbox):
    charge = make.charge(api, sandbox, 100_00)

    made = sandbox.dashboard_refund(charge, 40_00)

    found = api.v1.refunds.retrieve(made["id"])
    assert (found.amount, found.status, found.metadata.to_dict()) == (40_00, "succeeded", {})
    assert sandbox.events("refund.created")[0]["request"]["id"] is None


def test_a_transfer_made_at_the_dashboard_names_no_order(api, sandbox):
    account = make.account(api, sandbox)
    sandbox.fund(50_00, "usd")

    made = sandbox.dashboard_transfer(account, 30_00)

    found = api.v1.transfers.retrieve(made["id"])
    assert (found.transfer_group, found.metadata.to_dict()) == (None, {})
    assert api.v1.balance.retrieve().available[0].amount == 20_00


def test_a_waiting_refund_says_why(api, sandbox):
    charge = make.charge(api, sandbox)
    sandbox.hold_refunds(reason="insufficient_funds")
    made = api.v1.refunds.create({"charge": charge})
    assert (made.status, made.pending_reason) == ("pending", "insufficient_funds")

    sandbox.settle_refund(made.id)

    assert "pending_reason" not in api.v1.refunds.retrieve(made.id).to_dict()
