"""Orders at the organizers' desk have no barriers, on a telephone and on a desk."""

import pytest

from shop.orders.models import OrderLine
from shop.orders.ship import ship
from tests import make
from tests.access.inspector import Inspector
from tests.browsing.steps import sign_in
from tests.buying import pay
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.sample.loaded import root_collection
from tests.shop.merchant.dashboard.desk import EVIL


@pytest.fixture
def order(market, stage, inspector: Inspector):
    """Sell something with hostile words to somebody with a hostile name."""
    root_collection()
    store = make.merchant(name=EVIL[:60])
    make.member(store)
    jar, cup = (make.variant(of=make.product(of=of)) for of in (store, make.merchant()))
    placed = make.order({jar: 2, cup: 1})
    pay(placed)
    OrderLine.objects.filter(order=placed).update(title=EVIL)
    placed.contact.name = placed.contact.line1 = EVIL[:100]
    placed.contact.save()
    part = placed.suborders.exclude(merchant=store).get()
    ship(part, carrier=EVIL[:60], tracking_number="JD 12", at=NOON, by=make.user())
    inspector.within = "main"
    sign_in(inspector.page, organizer().email, "/organize/")
    return placed


def test_orders_and_what_is_done_for_somebody_have_no_barriers(order, inspector):
    mail = f"/organize/orders/{order.pk}/mails/receipt/"
    address = f"/organize/orders/{order.pk}/address/"
    inspector.visit(
        "/organize/desk_orders/",
        f"/organize/desk_orders/inspect/{order.pk}/",
        mail,
        address,
    )
    inspector.page.get_by_label("Postcode").fill("x")
    inspector.page.get_by_role("button", name="Mend the address").click()
    inspector.page.get_by_text("Please look at this again").wait_for()
    inspector.look("with errors")

    assert inspector.found == []
