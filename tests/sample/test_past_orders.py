import io

import pytest

from sample.accounts import provide_accounts
from sample.past import COUNT, write_past
from sample.progress import Progress
from shop.checkout.order.summary import paid_with
from shop.orders.models import Order, Shipment, Suborder
from tests.paying import assert_books_agree
from tests.sample.loaded import DAY_0, six

pytestmark = [pytest.mark.django_db, pytest.mark.long]


@pytest.fixture(scope="module")
def past(six_stores, django_db_blocker) -> int:
    """Write the orders once for all tests; return how many."""
    with django_db_blocker.unblock():
        return write()


def write() -> int:
    return write_past(six(), provide_accounts(at=DAY_0), Progress(io.StringIO()))


def test_two_months_of_orders_are_paid_sent_and_in_the_books(past, loaded):
    assert COUNT * 0.9 < past <= COUNT
    orders = Order.objects.all()
    assert orders.count() == past
    assert {order.state for order in orders} == {"paid"}
    assert max(order.paid_at for order in orders) < six().at(-5)
    assert {part.state for part in Suborder.objects.all()} == {"shipped", "delivered"}
    assert Shipment.objects.count() == Suborder.objects.count()
    assert not Shipment.objects.filter(tracking_url="").exists()
    assert orders.filter(user__email="shopper@example.org").exists()
    assert_books_agree()


def test_their_pages_say_with_which_card_they_were_paid(past, loaded):
    methods = {paid_with(order.payments.get().method) for order in Order.objects.all()}

    assert methods == {"Visa ending 4242", "Mastercard ending 4444", "UnionPay ending 0005", ""}


def test_they_are_written_once(past, loaded):
    assert (write(), Order.objects.count()) == (0, past)


def test_they_cost_what_was_asked_on_their_day(past, loaded):
    for order in Order.objects.prefetch_related("lines__variant__price_spans")[:40]:
        for line in order.lines.all():
            spans = line.variant.price_spans.filter(
                starts_at__lte=order.placed_at, ends_at__gt=order.placed_at
            )
            assert line.price == spans.get().price
