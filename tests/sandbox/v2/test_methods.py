import pytest
import stripe

from tests.sandbox.v2 import make


@pytest.fixture
def recipient(api, sandbox):
    return make.recipient(api, sandbox)


@pytest.fixture
def money(api):
    return api.v2.money_management


def as_(account):
    return {"stripe_context": account}


def test_a_payout_method_is_read_on_behalf_of_its_recipient_only(api, sandbox, recipient, money):
    method = make.method(api, recipient)

    assert method.usage_status.payments == "eligible"
    with pytest.raises(stripe.InvalidRequestError, match="Stripe-Context"):
        money.payout_methods.list()
    with pytest.raises(stripe.InvalidRequestError, match="No such account"):
        money.payout_methods.list({}, as_("acct_nope"))


def test_a_restricted_method_is_not_eligible(api, sandbox, recipient, money):
    method = make.method(api, recipient).id

    sandbox.restrict_method(method)

    eligible = {"usage_status": {"payments": ["eligible"]}}
    assert money.payout_methods.list(eligible, as_(recipient)).data == []
    assert make.method(api, recipient).restricted
    sandbox.restrict_method(method, restricted=False)
    assert len(money.payout_methods.list(eligible, as_(recipient)).data) == 1
