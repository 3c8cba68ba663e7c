"""Each member sees the parts of paid orders that their own merchant sells, and nothing else."""

import pytest
from django.core import mail
from django.db import transaction

from shop.catalogue.delivery.carriers import carried_by
from shop.catalogue.stock.models import StockMove
from shop.core.errors import NotPossible
from shop.orders import end
from shop.orders.models import Shipment, Suborder
from shop.orders.ship import ship
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold():
    """Sell a kettle of one merchant and a cup of another in one paid order."""
    kettle, cup = make.variant(20_00), make.variant(5_00)
    order = make.order({kettle: 2, cup: 1})
    with transaction.atomic():
        end.mark_paid(end.lock(order.pk), at=NOON)
    parts = {part.merchant_id: part for part in order.suborders.all()}
    return parts[kettle.product.merchant_id], parts[cup.product.merchant_id]


def visitor(client, who, part):
    if who == "shopper":
        client.force_login(make.user())
    elif who == "other merchant":
        client.force_login(make.member(make.merchant()))
    elif who == "organizer":
        client.force_login(organizer())
    elif who == "merchant of another part":
        client.force_login(make.member(part.merchant))


@pytest.mark.parametrize(
    "who", ["shopper", "other merchant", "organizer", "merchant of another part"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_not_theirs_does_not_exist_for_them(client, sold, who, method):
    mine, other = sold
    visitor(client, who, other)

    answer = getattr(client, method)(
        f"/merchant/orders/{mine.pk}/", {"carrier": "DHL Express", "tracking_number": "1"}
    )

    assert answer.status_code == 404
    mine.refresh_from_db()
    assert mine.state == Suborder.State.WAITING
    assert not Shipment.objects.exists()


def test_a_guest_is_asked_to_sign_in(client, sold):
    answer = client.get(f"/merchant/orders/{sold[0].pk}/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/?next=")


def test_a_member_sees_the_own_part_only(client, sold):
    mine, other = sold
    client.force_login(make.member(mine.merchant))

    page = client.get("/merchant/").content.decode()

    title, foreign = mine.lines.get().title, other.lines.get().title
    assert title in page
    assert foreign not in page
    assert mine.order.contact.email not in page


def test_a_pending_order_is_nobody_s_to_send(client):
    kettle = make.variant(20_00)
    order = make.order({kettle: 1})
    part = order.suborders.get()
    client.force_login(make.member(kettle.product.merchant))

    assert client.get(f"/merchant/orders/{part.pk}/").status_code == 404
    with pytest.raises(NotPossible):
        ship(part, carrier="DHL", tracking_number="", at=NOON, by=None)


def test_shipping_takes_the_goods_out_of_the_house_and_mails_the_shopper(
    client, sold, django_capture_on_commit_callbacks
):
    mine, _ = sold
    client.force_login(make.member(mine.merchant))

    answer = client.post(
        f"/merchant/orders/{mine.pk}/",
        {"carrier": " DHL  Express", "tracking_number": "ee 482 119 083 et"},
    )

    assert answer.status_code == 302
    shipment = Shipment.objects.get()
    assert (shipment.carrier, shipment.tracking_number) == ("DHL Express", "EE482119083ET")
    mine.refresh_from_db()
    assert mine.state == Suborder.State.SHIPPED
    pool = mine.lines.get().pool
    assert (pool.on_hand, pool.sold) == (998, 0)
    assert StockMove.objects.get().change == -2
    run_queued_work()
    sent = [message for message in mail.outbox if "EE482119083ET" in message.body]
    assert [message.to for message in sent] == [[mine.order.contact.email]]


def test_a_second_click_sends_nothing_twice(client, sold):
    mine, _ = sold
    client.force_login(make.member(mine.merchant))
    address = f"/merchant/orders/{mine.pk}/"
    client.post(address, {"carrier": "DHL", "tracking_number": "1"})

    answer = client.post(address, {"carrier": "DHL", "tracking_number": "2"})

    assert answer.status_code == 422
    assert Shipment.objects.count() == 1


@pytest.mark.parametrize("number", ["<script>", "12 34;", "x" * 61])
def test_a_strange_tracking_number_is_refused_and_nothing_is_sent(client, sold, number):
    mine, _ = sold
    client.force_login(make.member(mine.merchant))

    answer = client.post(
        f"/merchant/orders/{mine.pk}/", {"carrier": "DHL", "tracking_number": number}
    )

    assert answer.status_code == 422
    assert not Shipment.objects.exists()


def carrier(name, url="", *, kind="post"):
    return make.carrier(name, kind=kind, tracking_url=url)


def tracking_url(typed, number):
    return carried_by(typed, number, country="KE")["tracking_url"]


@pytest.mark.parametrize(
    ("typed", "leads"),
    [
        ("DHL Express", "https://dhl.example/1"),
        ("dhl express", "https://dhl.example/1"),
        ("DHL", "https://dhl.example/1"),
        ("dhl-express", "https://dhl.example/1"),
        ("Royal mail", "https://royal.example/1"),
        ("Ghana Post", "https://all.example/1"),  # its own page is not known
        ("Post", ""),  # which of them?
        ("D", ""),
        ("Somebody", ""),
    ],
)
def test_a_number_of_a_known_carrier_leads_to_its_page(typed, leads):
    carrier("DHL Express", "https://dhl.example/{number}")
    carrier("Royal Mail", "https://royal.example/{number}")
    carrier("Ghana Post")
    carrier("Post Luxembourg", "https://lu.example/{number}")
    carrier("Post Norge", "https://no.example/{number}")
    carrier("17TRACK (universal tracker)", "https://all.example/{number}", kind="tracker")

    assert tracking_url(typed, "1") == leads
    assert tracking_url(typed, "") == ""


def test_a_number_cannot_leave_the_carrier_s_address():
    carrier("X", "https://example.org/?n={number}")

    assert tracking_url("X", "1&next=/a b") == "https://example.org/?n=1%26next%3D%2Fa%20b"
    assert tracking_url("Unknown", "1") == ""


def run_queued_work():
    from tests.queue import run_queued_work as run  # noqa: PLC0415

    run()


def test_the_way_a_parcel_travels_has_the_name_that_shoppers_read(client, sold):
    mine, _ = sold
    client.force_login(make.member(mine.merchant))
    where = f"/merchant/orders/{mine.pk}/"

    Suborder.objects.filter(pk=mine.pk).update(service="packet")
    assert "Ordinary post" in client.get(where).text
    Suborder.objects.filter(pk=mine.pk).update(service="parcel")
    assert "Standard" in client.get(where).text
