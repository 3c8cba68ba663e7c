"""The endpoints of messages are made once, hear what is applied, and show their secret once."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from shop.money.payments.own_account.endpoints import THIN_KINDS
from shop.money.payments.provider.stripe_account import API_VERSION
from shop.money.payments.webhooks import APPLIED
from tests.sandbox import make as provider

SHOP = "http://127.0.0.1:8000"
WHERE = f"{SHOP}/webhooks/stripe/"
KEY = "sk_test_sandbox_tests"


def endpoints(address=SHOP, **options):
    said = StringIO()
    call_command("payment_endpoints", address, stdout=said, **options)
    return said.getvalue()


@pytest.fixture
def api(sandbox, sandbox_server):
    return provider.client(sandbox_server.url, KEY)


def destinations(api):
    return api.v2.core.event_destinations.list().data


def rows(api):
    return api.v1.webhook_endpoints.list().data


def test_it_makes_the_endpoint_of_snapshots_and_prints_its_secret(api, sandbox):
    said = endpoints(only="snapshot")

    (made,) = rows(api)
    (secret,) = sandbox.world.store.notes(made.id)["secrets"]
    assert (made.url, made.status, made.api_version) == (WHERE, "enabled", API_VERSION)
    assert set(made.enabled_events) == APPLIED
    assert said.count(secret) == 1
    assert KEY not in said


def test_a_second_time_makes_nothing_and_prints_no_secret(api, sandbox):
    endpoints(only="snapshot")
    before = [row.to_dict() for row in rows(api)]

    said = endpoints(only="snapshot")

    assert [row.to_dict() for row in rows(api)] == before
    assert "There already" in said
    assert "whsec_" not in said


@pytest.mark.parametrize("change", [{"disabled": True}, {"enabled_events": ["refund.created"]}])
def test_an_endpoint_that_hears_too_little_or_is_off_is_mended(api, change):
    endpoints(only="snapshot")
    api.v1.webhook_endpoints.update(rows(api)[0].id, change)

    said = endpoints(only="snapshot")

    (made,) = rows(api)
    assert made.status == "enabled"
    assert set(made.enabled_events) == APPLIED
    assert "Mended" in said
    assert "whsec_" not in said


def test_one_that_hears_everything_goes_on_hearing_everything(api):
    params = {"url": WHERE, "enabled_events": ["*"]}
    api.v1.webhook_endpoints.create(params)

    assert "There already" in endpoints(only="snapshot")
    assert [row.enabled_events for row in rows(api)] == [["*"]]


def test_another_shop_on_the_account_keeps_its_own(api):
    theirs = {"url": "http://127.0.0.1:9000/webhooks/stripe/", "enabled_events": ["payout.paid"]}
    api.v1.webhook_endpoints.create(theirs)

    endpoints(only="snapshot")

    assert sorted(row.url for row in rows(api)) == [WHERE, theirs["url"]]


@pytest.mark.parametrize(
    "address",
    ["", "shop.example", "ftp://shop.example", "http://shop.example", "https://shop.example/x/",
     "https://shop.example/?a=1", "https://"],
)  # fmt: skip
def test_an_address_that_the_provider_cannot_reach_is_refused(api, address):
    with pytest.raises(CommandError):
        endpoints(address, only="snapshot")

    assert rows(api) == []


def test_names_are_told_of_payouts_and_asked_for_with_them(api, sandbox, settings):
    endpoints()
    assert (len(rows(api)), destinations(api)) == (1, [])
    settings.PAYOUT_SENDER = "US"

    said = endpoints()
    endpoints()

    (made,) = destinations(api)
    (secret,) = sandbox.world.store.notes(made.id)["secrets"]
    assert "STRIPE_THIN_WEBHOOK_SECRETS" in said
    assert said.count(secret) == 1
    assert (made.event_payload, made.events_from) == ("thin", ["@self", "@accounts"])
    assert set(made.enabled_events) == THIN_KINDS
    assert len(rows(api)) == 1


def test_without_a_key_nobody_is_asked(settings, sandbox):
    settings.STRIPE_SECRET_KEY = ""

    with pytest.raises(CommandError, match="STRIPE_SECRET_KEY"):
        endpoints(only="snapshot")


def test_what_the_provider_refuses_is_said_without_the_key(api, sandbox):
    sandbox.fail_next(401, on="GET /v1/webhook_endpoints")

    with pytest.raises(CommandError) as refused:
        endpoints(only="snapshot")

    assert KEY not in str(refused.value)
    assert rows(api) == []
