"""Organizers look after the carriers at their desk."""

import pytest

from shop.catalogue.delivery.models import Carrier
from shop.festivals.models import ChangeLog
from shop.money.returns.replace import send, send_again
from shop.orders.models import Replacement
from shop.orders.ship import add_parcel, ship
from tests import make
from tests.buying import pay
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.shop.orders.cart.carts import words

pytestmark = pytest.mark.django_db
LIST = "/organize/orders/carriers/"
TYPED = {
    "code": "PCK", "name": "Postal Corporation of Kenya", "kind": "post", "home": "KE",
    "aliases": " Posta \n\nposta\nKenya  Post", "serves": "ke ug", "source": "Its page",
    "tracking_url": "https://posta.example/{number}", "seen_on": "2026-11-29",
}  # fmt: skip


@pytest.fixture
def desk(client):
    make.origin("KE")
    make.origin("UG")
    client.force_login(organizer())
    return client


def test_carriers_are_added_changed_and_removed(desk):
    made = desk.post(f"{LIST}new/", TYPED)
    row = Carrier.objects.get()
    shown = words(desk.get(LIST))
    form = desk.get(f"{LIST}{row.pk}/")
    version = ChangeLog.objects.latest("pk").pk
    other = TYPED | {"name": "Posta", "version": version}
    changed = desk.post(f"{LIST}{row.pk}/", other)

    assert (made.status_code, changed.status_code) == (302, 302)
    assert (row.code, row.home, row.serves) == ("pck", "KE", "KE UG")
    assert row.aliases == ["posta", "Kenya Post"]
    assert "Postal Corporation of Kenya pck Post Kenya posta, Kenya Post KE UG" in shown
    assert "posta\nKenya Post</textarea>" in form.text
    assert Carrier.objects.get().name == "Posta"
    log = desk.get("/organize/desk_log/")
    assert "carrier changed" in words(log)
    assert f'href="{LIST}{row.pk}/"' in log.text
    asked = words(desk.get(f"{LIST}{row.pk}/remove/"))
    assert "Parcels that it has keep its name" in asked
    desk.post(f"{LIST}{row.pk}/remove/")
    assert not Carrier.objects.exists()
    assert desk.get(f"{LIST}{row.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"tracking_url": "http://posta.example/{number}"}, "begins with https"),
        ({"tracking_url": "https://posta.example/"}, "begins with https"),
        ({"serves": "Kenya"}, "by their codes, or world"),
        ({"home": "XX"}, "Select a valid choice"),
        ({"aliases": "x" * 41}, "at most 40"),
        ({"name": "\0"}, "Null characters"),
        ({"seen_on": "soon"}, "Enter a valid date"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(desk, wrong, why):
    answer = desk.post(f"{LIST}new/", TYPED | wrong)

    assert answer.status_code == 422
    assert why in answer.text
    assert not Carrier.objects.exists()


def test_a_changed_code_is_not_read_and_who_was_overtaken_is_told(desk):
    row = make.carrier("Posta")
    desk.post(f"{LIST}{row.pk}/", TYPED)

    late = desk.post(f"{LIST}{row.pk}/", TYPED | {"name": "Late", "version": "0"})

    row.refresh_from_db()
    assert (row.code, row.name) == ("posta", "Postal Corporation of Kenya")
    assert late.status_code == 422
    assert "Changed by" in late.text


def test_a_merchandiser_reads_the_list_and_finds_no_button(client):
    row = make.carrier("Posta")
    client.force_login(organizer("merchandiser"))

    page = client.get(LIST)

    assert page.status_code == 200
    assert f"{LIST}{row.pk}/" not in page.text
    assert f"{LIST}new/" not in page.text
    assert client.post(f"{LIST}{row.pk}/remove/").status_code == 403
    assert Carrier.objects.exists()


MARK = "The store named this carrier. We do not know it."


def test_the_page_of_an_order_marks_a_carrier_that_nobody_knows(desk):
    make.carrier("DHL Express", aliases=["DHL"])
    order = make.order({make.variant(): 2})
    pay(order)
    part, store = order.suborders.get(), make.user()
    where = f"/organize/desk_orders/inspect/{order.pk}/"
    ship(part, carrier="DHL", tracking_number="1", at=NOON, by=store)
    again = send_again(part.pk, {order.lines.get().pk: 1}, reason="Broken", at=NOON, by=store)
    send(again.pk, carrier="dhl", tracking_number="2", at=NOON, by=store)

    assert MARK not in desk.get(where).text
    add_parcel(part, carrier="My cousin", tracking_number="1", at=NOON, by=store)
    assert desk.get(where).text.count(MARK) == 1
    Replacement.objects.update(carrier="A friend", carrier_code="", tracking_url="")
    assert desk.get(where).text.count(MARK) == 2
