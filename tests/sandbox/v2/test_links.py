import pytest
import requests
import stripe

from tests.patience import PATIENCE
from tests.sandbox.v2 import make

GOOD = {"account_number": "0001 2345 67", "swift_code": "aaaabbccxxx"}


def show(url):
    return requests.get(url, allow_redirects=False, timeout=PATIENCE)


def press(url, action, **fields):
    data = {"action": action, **fields}
    return requests.post(url, data, allow_redirects=False, timeout=PATIENCE)


def methods(api, account):
    listed = api.v2.money_management.payout_methods.list({}, {"stripe_context": account})
    return listed.data


def is_active(api, account):
    found = api.v2.core.accounts.retrieve(account, {"include": ["configuration.recipient"]})
    return found.configuration.recipient.capabilities.bank_accounts.swift.status == "active"


def test_the_form_asks_for_what_the_country_s_banks_need(api):
    account = make.account(api)
    page = show(make.link(api, account.id).url)

    assert (page.status_code, "Adire" in page.text) == (200, True)
    assert 'name="account_number"' in page.text
    assert 'name="swift_code"' in page.text
    british = show(make.link(api, make.account(api, "gb", "bank_accounts.fps").id).url).text
    assert "Sort code" in british
    assert "swift_code" not in british


def test_a_finished_form_makes_a_payout_method_and_lets_the_recipient_be_paid(api, sandbox):
    account = make.account(api).id

    answer = press(make.link(api, account).url, "finish", **GOOD)

    assert (answer.status_code, answer.headers["Location"]) == (303, make.RETURN)
    assert is_active(api, account)
    bank = methods(api, account)[0].bank_account
    assert (bank.country, bank.last4, bank.swift_code) == ("KE", "4567", "AAAABBCCXXX")
    assert bank.supported_currencies == ["kes"]
    requirements = api.v2.core.accounts.retrieve(account, {"include": ["requirements"]})
    assert requirements.requirements.entries == []
    assert [event["type"].removeprefix("v2.") for event in sandbox.thin_events()] == [
        "core.account.created",
        "money_management.payout_method.created",
        "core.account[configuration.recipient].capability_status_updated",
        "core.account[requirements].updated",
        "core.account_link.returned",
    ]


def test_wrong_data_bring_the_form_back_as_it_was_typed(api):
    account = make.account(api).id
    url = make.link(api, account).url

    answer = press(url, "finish", account_number="<12>", swift_code="nope")

    assert answer.status_code == 422
    assert "this is no Account number of KE" in answer.text
    assert 'value="&lt;12&gt;"' in answer.text
    assert methods(api, account) == []
    assert not is_active(api, account)
    assert press(url, "finish", **GOOD).status_code == 303


def test_a_form_without_bank_data_leaves_a_recipient_without_a_payout_method(api):
    account = make.account(api).id

    press(make.link(api, account).url, "finish")

    assert is_active(api, account)
    assert methods(api, account) == []


def test_a_recipient_of_transfers_is_asked_for_no_bank(api, sandbox):
    account = make.account(api, "fr", "stripe_balance.stripe_transfers").id

    assert "account_number" not in show(make.link(api, account).url).text
    press(make.link(api, account).url, "finish")

    assert len(sandbox.events("capability.updated")) == 1


def test_returning_without_finishing_changes_nothing(api, sandbox):
    account = make.account(api).id

    answer = press(make.link(api, account).url, "leave", **GOOD)

    assert answer.headers["Location"] == make.RETURN
    assert not is_active(api, account)
    assert methods(api, account) == []
    event = api.v2.core.events.retrieve(sandbox.thin_events()[-1]["id"])
    assert (event.type, event.data.account_id) == ("v2.core.account_link.returned", account)


def test_a_used_link_and_an_old_one_lead_back_for_a_new_one(api, sandbox):
    account = make.account(api).id
    used, old = make.link(api, account).url, make.link(api, account).url
    press(used, "leave")

    assert press(used, "finish", **GOOD).headers["Location"] == make.REFRESH
    sandbox.advance(300)
    assert show(old).headers["Location"] == make.REFRESH
    assert not is_active(api, account)


def test_a_link_without_an_address_to_return_to_ends_here(api):
    account = make.account(api).id
    params = {"account": account, "use_case": {"type": "account_onboarding"}}
    params["use_case"]["account_onboarding"] = {"refresh_url": make.REFRESH}

    answer = press(api.v2.core.account_links.create(params).url, "finish", **GOOD)

    assert (answer.status_code, "Thank you" in answer.text) == (200, True)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"configurations": ["recipient"]}, "configurations: unknown parameter"),
        ({"refresh_url": "javascript:alert(1)"}, "not a valid URL"),
        ({"return_url": "//evil.example"}, "not a valid URL"),
    ],
)
def test_a_link_with_what_was_removed_or_is_unsafe_is_refused(api, changes, said):
    account = make.account(api).id

    with pytest.raises(stripe.InvalidRequestError, match=said):
        make.link(api, account, **changes)


def test_a_link_that_is_not_there_leads_nowhere(running, sandbox):
    assert show(f"{running.url}/onboard/v2/alink_nope").status_code == 404


def test_a_link_names_what_it_is_for(api):
    account = make.account(api).id
    made = make.link(api, account)

    assert (made.account, made.use_case.account_onboarding.refresh_url) == (account, make.REFRESH)
    assert "id" not in made.to_dict()
    with pytest.raises(stripe.InvalidRequestError, match=r"use_case\.type"):
        api.v2.core.account_links.create(
            {"account": account, "use_case": {"type": "account_update"}}
        )
