import io

import pytest

from sample.progress import Progress
from sample.selling import ENDED, LIVE, sell
from shop.festivals.models import Deal, Festival
from shop.orders.models import Order, OrderLine
from shop.orders.reconcile import differences
from shop.reports.models import Tally
from shop.reports.tallies import count_all_sales
from tests.paying import assert_books_agree
from tests.sample.loaded import DAY_0, flagship, six

pytestmark = pytest.mark.django_db


def test_festivals_have_sold_since_their_start_at_the_prices_of_each_moment(sold):
    assert Order.objects.count() > (ENDED + LIVE) / 2
    orders = Order.objects.order_by("placed_at")
    assert {order.state for order in orders} == {"paid"}
    for festival in Festival.objects.filter(starts_at__lt=DAY_0):
        lines = OrderLine.objects.filter(festival=festival).select_related("order")
        assert all(festival.starts_at <= one.order.placed_at < festival.ends_at for one in lines)
    assert orders.last().paid_at < DAY_0
    line = OrderLine.objects.exclude(deal=None).select_related("order", "deal", "variant").first()
    span = line.variant.price_spans.get(
        starts_at__lte=line.order.placed_at, ends_at__gt=line.order.placed_at
    )
    assert (line.price, line.deal) == (span.price, span.deal)


def test_their_units_are_counted_and_in_the_books(sold):
    assert differences() == []
    assert_books_agree()
    assert Deal.objects.filter(slot__festival=flagship(), sold__gt=0).exists()
    count_all_sales(at=DAY_0)
    total = Tally.objects.get(festival=flagship(), kind="total")
    assert total.orders > LIVE / 2
    assert total.by_organizer > 0


def test_they_are_sold_once(sold):
    first = Order.objects.count()

    assert sell(six(), Progress(io.StringIO()), at=DAY_0) == 0

    assert Order.objects.count() == first
