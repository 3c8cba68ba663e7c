"""The check before going live: each thing is said, with what to do, and nothing is changed."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from shop.money.ledger.posting import sales
from tests import make
from tests.make import NOON
from tests.sandbox import make as provider

pytestmark = pytest.mark.django_db
SHOP = "http://127.0.0.1:8000"
KEY = "sk_test_sandbox_tests"


def check(address=SHOP):
    """Return what the command prints, and whether all is well."""
    said = StringIO()
    try:
        call_command("payment_check", address=address, stdout=said)
    except CommandError:
        return said.getvalue(), False
    return said.getvalue(), True


def wrong(said):
    return [line.removeprefix("!!  ") for line in said.splitlines() if line.startswith("!!")]


@pytest.fixture
def ready(sandbox, sandbox_server, settings):
    """Set the provider up as the shop needs it."""
    settings.SITE_URL = SHOP
    call_command("payment_endpoints", SHOP, only="snapshot", stdout=StringIO())
    sandbox.world.remember("balance settings", interval="manual", least=None)
    return sandbox


def test_where_all_is_well_each_line_says_so(ready):
    said, is_well = check()

    assert is_well
    assert wrong(said) == []
    assert len(said.splitlines()) >= 8
    assert all(line.startswith("ok  ") for line in said.splitlines())


def test_no_key_and_no_secret_is_printed(ready, settings):
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_sandbox_tests"]
    said, _ = check()
    ready.fail_next(401, 401, on="GET /v1/account")
    refused, _ = check()

    for text in (said, refused):
        assert KEY not in text
        assert "whsec_" not in text


def test_without_a_key_nothing_is_asked(ready, settings):
    settings.STRIPE_SECRET_KEY = ""
    ready.fail_next(500, on="GET /v1/account")  # would be used up by a call

    said, is_well = check()

    assert not is_well
    assert "STRIPE_SECRET_KEY is not set." in wrong(said)
    assert len(ready.world.faults) == 1


def test_without_a_secret_of_messages_it_says_so(ready, settings):
    settings.STRIPE_WEBHOOK_SECRETS = []

    said, _ = check()

    assert wrong(said) == ["STRIPE_WEBHOOK_SECRETS is empty: every message is refused."]


def test_a_provider_that_refuses_the_key_ends_the_check(ready):
    ready.fail_next(401, 401, on="GET /v1/account")

    said, is_well = check()

    assert not is_well
    assert said.splitlines()[-2].startswith("!!  The provider does not answer this key")


@pytest.mark.parametrize(
    ("seconds", "is_well"), [(0, True), (280, True), (600, False), (-200, True), (-330, False)]
)
def test_clocks_are_at_most_five_minutes_apart(ready, clock_at, seconds, is_well):
    clock_at(datetime.now(UTC) + timedelta(seconds=seconds))

    said, found = check()

    assert found is is_well
    assert any("clocks are" in line for line in wrong(said)) is not is_well


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"charges": False, "due": ["external_account"]}, "The account may not take money."),
        ({"capabilities": {"card_payments": "inactive"}},
         "The capability card_payments is inactive."),
        ({"capabilities": {}}, "The capability card_payments is not asked for."),
        ({"payouts": False}, "The account may not pay out."),
        ({"currency": "eur"}, "Prices are in USD, and the account settles in EUR."),
    ],
)  # fmt: skip
def test_what_the_account_lacks_is_said(ready, facts, said):
    ready.world.remember("own account", **facts)

    text, is_well = check()

    assert not is_well
    assert wrong(text) == [said]


def test_what_is_due_at_the_provider_is_named(ready):
    ready.world.remember("own account", charges=False, due=["external_account"])

    assert "Finish the account at the provider: external_account." in check()[0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"disabled": True}, "The endpoint is off."),
        ({"enabled_events": ["refund.created"]}, "The endpoint does not hear of"),
    ],
)
def test_an_endpoint_that_is_off_or_hears_too_little_is_said(ready, sandbox_server, change, said):
    api = provider.client(sandbox_server.url, KEY)
    api.v1.webhook_endpoints.update(api.v1.webhook_endpoints.list().data[0].id, change)

    (line,) = wrong(check()[0])

    assert line.startswith(said)


def test_a_missing_endpoint_is_said_with_the_command_that_makes_it(ready):
    said, _ = check("http://127.0.0.1:9000")

    assert wrong(said) == ["No endpoint sends messages to http://127.0.0.1:9000/webhooks/stripe/."]
    assert "payment_endpoints http://127.0.0.1:9000 --only snapshot" in said


@pytest.mark.parametrize(
    ("schedule", "least", "is_well"),
    [("manual", None, True), ("daily", None, False), ("weekly", {"eur": 500_00}, False),
     ("daily", {"usd": 500_00}, True), ("daily", {"usd": 0}, False)],
)  # fmt: skip
def test_the_balance_stays_where_it_is_owed(ready, sandbox_server, schedule, least, is_well):
    payouts = {"schedule": {"interval": schedule}}
    if least:
        payouts["minimum_balance_by_currency"] = least
    api = provider.client(sandbox_server.url, KEY)
    api.raw_request("post", "/v1/balance_settings", payments={"payouts": payouts})

    said, found = check()

    assert found is is_well
    assert all("paid out" in line for line in wrong(said))


@pytest.mark.parametrize(("least", "is_well"), [(29_99, False), (30_00, True)])
def test_what_stays_there_covers_the_refunds_that_are_due(ready, sandbox_server, least, is_well):
    sales.post_unwanted(make.order({make.variant(30_00): 1}), 30_00, reference="late-1", at=NOON)
    payouts = {"schedule": {"interval": "daily"}, "minimum_balance_by_currency": {"usd": least}}
    api = provider.client(sandbox_server.url, KEY)
    api.raw_request("post", "/v1/balance_settings", payments={"payouts": payouts})

    said, found = check()

    assert found is is_well
    assert any("Refunds of $30.00 are due" in line for line in wrong(said)) is not is_well


def test_a_currency_that_nobody_can_pay_in_is_said(ready, settings):
    settings.SHOP_CURRENCY = "UGX"

    said, is_well = check()

    assert not is_well
    assert any("UGX" in line for line in wrong(said))


def test_the_check_changes_nothing(ready):
    before = [dict(row) for row in ready.world.store.all("webhook_endpoint")]

    check()
    check("http://127.0.0.1:9000")

    assert [dict(row) for row in ready.world.store.all("webhook_endpoint")] == before


def test_with_payouts_by_the_provider_their_messages_have_to_come_too(ready, settings):
    settings.PAYOUT_SENDER = "US"

    said, is_well = check()

    assert not is_well
    assert wrong(said) == [f"No endpoint sends messages to {SHOP}/webhooks/stripe/thin/."]
    call_command("payment_endpoints", SHOP, stdout=StringIO())
    assert check()[1]


@pytest.mark.parametrize(
    ("call", "name"),
    [("GET /v1/refunds", "refunds"), ("GET /v1/transfers", "transfers"),
     ("GET /v2/core/accounts", "accounts")],
)  # fmt: skip
def test_what_a_restricted_key_may_not_read_is_named(ready, settings, call, name):
    settings.PAYOUT_SENDER = "GB"
    ready.fail_next(403, on=call)

    said, is_well = check()

    assert not is_well
    assert next(line for line in wrong(said) if "may not read" in line).startswith(
        f"The key may not read {name}."
    )


def test_of_payouts_nothing_is_asked_where_they_are_made_by_hand(ready):
    ready.fail_next(403, on="GET /v1/transfers")

    assert check()[1]
