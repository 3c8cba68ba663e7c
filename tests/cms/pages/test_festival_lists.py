"""Festivals in their list, in order and with their days; and who is seen on a festival's page."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from cms.models import FestivalPage
from shop.festivals.models import Enrolment
from tests import make, pages
from tests.agreeing import extend_agreed
from tests.make import END, NOON, START
from tests.shop.storefront.shelf import page_at

pytestmark = pytest.mark.django_db


def test_festivals_to_come_stand_the_soonest_first_and_say_another_year():
    for title, starts_at in (
        ("January", datetime(2028, 1, 10, tzinfo=UTC)),
        ("November", datetime(2027, 11, 10, tzinfo=UTC)),
        ("December", datetime(2027, 12, 28, tzinfo=UTC)),
        ("Now", START),
        ("Last year", datetime(2026, 3, 1, tzinfo=UTC)),
        ("April", datetime(2027, 4, 1, tzinfo=UTC)),
    ):
        festival = make.festival(
            title=title, starts_at=starts_at, ends_at=starts_at + timedelta(days=9)
        )
        pages.page(FestivalPage, festival=festival)

    text = page_at("/festivals/", NOON).text

    cards = re.findall(r'small muted">(.*?)</span>.*?<h2><a[^>]*>(.*?)</a>', text, re.DOTALL)
    assert cards == [
        ("10 to 18 May", "Now"),
        ("10 to 18 November", "November"),
        ("28 December 2027 to 5 January 2028", "December"),
        ("10 to 18 January 2028", "January"),
        ("1 to 9 April", "April"),
        ("1 to 9 March 2026", "Last year"),
    ]


def test_the_page_of_a_festival_shows_the_stores_that_take_part_and_the_home_page_all():
    festival = make.festival()
    stores = {}
    for country, state in (("KE", "accepted"), ("GH", "invited"), ("RW", None)):
        stores[country] = make.merchant(country=country, name=f"Store of {country}")
        make.listed(make.variant(of=make.product(of=stores[country])).product)
        if state:
            Enrolment.objects.create(
                festival=festival, merchant=stores[country], state=state, commission_bp=0
            )
    body = [("stores", {}), *(("pavilion", {"country": code}) for code in stores)]
    own = pages.page(FestivalPage, festival=festival, body=body)
    coming = START - timedelta(days=9)

    text = page_at(pages.address(own), coming).text
    home = page_at("/", coming).text

    assert set(re.findall(r"Store of (\w\w)", text)) == {"KE"}
    assert set(re.findall(r'href="/stores/\?country=(\w\w)"', text)) == {"KE"}
    assert set(re.findall(r"Store of (\w\w)", home)) == {"KE", "GH", "RW"}


def test_an_extension_that_is_a_year_away_says_its_year():
    festival = make.festival(ends_at=END + timedelta(days=400))
    kettle = make.variant(20_00)
    make.deal(kettle, during=festival, price=15_00)
    make.listed(kettle.product)
    whole = festival.slots.get(kind="whole")
    extend_agreed(whole, datetime(2029, 5, 2, tzinfo=UTC), at=NOON, reason="For long")
    at = NOON + timedelta(seconds=2)

    home = page_at("/", at).text
    product = page_at(f"/products/{kettle.product.slug}/", at).text

    assert END.year == 2027
    assert "extended until 1 May 2029." in home
    assert "Festival price until 1 May 2029" in product
