"""A store says how it sends; pages and carts follow at once."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from shop.catalogue.delivery.models import Country, OwnRate, Rate
from shop.festivals.models import ChangeLog
from shop.merchant.dashboard.store.delivery import change_days_off
from shop.orders.cart.change import choose_services
from shop.orders.cart.models import Cart
from shop.people.merchants.models import Merchant
from tests import make, pages
from tests.crowd import at_once
from tests.make import NOON
from tests.shop.orders.cart.carts import fill

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
TOLD = {"dispatch_from": "2", "dispatch_to": "5", "works_on": ["0", "1", "2", "3", "4", "5"],
        "packet": "on", "free_from": "90.00", "open_CEA": "on", "own_CEA": "19.50"}  # fmt: skip


@pytest.fixture(autouse=True)
def _shop(clock_at):
    pages.home()
    clock_at(NOON)


@pytest.fixture
def where(desk):
    make.delivery(12_00)
    return desk.address("{store}/profile/delivery/")


def stored(desk) -> Merchant:
    return Merchant.objects.get(pk=desk.merchant.pk)


def zone() -> str:
    return Country.objects.get(code="CN").zone


def told(**changes) -> dict:
    data = {key.replace("CEA", zone()): value for key, value in TOLD.items()}
    return data | changes


def test_a_store_says_how_it_sends(client, desk, where):
    assert client.post(where, told()).status_code == 302

    store = stored(desk)
    assert (store.dispatch_from, store.dispatch_to, store.works_on) == (2, 5, [0, 1, 2, 3, 4, 5])
    assert (store.services, store.free_from, store.closed_to) == (["parcel", "packet"], 90_00, [])
    assert OwnRate.objects.get().price == 19_50
    page = client.get(where)
    assert 'value="19.50"' in page.text
    assert ChangeLog.objects.filter(action="delivery", by=desk.member).count() == 1


def test_the_same_again_changes_nothing(client, desk, where):
    client.post(where, told())

    answer = client.post(where, told(), follow=True)

    assert "Nothing was changed." in answer.text
    assert ChangeLog.objects.filter(action="delivery").count() == 1


def test_a_closed_zone_and_a_country_left_out_are_not_served(client, desk, where):
    Country.objects.create(code="KE", zone="AFE", service="open", currency="KES", seen_on=TODAY)
    Rate.objects.create(
        origin_region=desk.merchant.ship_region, zone="AFE", service="parcel", weight_from=0,
        weight_to=20_000, price=9_00, days_from=2, days_to=4, is_tracked=True, seen_on=TODAY,
    )  # fmt: skip
    data = {key: value for key, value in told().items() if key != f"open_{zone()}"}

    client.post(where, data | {"open_AFE": "on", "leave_out": "DE"})

    store = stored(desk)
    assert (store.closed_zones, store.left_out) == ([zone()], ["DE"])
    assert store.closed_to == ["CN", "DE"]
    client.cookies["country"] = "CN"
    assert "You send nothing there." in client.get(f"{where}?to=CN").text
    client.post(where, told(open_AFE="on", back=["DE"]))
    assert stored(desk).closed_to == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"dispatch_from": "9"}, "The last working day comes before the first."),
        ({"works_on": []}, "Choose one day of the week at least."),
        ({"own_CEA": "-1"}, "Enter a price in USD"),
        ({"free_from": "much"}, "Enter a price in USD"),
        ({"open_CEA": ""}, "Send to one zone at least."),
        ({"leave_out": "XX"}, "is not one of the available choices"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_saved(client, desk, where, changes, said):
    before = stored(desk)
    data = told(**{key.replace("CEA", zone()): value for key, value in changes.items()})

    answer = client.post(where, data)

    assert answer.status_code == 422
    assert said in answer.text
    assert stored(desk).works_on == before.works_on
    assert not OwnRate.objects.exists()


def test_days_off_are_added_and_taken_away(client, desk, where):
    first, last = TODAY + timedelta(days=7), TODAY + timedelta(days=9)
    days = {"name": "Fair", "first": str(first), "last": str(last)}

    client.post(f"{where}days/", days)
    assert stored(desk).days_off == [days]
    assert "Fair" in client.get(where).text
    client.post(f"{where}days/", days | {"last": str(first - timedelta(days=1))})
    assert len(stored(desk).days_off) == 1
    client.post(f"{where}days/", {"gone": gone(client.get(where).text)})

    assert stored(desk).days_off == []


def gone(page) -> str:
    return re.search(r'name="gone" value="([^"]*)"', page)[1]


def test_two_tabs_that_take_the_same_days_away_take_no_others(client, desk, where):
    first, second = TODAY + timedelta(days=7), TODAY + timedelta(days=9)
    for day, name in ((first, "Fair / market"), (second, "")):
        client.post(f"{where}days/", {"name": name, "first": str(day), "last": str(day)})
    shown = gone(client.get(where).text)

    client.post(f"{where}days/", {"gone": shown})
    page = client.post(f"{where}days/", {"gone": shown}, follow=True).text

    assert "Nothing was changed." in page
    assert stored(desk).days_off == [{"first": str(second), "last": str(second), "name": ""}]


@pytest.mark.django_db(transaction=True)
def test_days_that_are_added_at_once_are_all_kept(desk):
    day = str(TODAY + timedelta(days=7))
    rows = [{"first": day, "last": day, "name": f"Fair {number}"} for number in range(4)]

    def add(row):
        return lambda: change_days_off(desk.merchant, row, is_off=True, at=NOON, by=desk.member)

    assert at_once([add(row) for row in rows]) == [True] * 4
    assert sorted(row["name"] for row in stored(desk).days_off) == [row["name"] for row in rows]


def test_at_most_thirty_days_off_are_named(client, desk, where):
    day = str(TODAY + timedelta(days=7))
    full = [{"first": day, "last": day, "name": f"Fair {number}"} for number in range(30)]
    Merchant.objects.filter(pk=desk.merchant.pk).update(days_off=full)

    page = client.post(
        f"{where}days/", {"name": "One more", "first": day, "last": day}, follow=True
    ).text

    assert "At most 30 entries." in page
    assert stored(desk).days_off == full


def test_the_page_shows_what_a_shopper_sees(client, desk, where):
    client.post(where, told())

    page = client.get(f"{where}?to=CN").text

    assert "What a shopper sees" in page
    assert "19.50" in page


@pytest.mark.parametrize(
    ("service", "facts", "is_said"),
    [
        ("parcel", {"free_from": "500.00"}, True),
        ("parcel", {"free_from": "1.00"}, False),
        ("express", {"free_from": "1.00"}, False),  # reached, though the courier is paid
        ("express", {"free_from": "500.00"}, True),
        ("parcel", {"free_from": "500.00", "is_free_in_africa_only": "on"}, False),  # to China
    ],
)
def test_the_cart_says_what_sum_is_missing_where_it_would_help(
    client, desk, where, service, facts, is_said
):
    make.delivery(30_00, service="express")
    assert client.post(where, told(express="on", **facts)).status_code == 302
    shopper = Client(headers={"Sec-Fetch-Site": "same-origin"})
    fill(shopper, {desk.variant: 1})
    choose_services(Cart.objects.latest("pk"), {desk.merchant.pk: service})

    page = shopper.get("/cart/").text

    assert ("Free delivery from" in page) == is_said
    assert "Free delivery in Africa" not in page


def test_the_cart_says_from_what_sum_on_delivery_is_free(client, desk, where):
    client.post(where, told(free_from="500.00"))
    shopper = Client(headers={"Sec-Fetch-Site": "same-origin"})
    fill(shopper, {desk.variant: 1})

    page = shopper.get("/cart/").text

    assert "Free delivery from" in page
