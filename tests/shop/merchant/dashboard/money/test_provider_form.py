"""A store goes to the provider's form and comes back; what counts is what the provider says."""

import re
from urllib.request import urlopen

import pytest

from shop.money.settlements.models import PayoutMethod
from tests import make
from tests.budgets import statements
from tests.make import NOON
from tests.paying import set_clocks
from tests.payout_countries import fill_in
from tests.shop.money.settlements.earned import DAY
from tests.shop.money.settlements.remote import owned
from tests.shop.money.settlements.remote.sent import STORAGE, recipient
from tests.shop.people.accounts.people import PASSWORD, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def abroad(sandbox, clock_at, settings):
    """Give a shop that sends payouts by the provider."""
    set_clocks(sandbox, NOON)
    clock_at(NOON)
    settings.PAYOUT_SENDER, settings.PAYOUT_FINANCIAL_ACCOUNT = "US", STORAGE
    settings.SITE_URL = "http://127.0.0.1:8000"
    fill_in()
    return sandbox


@pytest.fixture
def merchant(abroad):
    return make.merchant(country="KE")


@pytest.fixture
def member(merchant):
    return make.member(merchant)


@pytest.fixture
def browser(member):
    """Return a browser in which somebody has just typed the password once more."""
    opened = signed_in(member)
    opened.post("/account/reauthenticate/", {"password": PASSWORD})
    return opened


def where(merchant, page="provider/"):
    return f"/merchant/{merchant.slug}/money/{page}"


def test_p5_a_click_leads_to_the_form_and_the_next_one_to_the_same_account(
    browser, merchant, abroad
):
    first = browser.post(where(merchant))
    second = browser.post(where(merchant))

    row = PayoutMethod.objects.get()
    assert (row.way, row.state) == ("global", "onboarding")
    assert "/onboard/v2/" in first["Location"]
    assert first["Location"] != second["Location"]
    assert len(list(abroad.world.store.all("v2.core.account"))) == 1
    links = list(abroad.world.store.all("v2.core.account_link"))
    use = links[0]["use_case"]["account_onboarding"]
    assert use["return_url"] == use["refresh_url"] == f"http://127.0.0.1:8000{where(merchant)}"


def test_p7_coming_back_without_finishing_says_what_is_missing(browser, merchant):
    browser.post(where(merchant))

    page = browser.get(where(merchant)).text

    assert "is not finished" in page
    assert "identity.individual.given_name" in page
    assert PayoutMethod.objects.get().state == "onboarding"


def test_the_form_is_filled_in_and_an_organizer_is_waited_for(browser, merchant, abroad):
    link = browser.post(where(merchant))["Location"]
    assert "Where to send your earnings" in urlopen(link).read().decode()  # noqa: S310
    abroad.onboard_recipient(PayoutMethod.objects.get().remote_id)

    page = browser.get(where(merchant)).text

    assert "Waits for an organizer" in page
    assert "4242" in page
    assert PayoutMethod.objects.get().state == "new"
    assert "4242" in browser.get(where(merchant, "")).text


def test_p8_another_store_has_no_part_in_it(browser, merchant, abroad):
    browser.post(where(merchant))
    other = signed_in(make.member(make.merchant(country="KE")))

    assert other.get(where(merchant)).status_code == 404
    assert other.post(where(merchant)).status_code == 404


def test_p12_without_a_fresh_sign_in_nothing_is_begun(member, merchant):
    stolen = signed_in(member)
    session = stolen.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0}]
    session.save()

    answer = stolen.post(where(merchant))

    assert "/reauthenticate/" in answer["Location"]
    assert not PayoutMethod.objects.exists()


def test_where_the_provider_does_not_reach_there_is_no_such_page(browser, merchant, settings):
    settings.PAYOUT_SENDER = ""

    assert browser.get(where(merchant)).status_code == 404
    assert "payment provider</a>" not in browser.get(where(merchant, "")).text
    answer = browser.post(where(merchant), follow=True)
    assert "cannot be sent this way" in answer.text
    assert not PayoutMethod.objects.exists()


def test_a_store_that_is_reached_is_offered_both(browser, merchant):
    page = browser.get(where(merchant, "")).text

    assert f'href="{where(merchant)}"' in page
    assert f'href="{where(merchant, "account/")}"' in page


@pytest.mark.parametrize("status", [500, 403])
def test_a_provider_that_does_not_answer_is_said(browser, merchant, abroad, status):
    abroad.fail_next(status, status, on="POST /v2/core/accounts")

    page = browser.post(where(merchant), follow=True).text

    said = "cannot be reached now" if status == 500 else "ask an organizer"
    assert said in page
    assert PayoutMethod.objects.get().remote_id == ""


def test_on_the_page_of_one_that_is_used_no_secret_stands(browser, merchant, abroad):
    row = recipient(abroad, merchant, at=NOON - 9 * DAY)

    page = browser.get(where(merchant)).text

    assert "In use from" in page
    assert row.remote_id not in page
    assert re.search(r"•••• ?4242", page)
    with statements(most=30):
        browser.get(where(merchant, ""))


@pytest.fixture
def french(abroad, settings):
    """Return a store that can be paid to its bank, and to an account of its own."""
    settings.PAYOUT_SENDER = "GB"
    return make.merchant(country="FR")


def test_a_store_chooses_between_its_bank_and_an_account_of_its_own(french, abroad):
    browser = signed_in(make.member(french))
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    page = browser.get(where(french)).text
    assert "an account of your own at Stripe" in page
    assert page.count('name="way"') == 2

    link = browser.post(where(french), {"way": "connect"})["Location"]

    row = PayoutMethod.objects.get()
    assert (row.way, "/onboard/v2/" in link) == ("connect", True)
    abroad.onboard_recipient(row.remote_id, bank=False)
    page = browser.get(where(french)).text
    assert f"Stripe •••• {row.remote_id[-4:]}" in page
    assert 'name="way"' not in page


def test_what_an_organizer_settled_is_offered_alone(french, abroad):
    browser = signed_in(make.member(french))
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    french.paid_only_by = "connect"
    french.save()

    page = browser.get(where(french, "")).text

    assert "Type an account" not in page
    assert "Be paid by the payment provider" in page
    assert browser.get(where(french)).text.count('name="way"') == 1
    refused = browser.post(where(french), {"way": "global"}, follow=True)
    assert "cannot be sent this way" in refused.text
    french.paid_only_by = "manual"
    french.save()
    assert browser.get(where(french)).status_code == 404


def test_what_a_payout_costs_the_store_is_said_beforehand(french, abroad):
    browser = signed_in(make.member(french))
    assert "for what its payment costs" not in browser.get(where(french, "")).text
    french.payout_tariff = 1_50
    french.save()

    assert "takes $1.50 of each settlement" in browser.get(where(french, "")).text


def test_an_account_whose_way_is_barred_is_not_said_to_wait(french, abroad):
    owned.account(abroad, french)
    browser = signed_in(make.member(french))
    assert "Not in use" not in browser.get(where(french, "")).text
    french.paid_only_by = "manual"
    french.save()

    page = browser.get(where(french, "")).text

    assert "the organizer does not pay this way" in page
    assert "Not in use" in page
    assert "is not used yet" not in page
