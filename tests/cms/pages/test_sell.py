"""Sell with us: each number is the shop's, and it leads to the application in every language."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cms.models import SellPage
from shop.festivals.models import Enrolment
from tests import make, pages
from tests.make import NOON, START
from tests.payout_countries import fill_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(clock_at):
    clock_at(NOON)
    return pages.listing(SellPage)


def test_it_says_the_shops_own_numbers_and_leads_to_the_application(page, client):
    said = client.get("/sell/").text

    assert "<dd>10 %</dd>" in said
    assert "<dd>14 days</dd>" in said
    assert "<dd>5 days</dd>" in said
    assert "From $50.00 to a bank and $10.00 to a telephone" in said
    assert said.index("$38.00") < said.index("−$3.80") < said.index("$34.20")
    assert "$32.30" in said
    assert 'href="/apply/"' in said


def test_without_the_provider_no_country_is_named(page, client):
    fill_in()

    assert "Paid by Stripe itself" not in client.get("/sell/").text


def test_countries_that_the_provider_pays_are_named(page, client, settings):
    fill_in()
    settings.PAYOUT_SENDER, settings.PAYOUT_FINANCIAL_ACCOUNT = "US", "fa_1"

    said = client.get("/sell/").text

    assert "Paid by Stripe itself" in said
    assert "Kenya" in said
    assert "Looked up on" in said


def test_festivals_that_take_stores_are_named_with_their_places(page, client):
    taking = make.festival(title="Looms", max_stores=24, starts_at=START + timedelta(days=90),
                           ends_at=START + timedelta(days=99))  # fmt: skip
    Enrolment.objects.create(festival=taking, merchant=make.merchant(), state="accepted",
                             commission_bp=0)  # fmt: skip
    later = {"starts_at": START + timedelta(days=60), "ends_at": START + timedelta(days=70)}
    make.festival(title="Closed", enrol_closes=NOON - timedelta(days=1), **later)
    make.festival(title="Secret", state="draft", **later)

    said = client.get("/sell/").text.partition("</main>")[0]

    assert "Looms" in said
    assert "1 of 24 places" in said
    assert "Closed" not in said
    assert "Secret" not in said


def test_it_costs_the_same_however_many_festivals_there_are(page):
    def statements():
        with CaptureQueriesContext(connection) as taken:
            Client().get(f"/sell/?a={len(taken)}{make.user().pk}")
        return len(taken)

    statements()
    few = statements()
    for number in range(5):
        make.festival(title=f"F{number}", starts_at=START + timedelta(days=90 + number),
                      ends_at=START + timedelta(days=99))  # fmt: skip
    statements()
    assert statements() == few


def test_the_footer_leads_there_or_to_the_application(client, clock_at):
    clock_at(NOON)
    assert '<a href="/apply/">Sell with us</a>' in client.get("/cart/").text


def test_who_has_no_store_is_led_to_the_application_in_their_language(client):
    user = make.user(language="fr")
    client.force_login(user)

    said = client.get("/merchant/", follow=True).text

    assert 'href="/fr/apply/"' in said
