import pytest
import requests
import stripe

from tests.patience import PATIENCE
from tests.sandbox import make

RETURN, REFRESH = "http://127.0.0.1:8000/done/", "http://127.0.0.1:8000/again/"


def link(api, account):
    return api.v1.account_links.create(
        {
            "account": account,
            "type": "account_onboarding",
            "return_url": RETURN,
            "refresh_url": REFRESH,
        }
    )


def press(url, action):
    return requests.post(url, {"action": action}, allow_redirects=False, timeout=PATIENCE)


def can_be_paid(api, account):
    return api.v1.accounts.retrieve(account).capabilities.transfers == "active"


def test_a_new_account_cannot_be_paid_yet(api):
    found = api.v1.accounts.retrieve(make.account(api))

    assert found.capabilities.transfers == "inactive"
    assert not found.payouts_enabled
    assert not found.details_submitted
    assert "external_account" in found.requirements.currently_due
    assert found.controller.losses.payments == "application"
    assert (found.type, found.country, found.metadata["merchant"]) == ("express", "FR", "7")


def test_finishing_onboarding_lets_an_account_be_paid(api, sandbox):
    account = make.account(api)
    url = link(api, account).url
    assert "Receive your earnings" in requests.get(url, timeout=PATIENCE).text

    answer = press(url, "finish")

    assert (answer.status_code, answer.headers["Location"]) == (303, RETURN)
    assert can_be_paid(api, account)
    found = api.v1.accounts.retrieve(account)
    assert (found.payouts_enabled, found.requirements.currently_due) == (True, [])
    events = sandbox.events("account.updated") + sandbox.events("capability.updated")
    assert [event["account"] for event in events] == [account, account]


def test_capabilities_are_read_one_by_one(api, sandbox):
    account = make.account(api)
    capabilities = api.v1.accounts.capabilities
    assert capabilities.retrieve(account, "transfers").status == "inactive"

    sandbox.onboard(account)

    assert [found.status for found in capabilities.list(account).data] == ["active"]
    with pytest.raises(stripe.InvalidRequestError):
        capabilities.retrieve(account, "card_payments")


def test_returning_without_finishing_changes_nothing(api, sandbox):
    account = make.account(api)

    answer = press(link(api, account).url, "leave")

    assert answer.headers["Location"] == RETURN
    assert not can_be_paid(api, account)
    assert sandbox.events() == []


def test_a_used_link_leads_back_for_a_new_one(api):
    account = make.account(api)
    url = link(api, account).url
    press(url, "leave")

    again = press(url, "finish")

    assert (again.status_code, again.headers["Location"]) == (303, REFRESH)
    assert not can_be_paid(api, account)
    assert press(link(api, account).url, "finish").headers["Location"] == RETURN


def test_an_old_link_leads_back_for_a_new_one(api, sandbox):
    account = make.account(api)
    made = link(api, account)
    assert made.expires_at == made.created + 300

    sandbox.advance(300)

    seen = requests.get(made.url, allow_redirects=False, timeout=PATIENCE)
    assert (seen.status_code, seen.headers["Location"]) == (303, REFRESH)


def test_an_account_that_finished_sees_what_arrived(api, sandbox):
    account = make.account(api, sandbox)
    make.transfer(api, account, make.charge(api, sandbox), 40_00)

    page = requests.get(api.v1.accounts.login_links.create(account).url, timeout=PATIENCE)

    assert page.status_code == 200
    assert "$40.00" in page.text


def test_an_unfinished_account_has_nothing_to_see(api):
    with pytest.raises(stripe.InvalidRequestError, match="not completed onboarding"):
        api.v1.accounts.login_links.create(make.account(api))


def test_an_account_can_be_changed_and_listed(api):
    account = make.account(api)

    changed = api.v1.accounts.update(
        account, {"email": "new@example.org", "metadata": {"level": "2"}}
    )

    assert (changed.email, changed.metadata["merchant"]) == ("new@example.org", "7")
    assert [found.id for found in api.v1.accounts.list().data] == [account]


def test_an_account_link_needs_an_account(api):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        link(api, "acct_nope")

    assert (refusal.value.http_status, refusal.value.param) == (404, "account")
