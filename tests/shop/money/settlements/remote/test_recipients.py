"""P1-P11: which stores the provider can pay, and that each is made a recipient once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from shop.core.errors import GatewayError, NotPossible
from shop.money.settlements.countries import CountryFacts, allowed, change_country
from shop.money.settlements.methods import close_method, confirm_method, current_method, restrict
from shop.money.settlements.models import PayoutMethod
from shop.money.settlements.remote.models import PayoutCountry
from shop.money.settlements.remote.recipients import (
    begin,
    form_for,
    look_at,
    look_at_recipients,
)
from tests import make
from tests.crowd import at_once
from tests.make import NOON
from tests.queue import run_queued_work
from tests.shop.money.settlements.earned import DAY, account
from tests.shop.money.settlements.remote.sent import CONFIRMED, WHERE, recipient

pytestmark = pytest.mark.django_db
SAID = CountryFacts("unknown", "yes", "local", "The provider's page of countries", NOON.date())


def accounts(sandbox):
    return list(sandbox.world.store.all("v2.core.account"))


@pytest.fixture
def merchant(abroad):
    return make.merchant(country="KE")


@pytest.fixture
def row(merchant):
    """Begin, and go to the provider's form."""
    made = begin(merchant, at=NOON, by=make.member(merchant))
    form_for(made, WHERE, at=NOON)
    made.refresh_from_db()
    return made


def state(row):
    row.refresh_from_db()
    return row.state


def test_p1_kenya_from_the_us_by_the_provider_or_by_hand(abroad, settings):
    kenya = make.merchant(country="KE")
    assert allowed(kenya) == ["manual", "global"]
    settings.PAYOUT_SENDER = "FR"
    assert allowed(kenya) == ["manual"]


@pytest.mark.parametrize("off", ["PAYOUT_SENDER", "PAYOUT_FINANCIAL_ACCOUNT"])
def test_where_a_setting_is_missing_it_is_by_hand(merchant, settings, off):
    setattr(settings, off, "")

    assert allowed(merchant) == ["manual"]
    with pytest.raises(NotPossible):
        begin(merchant, at=NOON, by=make.member(merchant))


def test_p2_ghana_is_unknown_until_an_organizer_sets_it(abroad):
    ghana = make.merchant(country="GH")
    assert allowed(ghana) == ["manual"]
    country = PayoutCountry.objects.get(code="GH")

    change_country(country.pk, SAID, at=NOON, by=make.user())

    assert allowed(ghana) == ["manual", "global"]


def test_p3_france_from_britain_by_connect(abroad, settings):
    settings.PAYOUT_SENDER = "GB"

    assert "connect" in allowed(make.merchant(country="FR"))


@pytest.mark.parametrize(
    "lacks",
    [{"source": " "}, {"as_of": None}, {"as_of": (NOON + DAY).date()}, {"rail": ""},
     {"by_global": "perhaps"}],
)  # fmt: skip
def test_p4_a_country_without_source_day_or_rail_is_refused(abroad, lacks):
    country = PayoutCountry.objects.get(code="GH")

    with pytest.raises(NotPossible):
        change_country(country.pk, replace(SAID, **lacks), at=NOON, by=make.user())

    country.refresh_from_db()
    assert country.by_global == "unknown"


def test_p4_the_database_refuses_one_without_source(abroad):
    with pytest.raises(IntegrityError), transaction.atomic():
        PayoutCountry.objects.create(code="XX", currency="USD", source="", as_of=NOON.date())


@pytest.mark.django_db(transaction=True)
def test_p5_two_clicks_make_one_account(abroad):
    merchant = make.merchant(country="KE")
    who = make.member(merchant)

    def click():
        return form_for(begin(merchant, at=NOON, by=who), WHERE, at=NOON)

    links = at_once([click] * 3)

    assert all(str(link).startswith("http") for link in links)
    assert len(accounts(abroad)) == PayoutMethod.objects.count() == 1


def test_p6_an_account_whose_answer_was_lost_is_adopted_by_its_key(abroad, merchant):
    row = begin(merchant, at=NOON, by=make.member(merchant))
    abroad.fail_next(500, 500, executed=True, on="POST /v2/core/accounts")
    with pytest.raises(GatewayError):
        form_for(row, WHERE, at=NOON)
    assert PayoutMethod.objects.get().remote_id == ""

    form_for(row, WHERE, at=NOON)

    (made,) = accounts(abroad)
    assert PayoutMethod.objects.get().remote_id == made["id"]
    assert PayoutMethod.objects.get().request is None  # nothing of whoever asked is kept


def test_p6_after_the_keys_days_it_is_found_and_not_made_again(abroad, merchant):
    row = begin(merchant, at=NOON, by=make.member(merchant))
    abroad.fail_next(500, 500, executed=True, on="POST /v2/core/accounts")
    with pytest.raises(GatewayError):
        form_for(row, WHERE, at=NOON)
    abroad.forget_keys()

    form_for(row, WHERE, at=NOON + 30 * DAY)

    (made,) = accounts(abroad)
    assert PayoutMethod.objects.get().remote_id == made["id"]


def test_the_id_is_kept_before_anybody_is_sent_to_the_form(abroad, merchant):
    row = begin(merchant, at=NOON, by=make.member(merchant))
    abroad.fail_next(500, 500, on="POST /v2/core/account_links")

    with pytest.raises(GatewayError):
        form_for(row, WHERE, at=NOON)

    assert PayoutMethod.objects.get().remote_id == accounts(abroad)[0]["id"]


def test_p7_coming_back_without_finishing_is_not_ready(abroad, row):
    look_at(row, at=NOON)

    assert state(row) == "onboarding"
    assert row.needs == ["identity.individual.given_name"]


def test_p10_without_a_bank_account_it_is_not_ready(abroad, row):
    abroad.onboard_recipient(row.remote_id, bank=False)

    look_at(row, at=NOON)

    assert state(row) == "onboarding"


@pytest.mark.parametrize("ending", ["9904"])
def test_a_bank_account_that_is_invalid_does_not_count(abroad, row, ending):
    abroad.onboard_recipient(row.remote_id, ending)

    look_at(row, at=NOON)

    assert state(row) == "onboarding"


def test_p11_a_finished_form_waits_for_a_second_person_and_72_hours(abroad, row, mailoutbox):
    abroad.onboard_recipient(row.remote_id)
    look_at(row, at=NOON)
    assert (state(row), row.masked[-4:], row.needs) == ("new", "4242", [])
    run_queued_work()
    assert any("4242" in mail.body for mail in mailoutbox)

    with pytest.raises(NotPossible, match="Somebody else"):
        confirm_method(row.pk, at=NOON, by=row.added_by, reason="Mine")
    confirm_method(row.pk, at=NOON + DAY, by=make.user(), reason="Letter of the bank")

    merchant, early = row.merchant, NOON + timedelta(hours=71, minutes=59)
    assert current_method(merchant, at=early) is None
    assert current_method(merchant, at=NOON + timedelta(hours=72)).pk == row.pk


def test_another_bank_account_is_confirmed_anew_and_used_after_the_wait(abroad, merchant):
    row = recipient(abroad, merchant)
    first = row.bank_id
    abroad.restrict_method(first)
    abroad.onboard_recipient(row.remote_id, "7777")

    look_at(row, at=NOON)

    assert (state(row), row.bank_id != first, row.usable_from) == ("new", True, None)
    assert current_method(merchant, at=NOON + 30 * DAY) is None


def test_a_second_bank_account_does_not_take_the_place_of_one_in_use(abroad, merchant):
    row = recipient(abroad, merchant)
    first = row.bank_id
    abroad.onboard_recipient(row.remote_id, "7777")

    look_at(row, at=NOON)

    assert (state(row), row.bank_id) == ("ready", first)


def test_a_capability_that_is_lost_stops_it_and_coming_back_lets_it_go_on(abroad, merchant):
    row = recipient(abroad, merchant)
    abroad.set_capability(row.remote_id, "bank_accounts.swift")

    look_at_recipients(at=NOON)
    assert (state(row), row.is_stopped) == ("restricted", True)
    assert current_method(merchant, at=NOON) is None
    abroad.set_capability(row.remote_id, "bank_accounts.swift", "active")
    look_at_recipients(at=NOON + timedelta(hours=1))
    assert state(row) == "restricted"  # it is asked once a day
    look_at_recipients(at=NOON + DAY)

    assert (state(row), row.is_stopped) == ("ready", False)


def test_one_from_which_money_came_back_is_not_used_again_by_itself(abroad, merchant):
    row = recipient(abroad, merchant)
    restrict(row)

    look_at(row, at=NOON)

    assert (state(row), row.is_stopped) == ("restricted", False)


def test_closed_at_the_provider_is_closed_here(abroad, merchant):
    row = recipient(abroad, merchant)
    abroad.close_account(row.remote_id)

    look_at(row, at=NOON)

    assert state(row) == "closed"


def test_one_that_was_closed_here_stays_closed(abroad, row):
    close_method(row.pk, at=NOON, by=make.user())
    abroad.onboard_recipient(row.remote_id)

    look_at(row, at=NOON)

    assert state(row) == "closed"


def test_a_method_that_is_not_ready_is_not_replaced_by_itself(abroad, merchant):
    by_hand = account(merchant, at=CONFIRMED - DAY)
    row = recipient(abroad, merchant)
    assert current_method(merchant, at=NOON).pk == row.pk
    PayoutCountry.objects.filter(code="KE").update(by_global="no")

    assert current_method(merchant, at=NOON) is None
    assert state(by_hand) == "ready"


def test_typing_an_account_leaves_the_form_at_the_provider_alone(abroad, row):
    abroad.onboard_recipient(row.remote_id)
    look_at(row, at=NOON)

    account(row.merchant, at=NOON)

    assert state(row) == "new"
