"""Every table of docs/how-to/price-a-deal.md is played with real products and orders."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from shop.festivals.models import Deal, PriceSpan
from shop.orders.cart.pricing import price_cart
from tests import make
from tests.buying import pay
from tests.docs.pages import minor, money, percent_bp, tables
from tests.make import END, LONG_AGO, NOON, START

pytestmark = pytest.mark.django_db
TABLES = tables("how-to/price-a-deal.md")
DAYS = {"January": LONG_AGO} | {
    name: datetime(2027, month, int(name.split()[0]), tzinfo=UTC)
    for name, month in (("1 March", 3), ("9 April", 4), ("12 April", 4), ("25 April", 4),
                        ("1 May", 5))
}  # fmt: skip


def history(text):
    """Return a variant with the prices that a cell tells."""
    (first, day), *later = re.findall(r"(\d+\.\d\d) (?:since|from) (\d* ?\w+)", text)
    kettle = make.variant(minor(first), listed_at=DAYS[day.strip()])
    for price, since in later:
        make.reprice(kettle, minor(price), at=DAYS[since])
    return kettle


@pytest.mark.parametrize("row", TABLES["reductions"], ids=lambda row: row["What it cost"])
def test_reductions(row):
    kettle = history(row["What it cost"])
    make.deal(kettle, during=make.festival(), price=minor(row["Deal"]))

    span = PriceSpan.objects.get(variant=kettle, starts_at__lte=START, ends_at__gt=START)

    assert span.price == minor(row["Deal"])
    struck = money(span.prior_price) if span.prior_price else "none"
    shown = f"−{span.percent} %" if span.percent else "none"
    assert (struck, shown) == (row["**Struck through**"], row["**Shown**"])


@pytest.mark.parametrize("row", TABLES["sets"], ids=str)
def test_sets(row):
    festival = make.festival()
    large = make.variant(20_00, on_hand=10)
    small = make.variant(12_00, on_hand=10, of=large.product)
    make.deal(large, during=festival, rule="multibuy", buys=3, pays=2)
    wanted = {variant: int(row[name]) for variant, name in ((large, "Large"), (small, "Small"))}

    order = make.order({variant: units for variant, units in wanted.items() if units})

    lines = order.lines.all()
    assert money(sum(line.reduced for line in lines)) == row["**Off**"]
    assert money(order.goods) == row["**Together**"]
    own = sum(line.paid for line in lines if line.variant == small)
    assert money(own) == row["**Paid for the small ones**"]


@pytest.mark.parametrize("row", TABLES["payouts"], ids=str)
def test_payouts(row):
    kettle = make.variant(minor(row["Regular price"]))
    subsidy = 0 if row["Added by others"] == "–" else minor(row["Added by others"])
    festival = make.festival(commission_bp=percent_bp(row["Commission"]))
    make.deal(kettle, during=festival, price=minor(row["Deal"]), subsidy=subsidy)

    part = make.order({kettle: 1}).suborders.get()

    assert money(part.payout) == row["**You get for one**"]


@pytest.mark.parametrize("row", TABLES["vouchers"], ids=str)
def test_vouchers(row):
    festival = make.festival()
    mine, other = make.variant(40_00), make.variant(60_00)
    for variant in (mine, other):
        make.nomination(variant, during=festival, price=1_00)
    share = int(row["Organizer pays"].removesuffix(" %"))
    make.promotion(festival, value=minor(row["Voucher"]), organizer_share=share)

    line = make.order({mine: 1, other: 1}).lines.get(variant=mine)

    part = line.discounts.get()
    assert money(part.amount) == row["**Off your line**"]
    assert money(part.merchant_part) == row["**Of that you bear**"]


@pytest.mark.parametrize("row", TABLES["allotments"], ids=str)
def test_allotments(row):
    kettle = make.variant(20_00, on_hand=10)
    deal = make.deal(kettle, during=make.festival(), price=15_00, allotment=6)
    if sold := int(row["Sold in the deal"]):
        pay(make.order({kettle: sold}))
    moments = {"approved, not begun": START - timedelta(days=1), "running": NOON, "over": END}
    at = moments[row["When"]]

    quote = price_cart(make.cart({kettle: 20}, at=at), at=at).quote

    everyday = sum(s.quantity for s in quote.segments if s.deal is None)
    assert everyday == int(row["**For everyday sale**"])
    assert Deal.objects.get() == deal
