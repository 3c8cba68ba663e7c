"""Prices and units are changed on pages that say what it means before anything is saved."""

import pytest

from shop.catalogue.stock.models import StockMove
from shop.festivals.models import PriceSpan, RegularPrice
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def prices(desk):
    return desk.address("{store}/products/{product}/prices/")


@pytest.fixture
def stock(desk):
    return desk.address("{store}/products/{product}/stock/")


def test_a_new_price_is_shown_first_and_saved_when_confirmed(client, desk, prices):
    told = {f"price_{desk.variant.pk}": "18.50"}

    page = client.post(prices, told).content.decode()

    assert "$20.00" in page
    assert "$18.50" in page
    assert RegularPrice.objects.get(variant=desk.variant).amount == 20_00
    assert client.post(prices, told | {"confirm": "1"}).status_code == 302
    newest = RegularPrice.objects.filter(variant=desk.variant).latest("pk")
    assert (newest.amount, newest.by) == (18_50, desk.member)
    assert PriceSpan.objects.filter(variant=desk.variant).latest("starts_at").price == 18_50


def test_what_it_means_for_deals_is_said_before(client, desk, prices):
    festival = make.festival(title="Kente Days")
    make.deal(desk.variant, during=festival, percent=10)
    field = f"price_{desk.variant.pk}"

    rise = client.post(prices, {field: "30"}).content.decode()
    fall = client.post(prices, {field: "10"}).content.decode()
    answer = client.post(prices, {field: "30", "confirm": "1"})

    assert "Kente Days: its deal is running, so this price cannot rise now." in rise
    assert "Kente Days: the deal follows and costs $9.00." in fall
    assert answer.status_code == 422
    assert RegularPrice.objects.filter(variant=desk.variant).count() == 1


def test_a_price_may_be_planned_for_a_day_to_come_and_not_for_the_past(client, desk, prices):
    told = {f"price_{desk.variant.pk}": "25", "starts_on": "2027-06-01"}

    assert client.post(prices, told | {"confirm": "1"}).status_code == 302

    newest = RegularPrice.objects.filter(variant=desk.variant).latest("pk")
    assert newest.starts_at.isoformat() == "2027-05-31T21:00:00+00:00"  # midnight in Nairobi
    for confirm in ({}, {"confirm": "1"}):
        late = client.post(prices, told | {"starts_on": "2027-05-12"} | confirm)
        assert late.status_code == 422
        assert "The date must be in the future" in late.content.decode()


@pytest.mark.parametrize("typed", ["", "free", "0", "1.005", "9" * 30])
def test_what_is_no_price_changes_nothing(client, desk, prices, typed):
    answer = client.post(prices, {f"price_{desk.variant.pk}": typed, "confirm": "1"})

    assert answer.status_code == 422
    assert "Enter a price in USD, like 48.00" in answer.content.decode()
    assert RegularPrice.objects.filter(variant=desk.variant).count() == 1


def test_a_count_is_saved_with_its_note(client, desk, stock):
    pool = desk.variant.pool_id

    answer = client.post(stock, {f"units_{pool}": "40", f"seen_{pool}": "1000", "note": "Shelf"})

    assert answer.status_code == 302
    move = StockMove.objects.get(pool=pool)
    assert (move.change, move.by, move.note) == (-960, desk.member, "Shelf")
    assert "−960" in client.get(stock).content.decode()


def test_a_count_below_what_is_sold_is_refused_at_its_field(client, desk, stock):
    pool = desk.variant.pool_id

    answer = client.post(stock, {f"units_{pool}": "1", f"seen_{pool}": "1000"})

    assert answer.status_code == 422
    assert "At least 2 must be there: 2 are sold" in answer.content.decode()
    assert not StockMove.objects.filter(pool=pool).exists()


def test_a_count_that_was_overtaken_is_asked_for_again(client, desk, stock):
    pool = desk.variant.pool_id

    answer = client.post(stock, {f"units_{pool}": "900", f"seen_{pool}": "990"})

    assert answer.status_code == 422
    assert not StockMove.objects.filter(pool=pool).exists()


def test_the_pool_of_another_store_is_not_counted(client, desk, stock):
    foreign = make.variant(5_00, on_hand=9)

    client.post(stock, {f"units_{foreign.pool_id}": "1", f"price_{foreign.pk}": "1"})

    foreign.pool.refresh_from_db()
    assert foreign.pool.on_hand == 9
    assert desk.variant.pool.on_hand == 1000
