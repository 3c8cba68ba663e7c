import pytest
import stripe

from tests.sandbox import make
from tools.sandbox.errors import Refused


def refund(api, charge, **params):
    return api.v1.refunds.create({"charge": charge, **params})


def left_of(api, charge_id):
    charge = api.v1.charges.retrieve(charge_id)
    return charge.amount - charge.amount_refunded


def test_a_refund_gives_back_everything_unless_told_otherwise(api, sandbox):
    charge = make.charge(api, sandbox, 100_00)

    made = refund(api, charge)

    assert (made.amount, made.currency, made.status) == (100_00, "usd", "succeeded")
    assert api.v1.charges.retrieve(charge).refunded
    assert api.v1.refunds.retrieve(made.id).charge == charge
    types = [event["type"] for event in sandbox.events()][-2:]
    assert types == ["refund.created", "charge.refunded"]


def test_a_charge_is_refunded_in_parts(api, sandbox):
    charge = make.charge(api, sandbox, 100_00)

    refund(api, charge, amount=33_33)
    refund(api, charge, amount=33_33)

    assert left_of(api, charge) == 33_34
    assert not api.v1.charges.retrieve(charge).refunded
    assert refund(api, charge).amount == 33_34


def test_more_than_is_left_cannot_be_refunded(api, sandbox):
    charge = make.charge(api, sandbox, 100_00)
    refund(api, charge, amount=60_00)

    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        refund(api, charge, amount=40_01)

    assert left_of(api, charge) == 40_00
    assert len(api.v1.refunds.list({"charge": charge}).data) == 1


def test_nothing_is_left_after_a_full_refund(api, sandbox):
    charge = make.charge(api, sandbox)
    refund(api, charge)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        refund(api, charge, amount=1)

    assert refusal.value.code == "charge_already_refunded"
    assert len(api.v1.refunds.list().data) == 1


@pytest.mark.parametrize("amount", [0, -5])
def test_a_refund_is_positive(api, sandbox, amount):
    charge = make.charge(api, sandbox)

    with pytest.raises(stripe.InvalidRequestError):
        refund(api, charge, amount=amount)

    assert left_of(api, charge) == 100_00


def test_a_refund_can_name_the_payment_intent(api, sandbox):
    charge = make.charge(api, sandbox)
    intent = api.v1.charges.retrieve(charge).payment_intent

    made = api.v1.refunds.create({"payment_intent": intent, "amount": 10_00})

    assert made.charge == charge
    assert [r.id for r in api.v1.refunds.list({"payment_intent": intent}).data] == [made.id]


def test_a_charge_that_failed_cannot_be_refunded(api, sandbox):
    made = make.session(api)
    sandbox.decline(made.id)
    charge = api.v1.charges.list().data[0].id

    with pytest.raises(stripe.InvalidRequestError, match="not been paid"):
        refund(api, charge)

    assert api.v1.refunds.list().data == []


def test_a_refund_names_what_it_is_about(api):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.refunds.create({"amount": 100})

    assert refusal.value.code == "parameter_missing"


def test_a_refund_takes_from_the_balance_without_the_fee(api, sandbox):
    charge = make.charge(api, sandbox, 100_00)

    refund(api, charge)

    assert api.v1.balance.retrieve().pending[0].amount == -3_20


def test_a_held_refund_waits_until_it_is_settled(api, sandbox):
    charge = make.charge(api, sandbox)
    sandbox.hold_refunds()
    made = refund(api, charge, amount=10_00)
    assert made.status == "pending"

    sandbox.settle_refund(made.id)

    assert api.v1.refunds.retrieve(made.id).status == "succeeded"
    assert sandbox.events()[-2]["type"] == "refund.updated"
    with pytest.raises(Refused):
        sandbox.settle_refund(made.id)


def test_a_refund_can_fail_after_it_succeeded(api, sandbox):
    charge = make.charge(api, sandbox, 100_00)
    made = refund(api, charge, amount=40_00)

    sandbox.settle_refund(made.id, ok=False)

    failed = api.v1.refunds.retrieve(made.id)
    assert (failed.status, failed.failure_reason) == ("failed", "unknown")
    assert left_of(api, charge) == 100_00
    assert sandbox.events()[-2]["type"] == "refund.failed"
    assert api.v1.balance.retrieve().pending[0].amount == 96_80
    with pytest.raises(Refused):
        sandbox.settle_refund(made.id, ok=False)
