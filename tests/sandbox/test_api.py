import pytest
import requests
import stripe

from tests.patience import PATIENCE
from tests.sandbox import make
from tools.sandbox.shapes import API_VERSION


def test_the_api_version_is_the_one_of_the_sdk(api):
    assert stripe._api_version._ApiVersion.CURRENT == API_VERSION

    answer = api.v1.balance.retrieve().last_response

    assert answer.headers["Stripe-Version"] == API_VERSION
    assert answer.request_id.startswith("req_")


@pytest.mark.parametrize("key", ["sk_test_sandbox_other", "sk_live_real", "sk_test_sandbo"])
def test_another_key_is_refused(running, sandbox, key):
    with pytest.raises(stripe.AuthenticationError) as refusal:
        make.session(make.client(running.url, key))

    assert refusal.value.http_status == 401
    assert key[7:] not in str(refusal.value)


def test_a_call_without_a_key_is_refused(running, sandbox):
    assert requests.get(f"{running.url}/v1/balance", timeout=PATIENCE).status_code == 401
    answer = requests.get(f"{running.url}/v1/balance", auth=(make.KEY, ""), timeout=PATIENCE)
    assert answer.json()["object"] == "balance"


def test_what_is_not_imitated_is_unknown(running, api):
    headers = {"Authorization": f"Bearer {make.KEY}"}

    answer = requests.get(f"{running.url}/v1/customers", headers=headers, timeout=PATIENCE)

    assert answer.status_code == 404
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert "GET: /v1/customers" in answer.json()["error"]["message"]
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.customers.create({"email": "ama@example.org"})


def test_calls_on_behalf_of_an_account_are_refused(api, sandbox):
    account = make.account(api, sandbox)

    with pytest.raises(stripe.InvalidRequestError, match="on behalf of"):
        api.v1.balance.retrieve(options={"stripe_account": account})


def test_answers_are_expanded_as_deep_as_asked(api, sandbox):
    account, charge = make.account(api, sandbox), make.charge(api, sandbox)
    transfer = make.transfer(api, account, charge)

    plain = api.v1.transfers.retrieve(transfer.id)
    expand = ["source_transaction.balance_transaction", "destination", "balance_transaction"]
    deep = api.v1.transfers.retrieve(transfer.id, {"expand": expand})

    assert (plain.source_transaction, plain.destination) == (charge, account)
    assert deep.source_transaction.balance_transaction.fee == 3_20
    assert deep.destination.country == "FR"
    assert deep.balance_transaction.status == "pending"


def test_rows_of_a_list_are_expanded(api, sandbox):
    make.charge(api, sandbox)

    rows = api.v1.balance_transactions.list({"expand": ["data.source"]}).data
    sessions = api.v1.checkout.sessions.list({"expand": ["data.line_items"]}).data

    assert rows[0].source.object == "charge"
    assert sessions[0].line_items.data[0].description == "Drum"


@pytest.mark.parametrize("path", ["nope", "payment_intent.nope", "a.b.c.d.e.f"])
def test_what_cannot_be_expanded_is_refused(api, sandbox, path):
    made = make.session(api)
    sandbox.pay(made.id)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.checkout.sessions.retrieve(made.id, {"expand": [path]})

    assert refusal.value.param == "expand"


def test_lists_go_forward_and_back(api, sandbox):
    ids = [make.session(api).id for _number in range(5)][::-1]
    sessions = api.v1.checkout.sessions

    first = sessions.list({"limit": 2})
    second = sessions.list({"limit": 2, "starting_after": first.data[-1].id})
    back = sessions.list({"limit": 2, "ending_before": ids[4]})

    assert [s.id for s in first.data] == ids[:2]
    assert [s.id for s in second.data] == ids[2:4]
    assert [s.id for s in back.data] == ids[2:4]
    assert (first.has_more, second.has_more, back.has_more) == (True, True, True)
    assert not sessions.list({"starting_after": ids[2]}).has_more


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 101}, {"starting_after": "cs_nope"}])
def test_a_page_that_cannot_be_is_refused(api, params):
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.checkout.sessions.list(params)


def test_lines_of_the_balance_are_found_by_type_and_source(api, sandbox):
    charge = make.charge(api, sandbox, 100_00)
    refund = api.v1.refunds.create({"charge": charge, "amount": 10_00})

    by_source = api.v1.balance_transactions.list({"source": refund.id}).data
    by_type = api.v1.balance_transactions.list({"type": "charge"}).data

    assert [line.net for line in by_source] == [-10_00]
    assert [line.net for line in by_type] == [96_80]
    assert by_type[0].source == charge


def test_a_body_that_is_too_large_is_refused(running):
    answer = requests.post(f"{running.url}/v1/refunds", b"x" * (1024 * 1024 + 1), timeout=PATIENCE)

    assert answer.status_code == 413
