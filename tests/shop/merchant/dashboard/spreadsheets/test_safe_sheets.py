"""Every sheet that a store can take away, with words made to hurt in it, and back again."""

import pytest

from shop.catalogue.delivery.models import Contact
from shop.catalogue.models import Product, Variant
from shop.festivals.models import Festival, Slot, SpreadsheetRow
from shop.merchant.dashboard.spreadsheets.read import read_sheet
from shop.reports import tallies
from tests.formulas import EVIL, formulas
from tests.make import NOON
from tests.shop.merchant.dashboard.spreadsheets.files import csv_of, row, xlsx_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def evil(desk):
    Product.objects.update(title=EVIL)
    Variant.objects.update(options=[EVIL])
    Variant.objects.filter(pk=desk.variant.pk).update(sku=EVIL)
    Contact.objects.update(name=EVIL, line1=EVIL, city=EVIL)
    Slot.objects.update(label=EVIL)
    Festival.objects.update(title=EVIL)
    SpreadsheetRow.objects.update(cells={"sku": EVIL, "price": EVIL, "slot": EVIL}, text=EVIL)
    tallies.count_sales(at=NOON)
    return desk


@pytest.mark.parametrize(
    "address",
    [
        "{store}/orders/packing.csv",
        "{store}/festivals/{festival}/sheet.csv",
        "{store}/festivals/{festival}/sheet.xlsx",
        "{store}/sheets/{sheet}/refused.csv",
        "{store}/sheets/{sheet}/refused.xlsx",
        "{store}/festivals/{festival}/statement.csv",
        "{store}/festivals/{festival}/statement.xlsx",
    ],
)
def test_the_sheets_of_a_store_hold_no_formula(client, evil, address):
    answer = client.get(evil.address(address))

    assert answer.status_code == 200
    assert formulas(answer) == []


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_was_written_is_read_as_it_was(client, evil, kind):
    words = ("=1+1", "'=1", "\uff1d1", "Bowl;=1", "Bowl,@1", "it's", "-5 to 5", "x;'+1")
    SpreadsheetRow.objects.all().delete()
    for number, text in enumerate(words, 2):
        SpreadsheetRow.objects.create(
            sheet=evil.sheet,
            number=number,
            cells={"sku": text, "price": "1"},
            place=str(number),
            state="refused",
            column="sku",
        )
    answer = client.get(evil.address("{store}/sheets/{sheet}/refused." + kind))

    rows = read_sheet(answer.content)

    assert [one.cells["sku"] for one in rows] == list(words)


def test_a_sheet_that_somebody_else_marked_is_read_too():
    for file in (csv_of, xlsx_of):
        (found,) = read_sheet(file([row("'=1", price="1")]).read())
        assert found.cells["sku"] == "=1"
