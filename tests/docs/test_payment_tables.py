"""Every table of docs/explanation/payment.md is played."""

import pytest

from shop.core.currencies import for_stripe
from shop.core.money import share
from shop.money.ledger.models import LedgerEntry
from shop.money.ledger.posting import sales
from shop.money.money_tasks.kinds import KINDS
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


def test_the_page_lists_every_task_with_its_day_and_how_it_may_end():
    def due(days):
        return f"{days} day{'s' if days > 1 else ''}" if days else "at once"

    told = {
        row["Task"]: (row["**Due after**"].partition(";")[0], row["**May end as**"])
        for row in TABLES["tasks"]
    }

    assert told == {
        kind.title: (due(kind.due.days), "; ".join(end.label for end in kind.outcomes))
        for kind in KINDS.values()
    }


@pytest.mark.parametrize(
    "row", TABLES["exponents"], ids=lambda row: f"{row['Currency']} {row['Ours']}"
)
def test_case_18_amounts_are_sent_exactly_or_refused(row):
    if row["**Sent**"] == "refused":
        with pytest.raises(ValueError, match=row["Currency"]):
            for_stripe(int(row["Ours"]), row["Currency"])
    else:
        assert for_stripe(int(row["Ours"]), row["Currency"]) == int(row["**Sent**"])
