"""What the SDK declares is the measure: parameters, answers and events are held against it."""

import importlib

import pytest
import requests
import stripe

from tests.patience import PATIENCE
from tests.sandbox import make as older
from tests.sandbox.v2 import make
from tools.sandbox.v2 import account_links, accounts, typed
from tools.sandbox.v2.published import published_call_problems
from tools.sandbox.v2.routes import WAYS

PAYMENT = "money_management.OutboundPaymentCreateParams"
ROOMS = ("core", "money_management", "money_management.test_helpers")


def all_of(room):
    module = importlib.import_module(f"stripe.params.v2.{room}")
    return [getattr(module, name) for name in module._import_map if name.endswith("Params")]


@pytest.mark.parametrize("room", ROOMS)
def test_every_class_of_parameters_resolves(room):
    for kind in all_of(room):
        assert isinstance(typed._hints(kind), dict)


def test_a_right_call_has_no_problems():
    assert typed.call_problems(PAYMENT, make.payment_params("acct_1")) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"to": {}}, "to.recipient: missing."),
        ({"amount": {"value": "1", "currency": "usd"}}, "amount.value: '1' is not int."),
        ({"amount": {"value": True, "currency": "usd"}}, "amount.value: True is not int."),
        ({"metadata": {"a": 1}}, "metadata.a: 1 is not str."),
        ({"metadata": "a"}, "metadata: not an object."),
        ({"too": 1}, "too: unknown parameter."),
        (
            {"recipient_notification": {"setting": "loud"}},
            "recipient_notification.setting: 'loud' is none of configured, none.",
        ),
    ],
)
def test_a_wrong_call_is_told_by_field(changes, said):
    assert typed.call_problems(PAYMENT, make.payment_params("acct_1", **changes)) == [said]


def test_a_list_is_checked_part_by_part():
    problems = typed.call_problems("core.AccountRetrieveParams", {"include": ["identity", "x"]})

    assert problems[0].startswith("include[1]: 'x' is none of")
    assert typed.call_problems("core.AccountRetrieveParams", {"include": "identity"}) == [
        "include: not a list."
    ]


def test_words_of_an_open_list_pass():
    fields = {"account": "a", "use_case": {"type": "account_dancing"}}

    assert typed.call_problems("core.AccountLinkCreateParams", fields) == []


def test_an_answer_is_complete_at_every_depth():
    whole = typed.complete(
        typed.find_type("money_management.OutboundPayment"),
        {"tracking_details": {"status": "pending"}, "from": {"financial_account": "fa_1"}},
    )

    assert whole["tracking_details"] == {"bank_account": None, "card": None, "status": "pending"}
    assert (whole["description"], whole["from"]) == (None, {"financial_account": "fa_1"})


def test_an_answer_that_breaks_its_type_is_noticed(running, api, sandbox):
    account = make.account(api).id
    body = running.sandbox.world.store.get("v2.core.account", account)
    body["closed"], body["nickname"] = "no", "Adi"

    api.v2.core.accounts.retrieve(account)

    assert [(p.field, p.message) for p in sandbox.contract_errors] == [
        ("closed", "'no' is not bool"),
        ("nickname", "unknown parameter"),
        ("closed", "'no' is not of type 'boolean'"),
        ("nickname", "v2.core.account has no such field"),
    ]
    sandbox.reset()


def test_the_published_specification_is_asked_too():
    create = next(way for way in WAYS if way.run is accounts.create)
    link = next(way for way in WAYS if way.run is account_links.create)
    fields = make.account_params("ke")
    use = {"type": "account_onboarding", "account_onboarding": {"refresh_url": make.REFRESH}}

    assert published_call_problems(create, fields) == []
    assert published_call_problems(create, {**fields, "dashboard": "grand"})
    assert published_call_problems(link, {"account": "acct_1", "use_case": use}) == []
    assert published_call_problems(link, {"use_case": use})


def test_an_event_that_the_sdk_does_not_know_is_noticed():
    event = {"id": "evt_1", "type": "v2.core.account.closed", "created": "", "livemode": False}
    event |= {"object": "v2.core.event", "context": None, "reason": None}

    assert typed.event_problems(event) == ["related_object: unknown, or missing"]
    assert typed.event_problems({"type": "v2.core.account.exploded"}) == [
        "type: the SDK knows no v2.core.account.exploded"
    ]


def test_every_operation_names_types_of_the_sdk():
    for way in WAYS:
        assert typed.find_type(way.params, of="stripe.params.v2")
        assert way.kind is None or typed.find_type(way.kind)


def test_an_operation_that_is_not_imitated_is_said_so(api):
    with pytest.raises(stripe.InvalidRequestError, match="does not imitate"):
        api.v2.money_management.inbound_transfers.list()


@pytest.mark.parametrize("body", ["[]", "{", '"x"'])
def test_a_body_that_is_no_json_object_is_refused(running, sandbox, body):
    headers = {"Authorization": f"Bearer {older.KEY}", "Content-Type": "application/json"}
    url = f"{running.url}/v2/core/accounts"

    answer = requests.post(url, body, headers=headers, timeout=PATIENCE)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_fields")
