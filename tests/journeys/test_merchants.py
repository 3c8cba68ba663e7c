"""Merchants of an order: each sees and sends the own part, and only what was paid."""

import re

import pytest
from django.db import transaction

from shop.orders import end
from shop.orders.models import Order, Shipment, Suborder
from tests import make
from tests.browsing.steps import go_to_pay, pay, press_pay, put_in_cart, sign_in, words
from tests.journeys.ways import in_each_browser, journey, on_desk_and_phone
from tests.make import NOON
from tests.paying import assert_books_agree

pytestmark = journey
SHOPPER = "lin@example.org"


@pytest.fixture
def sold(stage, market):
    """Sell a shawl of one store and two jars of the other in one order."""
    order = make.order({market.indigo: 1, market.jar: 2}, email=SHOPPER)
    with transaction.atomic():
        end.mark_paid(end.lock(order.pk), at=NOON)
    stage.work()
    return order


@on_desk_and_phone
def test_each_merchant_sees_the_own_part_only(market, sold, visitor):
    mine = sold.suborders.get(merchant=market.loom)
    weaver, potter = visitor(), visitor()

    sign_in(weaver, "weaver@example.org", "/merchant/")
    sign_in(potter, "potter@example.org", "/merchant/")

    assert ("Adire shawl" in words(weaver), "Zellige jar" in words(weaver)) == (True, False)
    assert ("Adire shawl" in words(potter), "Zellige jar" in words(potter)) == (False, True)
    potter.watch.expect(404)
    assert potter.goto(f"/merchant/orders/{mine.pk}/").status == 404


@in_each_browser
def test_a_merchant_sends_a_parcel_and_the_shopper_follows_it(stage, market, sold, visitor):
    weaver, shopper = visitor(), visitor()
    sign_in(weaver, "weaver@example.org", "/merchant/")
    weaver.get_by_role("link", name=sold.number).click()
    weaver.get_by_label("Carrier").fill("DHL Express")
    weaver.get_by_label("Tracking number").fill("ee 482 119 083")
    weaver.get_by_role("button", name="Mark as sent").click()
    weaver.get_by_text(f"{sold.number} is marked as sent.").wait_for()
    stage.work()

    letter = stage.letters(SHOPPER)[0]
    assert letter.subject == "Itoku Indigo Rooms has sent your parcel"
    assert "EE482119083" in letter.text
    shopper.goto(re.search(r"http\S+/orders/\S+", letter.text)[0])
    parcel = shopper.get_by_role("region", name="Parcel from Itoku Indigo Rooms")
    assert "Handed to DHL Express" in parcel.inner_text()
    link = parcel.get_by_role("link", name="Follow at DHL Express")
    assert link.get_attribute("href") == "https://dhl.example/track?number=EE482119083"
    assert Shipment.objects.get().suborder.merchant == market.loom
    assert sold.suborders.get(merchant=market.kiln).state == Suborder.State.WAITING


@in_each_browser
def test_what_a_guest_really_paid_is_sent_and_followed(stage, market, visitor):
    guest, potter, weaver = visitor(), visitor(), visitor()
    put_in_cart(guest, market.jar.product)
    go_to_pay(guest, SHOPPER)
    press_pay(guest)
    sign_in(potter, "potter@example.org", "/merchant/")
    assert "Zellige jar" not in words(potter)  # nothing is to be sent before it is paid

    pay(guest)
    stage.work()

    order = Order.objects.get()
    (letter,) = stage.letters("potter@example.org")
    assert letter.subject.startswith(f"New order {order.number}")
    potter.goto(re.search(r"http\S+/merchant/orders/\S+", letter.text)[0])
    for part in ("Zellige jar", "Lin Yue", "88 Renmin Road", "Changsha"):
        assert part in words(potter)
    send(potter, order)

    guest.get_by_role("link", name="Track your parcels").click()
    parcel = guest.get_by_role("region", name="Parcel from Oued Fès Clayworks")
    parcel.wait_for()
    assert "Handed to DHL Express" in parcel.inner_text()
    address = parcel.get_by_role("link", name="Follow at DHL Express").get_attribute("href")
    assert address == "https://dhl.example/track?number=EE482119083"
    stage.work()
    assert stage.letters(SHOPPER)[0].subject == "Oued Fès Clayworks has sent your parcel"
    sign_in(weaver, "weaver@example.org", "/merchant/")
    assert order.number not in words(weaver)
    assert_books_agree()


def send(potter, order):
    potter.get_by_label("Carrier").fill("DHL Express")
    potter.get_by_label("Tracking number").fill("EE482119083")
    potter.get_by_role("button", name="Mark as sent").click()
    potter.get_by_text(f"{order.number} is marked as sent.").wait_for()
