"""A parcel whose money is in question is not sent: its store sees it, and cannot mark it."""

import pytest

from shop.orders.models import Suborder
from shop.orders.stop import let_go, stop
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
