"""A guest writes to a store by phone and at a desk, with keys alone, and the store answers."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from shop.core import clock
from shop.orders.models import Order, OrderMessage, Suborder
from shop.orders.text import fresh_link, order_link
from tests.browsing.steps import sign_in, words
from tests.browsing.watching import goes_sideways
from tests.journeys.ways import journey, on_desk_and_phone
from tests.shop.money.returns.sold import paid

pytestmark = [journey, on_desk_and_phone]
QUESTION = "Is it blue? " + "longword" * 30


def write(page: Page, part: Suborder, text: str) -> None:
    """Open the field and write, with keys alone."""
    field = page.locator(f"#id_{part.pk}_text")
    if not field.is_visible():
        page.locator("main details:has(textarea) > summary").focus()
        page.keyboard.press("Enter")
    field.fill(text)
    field.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/*#messages*")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_guest_asks_and_the_store_answers(stage, market, visitor, language):
    order = paid(stage.sandbox, {market.jar: 1}, at=clock.now(), email="amina@example.org")
    Order.objects.filter(pk=order.pk).update(language=language)
    order.refresh_from_db()
    part = order.suborders.get()
    place = urlsplit(fresh_link(order, at=clock.now())).path
    guest, potter = visitor(), visitor()

    guest.goto(place)
    write(guest, part, QUESTION)
    assert "Is it blue?" in words(guest)
    assert not goes_sideways(guest)

    sign_in(potter, market.potter.email, f"/merchant/orders/{part.pk}/")
    write(potter, part, "As the sea.")
    assert "As the sea." in words(potter)
    assert not goes_sideways(potter)

    guest.reload()
    assert "As the sea." in words(guest)
    guest.goto(f"{urlsplit(order_link(order)).path}parcels/{part.pk}/messages/")
    assert "As the sea." in words(guest)
    assert not goes_sideways(guest)
    assert list(OrderMessage.objects.values_list("side", flat=True)) == ["store", "shopper"]
