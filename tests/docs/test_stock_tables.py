"""Every table of docs/explanation/stock.md is played."""

from datetime import timedelta

import pytest
from django.db import transaction

from shop.cart.pricing import price_cart
from shop.festivals.models import ProductSpan
from shop.orders import ending
from shop.orders.shipping import ship
from shop.stock.models import Pool
from tests import make
from tests.docs.pages import tables
from tests.make import NOON, START

TABLES = tables("explanation/stock.md")
pytestmark = pytest.mark.django_db


def pay(order, at=NOON):
    with transaction.atomic():
        ending.mark_paid(ending.lock(order.pk), at=at)


def pool_row(pool):
    pool.refresh_from_db()
    counters = (pool.on_hand, pool.held, pool.sold, pool.free)
    return dict(zip(("On hand", "Held", "Sold", "Free"), map(str, counters), strict=True))


def test_a_unit_s_way():
    kettle = make.variant(20_00, on_hand=10)
    rows = [pool_row(kettle.pool)]
    order = make.order({kettle: 2})
    rows.append(pool_row(kettle.pool))
    pay(order)
    rows.append(pool_row(kettle.pool))
    by = make.member(kettle.product.merchant)
    ship(order.suborders.get(), carrier="Post", tracking_number="", at=NOON, by=by)
    rows.append(pool_row(kettle.pool))

    assert rows == [{k.strip("*"): v for k, v in row.items() if "**" in k} for row in TABLES["way"]]


@pytest.mark.parametrize("row", TABLES["fence"], ids=lambda row: "-".join(row.values()))
def test_the_fence(row):
    kettle = make.variant(20_00, on_hand=int(row["On hand"]))
    if aside := int(row["Set aside"]):
        make.deal(kettle, during=make.festival(), price=15_00, allotment=aside)
    before = START - timedelta(days=1)
    if bought := int(row["Bought at the regular price before"]):
        pay(make.order({kettle: bought}, at=before), at=before)
    left = int(row["**Left at the regular price**"])

    priced = price_cart(make.cart({kettle: 10}, at=before), at=before)

    assert sum(s.quantity for s in priced.quote.segments) == left


def test_claimed():
    kettle = make.variant(20_00)
    deal = make.deal(kettle, during=make.festival(), price=15_00, allotment=2)
    rows = []

    def note(at):
        deal.refresh_from_db()
        span = ProductSpan.objects.get(starts_at__lte=at, ends_at__gt=at)
        price = f"{span.price // 100}.{span.price % 100:02}"
        rows.append((f"{deal.held + deal.sold} of {deal.allotment}", price))

    orders = []
    for minute in range(2):
        orders.append(make.order({kettle: 1}))
        note(NOON + timedelta(minutes=minute))
    for order in orders:
        pay(order, at=NOON + timedelta(minutes=2))
    note(NOON + timedelta(minutes=3))

    wanted = [(r["**Claimed**"], r["**Price shown to others**"]) for r in TABLES["claimed"]]
    assert rows == wanted
    assert Pool.objects.get().sold == 2
