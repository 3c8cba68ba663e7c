"""Two merchants of one order: each sees and sends the own part."""

import re

import pytest
from django.db import transaction

from shop.orders import ending
from shop.orders.models import Shipment, Suborder
from tests import make
from tests.browsing.steps import sign_in, words
from tests.journeys.ways import journey, on_desk_and_phone, with_and_without_script
from tests.make import NOON

pytestmark = journey
SHOPPER = "lin@example.org"


@pytest.fixture
def sold(stage, market):
    """Sell a shawl of one store and two jars of the other in one order."""
    order = make.order({market.indigo: 1, market.jar: 2}, email=SHOPPER)
    with transaction.atomic():
        ending.mark_paid(ending.lock(order.pk), at=NOON)
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


@on_desk_and_phone
@with_and_without_script
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
    link = parcel.get_by_role("link", name="Track your parcels")
    assert link.get_attribute("href") == "https://dhl.example/track?number=EE482119083"
    assert Shipment.objects.get().suborder.merchant == market.loom
    assert sold.suborders.get(merchant=market.kiln).state == Suborder.State.WAITING
