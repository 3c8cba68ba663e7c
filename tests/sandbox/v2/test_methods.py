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


def bank(**changes):
    data = {
        "country": "KE",
        "currency": "kes",
        "account_number": "0009994242",
        "swift_code": "AAAABBCC",
        **changes,
    }
    return {"payout_method_data": {"type": "bank_account", "bank_account": data}}


def test_a_payout_method_is_read_on_behalf_of_its_recipient_only(api, sandbox, recipient, money):
    method = make.method(api, recipient)
    other = make.recipient(api, sandbox)

    assert money.payout_methods.retrieve(method.id, {}, as_(recipient)).id == method.id
    assert method.usage_status.payments == "eligible"
    for options in (as_(other), {}):
        with pytest.raises(stripe.InvalidRequestError):
            money.payout_methods.retrieve(method.id, {}, options)
    with pytest.raises(stripe.InvalidRequestError, match="Stripe-Context"):
        money.payout_methods.list()
    with pytest.raises(stripe.InvalidRequestError, match="No such account"):
        money.payout_methods.list({}, as_("acct_nope"))


def test_pages_keep_the_recipient_for_whom_they_were_asked(api, recipient, money):
    for number in ("0001110001", "0001110002"):
        money.outbound_setup_intents.create(bank(account_number=number), as_(recipient))

    listed = money.payout_methods.list({"limit": 1}, as_(recipient))

    last4 = [method.bank_account.last4 for method in listed.auto_paging_iter()]
    assert last4 == ["0002", "0001", "4242"]


def test_a_payout_method_is_put_away_and_brought_back(api, sandbox, recipient, money):
    method = make.method(api, recipient).id

    assert money.payout_methods.archive(method, {}, as_(recipient)).archived
    with pytest.raises(stripe.CannotProceedError):
        money.payout_methods.archive(method, {}, as_(recipient))
    assert not money.payout_methods.unarchive(method, {}, as_(recipient)).archived

    events = sandbox.thin_events("v2.money_management.payout_method.updated")
    assert [event["context"] for event in events] == [recipient, recipient]


def test_a_restricted_method_is_not_eligible(api, sandbox, recipient, money):
    method = make.method(api, recipient).id

    sandbox.restrict_method(method)

    eligible = {"usage_status": {"payments": ["eligible"]}}
    assert money.payout_methods.list(eligible, as_(recipient)).data == []
    assert make.method(api, recipient).restricted
    sandbox.restrict_method(method, restricted=False)
    assert len(money.payout_methods.list(eligible, as_(recipient)).data) == 1


def test_a_platform_can_hand_on_bank_data_that_it_asked_for_itself(api, recipient, money):
    intents = money.outbound_setup_intents

    made = intents.create(bank(), as_(recipient))

    assert (made.status, made.usage_intent) == ("succeeded", "payment")
    assert made.payout_method.bank_account.last4 == "4242"
    assert made.payout_method.latest_outbound_setup_intent == made.id
    assert len(money.payout_methods.list({}, as_(recipient)).data) == 2
    assert intents.retrieve(made.id, {}, as_(recipient)).payout_method.id == made.payout_method.id


def test_a_setup_intent_is_completed_later_or_given_up(api, recipient, money):
    intents, me = money.outbound_setup_intents, as_(recipient)
    first, second = intents.create({}, me), intents.create({}, me)
    assert (first.status, first.payout_method) == ("requires_payout_method", None)

    assert intents.update(first.id, bank(), me).status == "succeeded"
    assert intents.cancel(second.id, {}, me).status == "canceled"

    assert [intent.id for intent in intents.list({}, me).data] == [second.id, first.id]
    with pytest.raises(stripe.AlreadyCanceledError):
        intents.cancel(second.id, {}, me)
    with pytest.raises(stripe.NotCancelableError):
        intents.cancel(first.id, {}, me)
    with pytest.raises(stripe.CannotProceedError):
        intents.update(first.id, bank(), me)
    with pytest.raises(stripe.InvalidRequestError):
        intents.retrieve(first.id)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"country": "NG"}, "must be in KE"),
        ({"currency": "usd"}, "take kes"),
        ({"account_number": "1"}, "no Account number"),
        ({"swift_code": "AAAA"}, "no SWIFT or BIC"),
    ],
)
def test_wrong_bank_data_make_nothing(api, recipient, money, changes, said):
    with pytest.raises(stripe.InvalidRequestError, match=said):
        money.outbound_setup_intents.create(bank(**changes), as_(recipient))

    assert money.outbound_setup_intents.list({}, as_(recipient)).data == []
    assert len(money.payout_methods.list({}, as_(recipient)).data) == 1


def test_an_account_number_can_be_invalid_from_the_start(api, recipient, money):
    made = money.outbound_setup_intents.create(bank(account_number="0009999904"), as_(recipient))

    assert made.payout_method.usage_status.payments == "invalid"


def test_the_fields_of_a_country_s_accounts_can_be_asked_for(money):
    spec = money.payout_methods_bank_account_spec

    found = spec.retrieve({"countries": ["GB", "ke"]}).countries

    assert found.to_dict().keys() == {"GB", "KE"}
    sort_code = found["GB"].fields[0]
    assert (sort_code.stripe_name, sort_code.local_name_human.content) == (
        "routing_number",
        "Sort code",
    )
    assert (sort_code.min_length, sort_code.validation_regex) == (6, "^[0-9]{6}$")
    assert len(spec.retrieve().countries.to_dict()) > 40
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        spec.retrieve({"countries": ["GH"]})
    assert refusal.value.code == "unsupported_country"
