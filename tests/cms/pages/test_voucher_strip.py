"""The strip of vouchers says what each gives and how many are left; a claim needs no token."""

from datetime import timedelta

import pytest
from django.test import Client

from cms.models import FestivalPage
from shop.festivals.models import Claim
from shop.storefront.cache import catalogue_version
from tests import make, pages
from tests.make import NOON, START

pytestmark = pytest.mark.django_db


def strip(at, **facts):
    festival = make.festival()
    known = {"title": "Welcome", "group": "voucher", "value": 4_00, "trigger": "claim"}
    made = make.promotion(festival, **known | facts)
    page = pages.page(FestivalPage, festival=festival, body=[("vouchers", {})])
    catalogue_version.forget()
    answer = Client().get(pages.address(page))
    assert answer.status_code == 200
    return made, answer


def test_what_is_left_is_told_alike_to_everybody(clock_at):
    clock_at(NOON)
    made, answer = strip(NOON, max_claims=9, claimed=4, min_spend=30_00)

    assert "5 vouchers left" in answer.text
    assert "$4.00 off, on orders over $30.00" in answer.text
    assert f'action="/cart/claim/{made.pk}/"' in answer.text
    assert "csrfmiddlewaretoken" not in answer.text


@pytest.mark.parametrize("facts", [{"max_claims": 4, "claimed": 4}, {"claim_to": NOON},
                                   {"claim_from": NOON + timedelta(days=1)}])  # fmt: skip
def test_what_cannot_be_claimed_has_no_button(clock_at, facts):
    clock_at(NOON)
    _made, answer = strip(NOON, **facts)

    assert "/cart/claim/" not in answer.text
    assert ("All claimed" in answer.text) == ("claimed" in facts)


def test_before_the_festival_a_voucher_is_claimed_from_its_page(clock_at):
    clock_at(START - timedelta(days=2))
    made, answer = strip(START - timedelta(days=2))
    browser = Client(headers={"Sec-Fetch-Site": "same-origin"}, enforce_csrf_checks=True)
    browser.force_login(make.user())

    assert "Valid from 10 May at 00:00 (Coordinated Universal Time)" in answer.text
    assert browser.post(f"/cart/claim/{made.pk}/").url == "/account/vouchers/"
    assert Claim.objects.get().promotion == made
    evil = Client(headers={"Sec-Fetch-Site": "cross-site"}, enforce_csrf_checks=True)
    evil.force_login(make.user())
    assert evil.post(f"/cart/claim/{made.pk}/").status_code == 403


def test_a_page_of_a_festival_to_come_offers_to_remind_and_a_running_one_does_not(clock_at):
    festival = make.festival()
    evening = make.slot(festival, starts_at=NOON, ends_at=NOON + timedelta(hours=2))
    page = pages.page(FestivalPage, festival=festival, body=[("hero", {}), ("slots", {})])
    said = {}
    for at in (START - timedelta(days=2), NOON - timedelta(hours=3), NOON):
        clock_at(at)
        catalogue_version.forget()
        said[at] = Client().get(pages.address(page)).text

    before, live, on = said.values()
    assert f'name="thing" value="festival-{festival.pk}"' in before
    assert "festival-" not in live.split("<main")[1]
    assert f"/remind/?thing=slot-{evening.pk}" in live
    assert f"/remind/?thing=slot-{evening.pk}" not in on
