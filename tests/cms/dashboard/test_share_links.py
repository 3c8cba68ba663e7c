"""Organizers see what links bring, make those of the programme, stop and remove them."""

import csv
import io

import pytest

from shop.orders.models import Order, Suborder
from shop.storefront.share_links.links import make_link, make_own
from shop.storefront.share_links.models import ShareDay, ShareLink
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON

pytestmark = pytest.mark.django_db
HERE = "/organize/links/"


@pytest.fixture(autouse=True)
def at_noon(clock_at):
    clock_at(NOON)


@pytest.fixture
def desk(client):
    client.force_login(organizer())
    return client


@pytest.fixture
def radio():
    made = make_own("/products/", "Radio", None, at=NOON, by=make.user())
    ShareDay.objects.create(link=made, day=NOON.date(), visits=41, carts=7)
    return made


def test_links_are_listed_with_what_they_brought(desk, radio):
    variant = make.variant()
    order = make.order({variant: 1})
    Order.objects.filter(pk=order.pk).update(came_from=radio.code, state="paid", paid_at=NOON)
    Suborder.objects.filter(order=order).update(paid_at=NOON)
    own = make_link(variant.product.merchant, variant.product, "Market", at=NOON, by=make.user())

    text = desk.get(HERE).text

    assert "Radio" in text
    assert "41" in text
    assert own.code in text
    assert "Radio" not in desk.get(f"{HERE}?owner=store").text
    assert own.code not in desk.get(f"{HERE}?words=radio").text
    rows = list(csv.reader(io.StringIO(desk.get(f"{HERE}?export=csv").content.decode("utf-8-sig"))))
    assert [row[1:] for row in rows[1:]] == [
        ["Market", variant.product.title, variant.product.merchant.name, "", "0", "0", "0", ""],
        ["Radio", "/products/", "", "", "41", "7", "1", ""],
    ]


def test_links_of_a_festival_are_its_own_and_those_of_its_stores(desk, radio):
    variant = make.variant()
    fair = make.festival(title="Great Fair")
    make.nomination(variant, during=fair, percent=10)
    of_store = make_link(variant.product.merchant, None, "Market", at=NOON, by=make.user())
    of_fair = make_own("/", "Bus", fair, at=NOON, by=make.user())

    text = desk.get(f"{HERE}?festival={fair.pk}").text

    assert of_store.code in text
    assert of_fair.code in text
    assert radio.code not in text
    assert "Nothing fits" in desk.get(f"{HERE}?festival=x").text


def test_a_link_of_the_programme_is_made(desk):
    answer = desk.post(f"{HERE}new/", {"name": "Radio", "path": "/products/?festival=1"})

    assert answer.status_code == 302
    made = ShareLink.objects.get()
    assert (made.name, made.path, made.merchant) == ("Radio", "/products/?festival=1", None)


@pytest.mark.parametrize("path", ["https://evil.example/", "/merchant/", "//evil.example"])
def test_none_leads_out_of_the_shop(desk, path):
    answer = desk.post(f"{HERE}new/", {"name": "Radio", "path": path})

    assert answer.status_code == 422
    assert not ShareLink.objects.exists()


def test_a_link_is_stopped_goes_on_and_is_removed(desk, radio):
    for what, is_stopped in (("stop", True), ("go-on", False)):
        assert "Radio" in desk.get(f"{HERE}{radio.pk}/{what}/").text
        desk.post(f"{HERE}{radio.pk}/{what}/")
        radio.refresh_from_db()
        assert bool(radio.stopped_at) is is_stopped

    assert desk.post(f"{HERE}{radio.pk}/sell/").status_code == 404
    desk.post(f"{HERE}{radio.pk}/remove/")
    assert not ShareLink.objects.exists()


def test_who_may_not_change_it_sees_it_alone(client, radio):
    client.force_login(organizer("analyst"))

    assert "Make a link" not in client.get(HERE).text
    for path in (f"{HERE}{radio.pk}/remove/", f"{HERE}new/"):
        assert client.post(path, {"name": "X", "path": "/"}).status_code == 403
    assert ShareLink.objects.get() == radio
