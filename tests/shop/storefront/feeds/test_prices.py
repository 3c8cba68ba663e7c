"""Feeds tell the price in force and nothing of prices to come; and what vanishes from them."""

from datetime import timedelta

import pytest

from shop.catalogue.delivery.models import Country
from shop.catalogue.models import Category, Product
from shop.people.merchants.models import Merchant
from shop.storefront.feeds.addresses import FeedScope
from tests import make
from tests.make import END, NOON, START
from tests.shop.storefront.feeds.fitting import fetched, fit, google, lines, meta

pytestmark = pytest.mark.django_db
FILES = ("google.xml", "meta.csv", "products.jsonl")


@pytest.fixture
def kettle(clock_at):
    clock_at(START - timedelta(days=1))
    return fit(25_00)


def test_no_feed_tells_the_price_of_a_deal_before_it_runs(kettle, clock_at):
    festival = make.festival()
    make.deal(kettle, during=festival, price=17_17)
    make.deal(kettle, during=make.slot(festival, starts_at=NOON), price=13_13)
    make.reprice(kettle, 25_00, at=START - timedelta(days=9))
    scopes = [FeedScope(), FeedScope(kettle.product.merchant), FeedScope(festival=festival)]
    for scope in scopes:
        for file in FILES:
            text = fetched(file, scope).decode()
            assert "25.00" in text
            assert "17.17" not in text
            assert "13.13" not in text
            assert f"{START:%Y-%m-%d}" not in text

    clock_at(START)
    for scope in scopes:
        for file in FILES:
            text = fetched(file, scope).decode()
            assert "17.17" in text
            assert "13.13" not in text
            # The beginning of the next deal, which the page tells as well, is the end of this one.
            assert f"{NOON:%Y-%m-%dT%H:%M}" in text
            assert f"{END:%Y-%m-%d}" not in text
    clock_at(NOON)
    assert "13.13" in fetched("google.xml").decode()
    clock_at(END)
    assert "13.13" not in fetched("google.xml").decode()


def test_a_deal_that_is_no_honest_reduction_is_no_sale(kettle, clock_at):
    make.reprice(kettle, 15_00, at=START - timedelta(days=20))
    make.reprice(kettle, 30_00, at=START - timedelta(days=2))
    make.deal(kettle, during=make.festival(), price=16_00)
    clock_at(NOON)

    (told,) = google()

    assert told["price"] == "16.00 USD"
    assert "sale_price" not in told
    assert "sale_price_effective_date" not in told


def test_a_draft_festival_shows_nothing_of_its_plans(kettle):
    hidden = make.festival(state="draft")
    make.deal(kettle, during=hidden, price=17_17)

    assert "17.17" not in fetched("products.jsonl").decode()


@pytest.mark.parametrize("state", ["draft", "submitted", "withdrawn", "taken_down"])
def test_what_is_not_public_is_in_no_feed(kettle, state):
    Product.objects.update(state=state)

    assert google() == meta() == lines() == []


def test_a_suspended_store_vanishes_from_the_programme(kettle):
    Merchant.objects.update(state="suspended")

    assert google() == meta() == lines() == []


def test_a_store_on_holiday_has_nothing_in_stock(kettle, clock_at):
    clock_at(NOON)
    assert google()[0]["availability"] == "in_stock"
    Merchant.objects.update(away_from=NOON.date(), away_until=NOON.date())

    assert google()[0]["availability"] == "out_of_stock"
    assert meta()[0]["availability"] == "out of stock"
    assert lines()[0]["is_available"] is False


def test_what_is_sold_out_or_set_aside_is_not_in_stock(clock_at):
    clock_at(NOON)
    sold = fit(on_hand=0)
    assert google()[0]["availability"] == "out_of_stock"
    sold.pool.on_hand = 1
    sold.pool.save()
    assert google()[0]["availability"] == "in_stock"


def test_each_feed_holds_the_products_of_its_own(kettle):
    other, festival = fit(), make.festival()
    make.nomination(other, during=festival, percent=10)

    assert len(lines()) == 2
    assert [one["sku"] for one in lines(FeedScope(kettle.product.merchant))] == [kettle.sku]
    assert [one["sku"] for one in lines(FeedScope(festival=festival))] == [other.sku]


def test_a_feed_for_a_country_leaves_out_what_is_not_sent_there(kettle):
    make.delivery(4_50, country="CN")
    Country.objects.create(code="DE", zone="CEA", service="open", currency="EUR",
                           seen_on="2026-11-24")  # fmt: skip
    barred, closed = fit(), fit()
    barred.product.category = Category.objects.create(path="x", name="X", barred=["DE"])
    barred.product.save()
    Merchant.objects.filter(pk=closed.product.merchant_id).update(closed_to=["DE"])
    Merchant.objects.filter(pk=kettle.product.merchant_id).update(free_from=25_00)

    assert [one["sku"] for one in lines(country="de")] == [kettle.sku]
    free, *others = lines(country="cn")
    assert free["shipping"] == {"country": "CN", "service": "parcel", "price": "0.00"}
    assert [one["shipping"]["price"] for one in others] == ["4.50", "4.50"]
