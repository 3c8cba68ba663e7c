"""A parcel whose money is in question is not sent: its store sees it, and cannot mark it."""

import pytest

from shop.orders.models import Suborder
from shop.orders.stop import decide, let_go, parcels, stop
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
SENT = {"carrier": "DHL", "tracking_number": "JD1", "seen": ""}


def test_its_page_says_so_and_has_no_form_until_it_is_let_go(client, desk):
    order, where = desk.suborder.order, f"/merchant/orders/{desk.suborder.pk}/"
    stop(order, at=NOON)

    page = client.get(where).text
    assert "Do not send this parcel: its payment is in question." in page
    assert 'name="carrier"' not in page
    assert client.post(where, SENT).status_code == 422
    assert Suborder.objects.get(pk=desk.suborder.pk).state == "waiting"

    let_go(order)

    assert 'name="carrier"' in client.get(where).text
    assert client.post(where, SENT).status_code == 302


def test_the_packing_list_leaves_it_out(client, desk):
    where = f"/merchant/{desk.merchant.slug}/orders/packing.csv"
    number = desk.suborder.order.number
    assert number in b"".join(client.get(where).streaming_content).decode()

    stop(desk.suborder.order, at=NOON)

    assert number not in b"".join(client.get(where).streaming_content).decode()


def test_what_a_person_stopped_is_let_go_though_nothing_of_it_is_left_to_be_sent(desk):
    order, by = desk.suborder.order, make.user()
    decide(order.pk, is_stopped=True, reason="Odd", at=NOON, by=by)
    Suborder.objects.filter(pk=desk.suborder.pk).update(state="cancelled")
    assert parcels(order, is_stopped=True).exists()

    decide(order.pk, is_stopped=False, reason="Refunded", at=NOON, by=by)

    assert Suborder.objects.get(pk=desk.suborder.pk).stopped_at is None
    assert not parcels(order, is_stopped=True).exists()
