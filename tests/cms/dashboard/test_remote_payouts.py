"""Organizers look after payouts that the provider sends: countries, accounts, what is stuck."""

from datetime import timedelta

import pytest
from django.urls import reverse

from shop.money.money_tasks.models import MoneyTask
from shop.money.settlements.models import Payout, PayoutMethod
from shop.money.settlements.remote.models import PayoutCountry
from shop.money.settlements.remote.payout_checks import look_at_payouts
from shop.money.settlements.remote.recipients import begin, form_for, look_at
from shop.money.settlements.remote.send import send_payouts
from tests import make
from tests.budgets import statements
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.paying import assert_books_agree, set_clocks
from tests.payout_countries import fill_in
from tests.shop.money.settlements.earned import DAY, MONDAY, account
from tests.shop.money.settlements.remote.sent import (
    STORAGE,
    WHERE,
    flush,
    fund,
    payments,
    queued,
    store,
)
from tests.shop.money.settlements.remote.sent import recipient as confirmed

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def abroad(sandbox, clock_at, settings):
    """Give a shop that sends payouts by the provider, at noon of the festival's third day."""
    set_clocks(sandbox, NOON)
    clock_at(NOON)
    settings.PAYOUT_SENDER, settings.PAYOUT_FINANCIAL_ACCOUNT = "US", STORAGE
    fill_in()
    return sandbox


@pytest.fixture
def desk(client, abroad):
    """Be an organizer at the desk."""
    client.force_login(organizer())
    return client


@pytest.fixture
def payout(abroad, clock_at):
    """Send a payout of 180.00 on Monday."""
    made = queued(abroad, store(abroad))
    flush(abroad)
    fund()
    send_payouts(at=MONDAY)
    clock_at(MONDAY + HOUR)
    made.refresh_from_db()
    return made


def test_p2_a_country_is_set_with_source_and_day_and_refused_without(desk, abroad):
    row = PayoutCountry.objects.get(code="GH")
    assert "Ghana" in desk.get("/organize/payout-countries/?reached=unknown").text
    where = f"/organize/payout-countries/{row.pk}/"
    said = {
        "by_connect": "unknown",
        "by_global": "yes",
        "rail": "local",
        "source": "The provider’s page",
    }
    assert "Ghana" in desk.get(where).text

    assert desk.post(where, said).status_code == 422
    assert desk.post(where, said | {"as_of": "2027-05-03", "source": ""}).status_code == 422
    assert desk.post(where, said | {"as_of": "2027-05-03", "rail": ""}).status_code == 422
    row.refresh_from_db()
    assert row.by_global == "unknown"
    desk.post(where, said | {"as_of": "2027-05-03"})

    row.refresh_from_db()
    assert (row.by_global, row.rail, row.source) == ("yes", "local", "The provider’s page")


def test_a_payout_shows_how_it_stands(desk, abroad, payout):
    page = desk.get(f"/organize/payouts/{payout.pk}/").text

    for said in (payout.remote_id, "processing", "By the provider", "3 Jun 2027",
                 "KES 23,220.00", "Take it back"):  # fmt: skip
        assert said.lower() in page.lower()
    listed = desk.get("/organize/payouts/?state=sent").text
    assert payout.reference in listed


def test_the_provider_s_payouts_go_into_no_file(desk, abroad):
    made = queued(abroad, store(abroad))

    assert made.reference not in desk.get("/organize/batches/new/").text
    refused = desk.post("/organize/batches/new/", {"pick": [made.pk], "profile": "statement_csv"})

    assert "in another file already" in refused.text
    assert "payout to send" not in desk.get("/organize/").text


def test_one_is_taken_back_and_paid_again(desk, abroad, payout):
    desk.post(f"/organize/payouts/{payout.pk}/take-back/", {"reason": "A dispute came up"})
    task = MoneyTask.objects.get(state="open")
    desk.post(f"/organize/money/{task.pk}/pay_again/", {"reason": "It was won"})

    assert list(Payout.objects.order_by("pk").values_list("state", flat=True)) == ["void", "queued"]
    assert_books_agree()


def test_a_stuck_one_is_paid_by_hand(desk, abroad, clock_at):
    made = queued(abroad, store(abroad))
    flush(abroad)
    fund()
    clock_at(MONDAY + HOUR)
    abroad.restrict_method(made.method.bank_id)
    send_payouts(at=MONDAY)
    task = MoneyTask.objects.get(state="open")
    assert "asked first" in desk.get(f"/organize/money/{task.pk}/by_hand/").text

    desk.post(f"/organize/money/{task.pk}/by_hand/", {"reason": "By our bank"})
    desk.post(f"/organize/settlements/{made.settlement_id}/paid/", {
        "bank_reference": "FT 7", "paid_on": "2027-05-31", "amount": "180.00"})  # fmt: skip

    assert list(Payout.objects.order_by("pk").values_list("state", flat=True)) == ["void", "done"]
    assert payments(abroad) == []
    assert_books_agree()


def test_a_short_balance_is_explained(desk, abroad, clock_at):
    queued(abroad, store(abroad))
    send_payouts(at=MONDAY)
    clock_at(MONDAY + HOUR)
    task = MoneyTask.objects.get(state="open")

    desk.post(f"/organize/money/{task.pk}/paid_in/", {"reason": "500.00 by wire"})

    task.refresh_from_db()
    assert (task.state, task.outcome) == ("done", "paid_in")


def test_an_account_at_the_provider_is_shown_with_what_it_waits_for_and_confirmed(desk, abroad):
    merchant = make.merchant(country="KE")
    row = begin(merchant, at=NOON, by=make.member(merchant))
    form_for(row, WHERE, at=NOON)
    row.refresh_from_db()
    look_at(row, at=NOON)
    page = f"/organize/accounts/{row.pk}/"
    assert "identity.individual.given_name" in desk.get(page).text
    assert "/confirm/" not in desk.get(page).text
    abroad.onboard_recipient(row.remote_id)
    look_at(row, at=NOON)
    assert "4242" in desk.get(page).text
    assert "telephone number that you know" in desk.get(f"{page}confirm/").text

    desk.post(f"{page}confirm/", {"reason": "They said 4242 on the telephone"})

    assert PayoutMethod.objects.get().state == "ready"


def test_one_that_the_provider_stopped_is_not_trusted_by_hand(desk, abroad):
    row = confirmed(abroad, make.merchant(country="KE"))
    abroad.set_capability(row.remote_id, "bank_accounts.swift")
    look_at(row, at=NOON)

    page = desk.get(f"/organize/accounts/{row.pk}/").text
    assert "/trust/" not in page
    desk.post(f"/organize/accounts/{row.pk}/trust/", {"reason": "Why not"})

    assert PayoutMethod.objects.get().state == "restricted"


def test_lists_cost_the_same_statements_for_one_as_for_many(desk, abroad):
    for _n in range(3):
        queued(abroad, store(abroad))
    send_payouts(at=MONDAY)
    look_at_payouts(at=MONDAY + DAY)

    for page in ("payouts/?state=all", "accounts/?state=all", "payout-countries/"):
        with statements(most=30):
            assert desk.get(f"/organize/{page}").status_code == 200
    assert reverse("desk:payout-countries") == "/organize/payout-countries/"


def test_what_a_payout_costs_is_asked_before_the_first_one(desk, abroad):
    row = confirmed(abroad, make.merchant(country="KE"))

    page = desk.post(f"/organize/accounts/{row.pk}/estimate/", follow=True).text

    assert "Of $100.00, KES 12,900.00 would arrive now at 1 USD = 129.0000 KES" in page
    assert "The provider would keep $3.00 beside" in page
    (intent,) = list(abroad.world.store.all("v2.money_management.payout_intent"))
    assert (intent["status"], payments(abroad)) == ("canceled", [])


def test_of_an_account_that_was_typed_nobody_says_it(desk, abroad):
    row = account(make.merchant())

    page = desk.post(f"/organize/accounts/{row.pk}/estimate/", follow=True).text

    assert "knows no bank account of it" in page
    assert "/estimate/" not in desk.get(f"/organize/accounts/{row.pk}/").text
