"""Every table of docs/explanation/payment.md is played."""

import pytest

from shop.currencies import for_stripe
from shop.ledger.posting import sales
from shop.ledger.models import LedgerEntry
from shop.money import share
from shop.orders.models import Order, OrderLine
from tests import make
from tests.docs.pages import minor, money, percent_bp, tables
from tests.make import NOON

TABLES = tables("explanation/payment.md")


def sold(row):
    """Make a paid order with exactly these sums in its frozen rows."""
    kettle = make.variant(minor(row["Paid"]))
    order = make.order({kettle: 1})
    paid, funded = minor(row["Paid"]), minor(row["Funded"])
    commission = share(paid + funded, percent_bp(row["Commission"]))
    delivery = minor(row["Delivery"])
    OrderLine.objects.update(paid=paid, funded=funded, commission=commission)
    order.suborders.update(
        commission=commission, payout=paid + funded - commission, delivery_paid=delivery
    )
    Order.objects.update(delivery=delivery, total=paid + delivery)
    order.refresh_from_db()
    return order


@pytest.mark.django_db
@pytest.mark.parametrize("row", TABLES["shares"], ids=lambda row: row["Paid"])
def test_shares(row):
    part = sold(row).suborders.get()

    assert money(part.commission) == row["**Commission is**"]
    assert money(part.earned) == row["**Merchant gets**"]


@pytest.mark.django_db
@pytest.mark.parametrize("row", TABLES["books"], ids=lambda row: row["Paid"])
def test_books(row):
    sales.post_sale(sold(row), at=NOON)

    entries = dict(LedgerEntry.objects.values_list("account", "amount"))
    assert sum(entries.values()) == 0
    for title, account in (
        ("**Provider**", "provider"),
        ("**Promotions**", "promotions"),
        ("**Payable**", "payable"),
        ("**Commission account**", "commission"),
    ):
        assert money(entries.get(account, 0)) == row[title]


@pytest.mark.parametrize(
    "row", TABLES["exponents"], ids=lambda row: f"{row['Currency']} {row['Ours']}"
)
def test_case_18_amounts_are_sent_exactly_or_refused(row):
    if row["**Sent**"] == "refused":
        with pytest.raises(ValueError, match=row["Currency"]):
            for_stripe(int(row["Ours"]), row["Currency"])
    else:
        assert for_stripe(int(row["Ours"]), row["Currency"]) == int(row["**Sent**"])
