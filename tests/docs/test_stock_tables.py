"""Every table of docs/explanation/stock.md is played."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction

from shop.catalogue.stock.models import Pool
from shop.festivals.deals import reserved_stock
from shop.festivals.deals.actions import pause_deal
from shop.festivals.models import DealUsage, ProductSpan
from shop.orders import end, refund
from shop.orders.cart.pricing import price_cart
from shop.orders.ship import ship
from shop.storefront.product.variants import variants_now
from tests import make
from tests.docs.pages import minor, money, tables
from tests.make import NOON, START

TABLES = tables("explanation/stock.md")
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


def pay(order, at=NOON):
    with transaction.atomic():
        end.mark_paid(end.lock(order.pk), at=at)


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


@pytest.mark.parametrize("row", TABLES["undercut"], ids=lambda row: row["Regular price"])
def test_undercut(row):
    kettle = make.variant(20_00, on_hand=5)
    deal = make.deal(kettle, during=make.festival(), price=15_00, allotment=5)
    make.reprice(kettle, minor(row["Regular price"]), at=NOON)
    aside = reserved_stock.set_aside([kettle.pool_id], at=NOON).get(kettle.pool_id, 0)
    span = ProductSpan.objects.get(starts_at__lte=NOON, ends_at__gt=NOON)
    (shown,) = variants_now(kettle.product_id, at=NOON)

    pay(make.order({kettle: shown.buyable}))

    deal.refresh_from_db()
    found = (money(span.price), str(aside), str(shown.buyable), str(deal.sold))
    assert found == tuple(cell for title, cell in row.items() if "**" in title)


def test_risen():
    kettle = make.variant(20_00, on_hand=5)
    make.deal(kettle, during=make.festival(), price=15_00, allotment=5)
    rows = []

    def note(hours):
        at = NOON + hours * HOUR
        found = Counter()
        for segment in price_cart(make.cart({kettle: 9}, at=at), at=at).quote.segments:
            found[segment.deal is None] += segment.quantity
        rows.append((str(found[False]), str(found[True])))

    note(-1)
    make.reprice(kettle, 14_00, at=NOON)
    note(0)
    pay(make.order({kettle: 3}))
    note(0)
    make.reprice(kettle, 20_00, at=NOON + HOUR)
    note(1)

    columns = ("**At the deal price**", "**At the regular price**")
    assert rows == [tuple(row[name] for name in columns) for row in TABLES["risen"]]


ENDS = {
    "runs": lambda deal: NOON,
    "is paused": lambda deal: pause_deal(deal, at=NOON),
    "is over": lambda deal: deal.effective_to,
}


@pytest.mark.parametrize("row", TABLES["returned"], ids=lambda row: row["The deal"])
def test_returned(row):
    kettle, who = make.variant(20_00, on_hand=10), make.user()
    deal = make.deal(kettle, during=make.festival(), price=15_00, allotment=4, per_shopper=3)
    order = make.order({kettle: 3}, of=make.shopper(who))
    pay(order)
    order.refresh_from_db()
    at = ENDS[row["The deal"]](deal)
    with transaction.atomic():
        refund.record(order, {order.lines.get(): 2}, cause="wrong_price", at=at)

    deal.refresh_from_db()
    had = DealUsage.objects.get(mailbox=who.mailbox).sold
    left = (Pool.objects.get().free, deal.allotment - deal.sold, deal.per_shopper - had)
    assert [str(n) for n in left] == [cell for title, cell in row.items() if "**" in title]


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
