import pytest
import stripe

from tests.sandbox.v2 import make


def recipient_of(api, account):
    found = api.v2.core.accounts.retrieve(account, {"include": ["configuration.recipient"]})
    return found.configuration.recipient.capabilities


def status(api, account, rail="swift"):
    return getattr(recipient_of(api, account).bank_accounts, rail).status


def refused(api, **changes):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        make.account(api, **changes)
    assert api.v2.core.accounts.list().data == []
    return refusal.value


def test_a_new_recipient_cannot_be_paid_yet(api):
    made = make.account(api)

    assert made.configuration.recipient.capabilities.bank_accounts.swift.status == "pending"
    entry = made.requirements.entries[0]
    assert entry.awaiting_action_from == "user"
    assert entry.impact.restricts_capabilities[0].capability == "bank_accounts.swift"
    assert (made.identity.country, made.metadata["merchant"]) == ("ke", "7")
    assert made.applied_configurations == ["recipient"]


def test_case_p6_an_account_whose_answer_was_lost_is_found_by_its_key(api, sandbox):
    key = {"idempotency_key": "op-1"}
    sandbox.fail_next(500, executed=True, on="POST /v2/core/accounts")
    with pytest.raises(stripe.APIError):
        api.v2.core.accounts.create(make.account_params(), key)

    made = api.v2.core.accounts.create(make.account_params(), key)

    assert [account.id for account in api.v2.core.accounts.list().data] == [made.id]


def test_case_p9_the_name_of_the_part_in_the_plural_is_refused(api):
    refusal = refused(api, configurations=make.capabilities("bank_accounts.swift"))

    assert "configurations" in str(refusal)


def test_parts_that_are_not_included_are_null(api):
    made = make.account(api)

    bare = api.v2.core.accounts.retrieve(made.id)
    some = api.v2.core.accounts.retrieve(made.id, {"include": ["identity"]})

    assert (bare.configuration, bare.identity, bare.requirements) == (None, None, None)
    assert (some.identity.country, some.configuration) == ("ke", None)


@pytest.mark.parametrize(
    ("country", "path", "expected"),
    [
        ("ke", "bank_accounts.swift", "pending"),
        ("ke", "bank_accounts.local", "unsupported"),
        ("sn", "bank_accounts.local", "pending"),
        ("fr", "bank_accounts.sepa", "pending"),
        ("gh", "bank_accounts.local", "unsupported"),
        ("ke", "stripe_balance.stripe_transfers", "unsupported"),
        ("fr", "stripe_balance.stripe_transfers", "pending"),
    ],
)
def test_a_country_decides_what_can_be_asked_for(api, country, path, expected):
    made = make.account(api, country, path)

    group, name = path.split(".")
    state = getattr(getattr(made.configuration.recipient.capabilities, group), name)
    assert state.status == expected
    reasons = [detail.code for detail in state.status_details]
    assert ("unsupported_country" in reasons) == (expected == "unsupported")


def test_names_of_capabilities_that_the_documents_used_before_are_refused(api):
    refusal = refused(api, configuration=make.capabilities("bank_accounts.wire"))

    assert "bank_accounts.wire: unknown parameter" in str(refusal)


@pytest.mark.parametrize(
    "changes",
    [
        {"identity": {"entity_type": "company"}},
        {"configuration": {"merchant": {}}},
        {"account_token": "accttok_1"},
        {"nonsense": 1},
        {"contact_email": 7},
        {"dashboard": "grand"},
        {"metadata": {"a": "b" * 501}},
    ],
)
def test_what_is_wrong_or_not_imitated_is_refused(api, changes):
    assert refused(api, **changes).http_status == 400


def test_a_lost_capability_is_told_and_comes_back(api, sandbox):
    account = make.recipient(api, sandbox)
    assert status(api, account) == "active"

    sandbox.set_capability(account, "bank_accounts.swift")

    assert status(api, account) == "restricted"
    kind = "v2.core.account[configuration.recipient].capability_status_updated"
    event = api.v2.core.events.retrieve(sandbox.thin_events(kind)[-1]["id"])
    assert event.data.updated_capability == "bank_accounts.swift"
    sandbox.set_capability(account, "bank_accounts.swift", "active")
    assert status(api, account) == "active"


def test_a_closed_account_gets_no_link(api, sandbox):
    account = make.recipient(api, sandbox)

    sandbox.close_account(account)

    assert api.v2.core.accounts.list().data == []
    assert [a.id for a in api.v2.core.accounts.list({"closed": True}).data] == [account]
    assert len(sandbox.thin_events("v2.core.account.closed")) == 1
    with pytest.raises(stripe.InvalidRequestError, match="is closed"):
        make.link(api, account)


def test_accounts_are_listed_page_by_page_with_their_parts(api):
    made = [make.account(api, country).id for country in ("ke", "rw", "tz")]

    first = api.v2.core.accounts.list({"limit": 2})

    assert [account.id for account in first.data] == made[:0:-1]
    assert [account.id for account in first.auto_paging_iter()] == made[::-1]
    with pytest.raises(stripe.InvalidRequestError, match="between 1 and 100"):
        api.v2.core.accounts.list({"limit": 101})


def test_an_account_that_is_not_there_is_not_found(api):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v2.core.accounts.retrieve("acct_nope")

    assert (refusal.value.http_status, refusal.value.code) == (404, "not_found")
