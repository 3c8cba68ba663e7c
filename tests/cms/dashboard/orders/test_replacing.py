"""An organizer lets a store send goods again, cancels it, and writes down that it came."""

import pytest

from shop.catalogue.stock.models import Pool
from shop.money.returns.ask import ask
from shop.orders.models import Replacement
from tests import make
from tests.make import NOON
from tests.shop.money.returns.sold import DAY, paid, sent, wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(till):
    make.delivery(3_00)
    found = paid(till, {make.variant(20_00, on_hand=5): 3})
    sent(found)
    return found


def where(order, rest=""):
    return f"/organize/orders/{order.pk}/replace/?{rest}"


def test_units_of_a_parcel_are_sent_again_and_the_screen_says_so(desk, order):
    part, line = order.suborders.get(), order.lines.get()
    page = where(order, f"part={part.pk}")
    seen = f"/organize/desk_orders/inspect/{order.pk}/"
    assert "Send a replacement" in desk.get(seen).text

    assert desk.post(page, {"reason": ""}).status_code == 422
    assert desk.post(page, {"reason": "Lost", f"units-{line.pk}": "4"}).status_code == 422
    assert not Replacement.objects.exists()
    desk.post(page, {"reason": "Lost", f"units-{line.pk}": "2"})

    row = Replacement.objects.get()
    assert row.lines.get().quantity == 2
    text = desk.get(seen).text
    assert "It waits until the replacement is there." in text
    assert "Cancel the replacement" in text

    cancel = f"/organize/orders/replacements/{row.pk}/cancel/"
    desk.post(cancel, {"reason": "Found it"})
    row.refresh_from_db()
    assert row.state == "cancelled"
    assert Pool.objects.get().free == 2
    assert "look at the order" in desk.post(cancel, {"reason": "Twice"}, follow=True).text


def test_a_request_is_answered_from_its_order(desk, order):
    part = order.suborders.get()
    request = ask(order.pk, part.pk, "return", wish(order, 1, "broken"), at=NOON + DAY)
    page = where(order, f"request={request.pk}")
    assert page.replace("&", "&amp;") in desk.get(f"/organize/desk_orders/inspect/{order.pk}/").text

    desk.post(page, {"reason": "A new one comes"})

    request.refresh_from_db()
    assert request.state == "replaced"
    assert "It is decided." in desk.get(page, follow=True).text
    assert (
        desk.get(where(make.order({make.variant(): 1}), f"request={request.pk}")).status_code == 404
    )
