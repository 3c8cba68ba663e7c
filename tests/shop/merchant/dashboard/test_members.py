"""The workspace is there for members of a merchant; others are told how one becomes one."""

import pytest

from shop.merchant.dashboard.people import invite
from shop.people.merchants.models import StoreInvitation
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon(clock_at):
    clock_at(NOON)


def asked(store, email="folake@example.org", at=NOON):
    return invite.invite(store, email, language="en", at=at, by=make.user())


def test_who_works_for_no_store_is_told_so_in_the_language_of_the_account(client):
    client.force_login(make.user("folake@example.org", language="fr"))

    answer = client.get("/merchant/", follow=True)

    assert answer.status_code == 200
    assert "Vous ne travaillez pour aucune boutique" in answer.text
    assert "folake@example.org" in answer.text
    assert '<html lang="fr" dir="ltr">' in answer.text
    assert answer.headers["Content-Language"] == "fr"
    assert "no-store" in answer.headers["Cache-Control"]


def test_without_one_the_browser_says_in_which_language(client):
    client.force_login(make.user())

    answer = client.get("/merchant/", headers={"Accept-Language": "ar"}, follow=True)

    assert '<html lang="ar" dir="rtl">' in answer.text


@pytest.mark.parametrize("address", ["amani/", "amani/orders/", "orders/1/", "tickets/"])
def test_the_rest_of_the_workspace_does_not_exist_for_those_without_a_merchant(client, address):
    make.merchant(slug="amani")
    client.force_login(make.user())

    assert client.get(f"/merchant/{address}").status_code == 404


def test_what_waits_for_the_address_of_the_account_is_joined_there(client):
    store = make.merchant(name="Amani Kettles", slug="amani-kettles")
    made = asked(store, "Folake@example.org")
    client.force_login(make.user("folake@example.org"))
    assert "You are invited to work for Amani Kettles" in client.get("/merchant/").text

    answer = client.post("/merchant/", {"invitation": made.pk})

    assert answer.headers["Location"] == "/merchant/amani-kettles/"
    assert store.memberships.get().user.email == "folake@example.org"
    again = client.post("/merchant/", {"invitation": made.pk})
    assert again.headers["Location"] == "/merchant/"
    assert client.get("/merchant/").status_code == 200


@pytest.mark.parametrize("flaw", ["other address", "not proved", "expired", "taken back"])
def test_nobody_joins_what_does_not_wait_for_them(client, clock_at, flaw):
    store = make.merchant(name="Amani Kettles")
    made = asked(store)
    email = "eve@example.org" if flaw == "other address" else "folake@example.org"
    user = make.user(email, is_verified=flaw != "not proved")
    if flaw == "expired":
        clock_at(made.expires_at)
    if flaw == "taken back":
        invite.take_back(made, at=NOON, by=user)
    client.force_login(user)
    assert "Amani Kettles" not in client.get("/merchant/").text

    answer = client.post("/merchant/", {"invitation": made.pk})

    assert answer.status_code == 422
    assert "This invitation was used, was taken back or has expired." in answer.text
    assert not store.memberships.exists()
    assert StoreInvitation.objects.get().accepted_at is None


@pytest.mark.parametrize("sent", ["", "x", "9" * 30, "-1", "\0"])
def test_a_button_that_names_nothing_is_refused(client, sent):
    client.force_login(make.user())

    assert client.post("/merchant/", {"invitation": sent}).status_code == 422


def test_a_member_finds_the_workspace_and_it_is_not_kept_by_anybody(client):
    client.force_login(make.member(make.merchant(name="Amani Kettles")))

    answer = client.get("/merchant/")

    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
