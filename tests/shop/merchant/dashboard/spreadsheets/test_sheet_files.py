"""Files that are sheets, files that are none, and files made to hurt."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from openpyxl import load_workbook

from shop.catalogue.models import Variant
from shop.festivals.models import Nomination, NominationSpreadsheet, SpreadsheetFile
from shop.merchant.dashboard.spreadsheets.columns import headings
from shop.merchant.dashboard.spreadsheets.read import MOST_ROWS
from tests.shop.merchant.dashboard.spreadsheets.files import (
    EVIL,
    csv_of,
    goods,
    row,
    send,
    states,
    xlsx_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def festival(desk):
    return desk.festival


@pytest.fixture
def where(desk):
    return desk.address("{store}/festivals/{festival}/sheet/")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "These columns are missing"),
        (b"PK\x03\x04not really", "no sheet that can be read"),
        (b"SKU,Price\nA,1", "These columns are missing: Slot"),
        (b"SKU,Slot,Percent off\nA,,\n", "No row is filled in"),
        (b"SKU,Slot\n" + b"A,B\n" * (MOST_ROWS + 1), "at most 1000 filled rows"),
        (b"SKU,Slot\n" + b"\n" * 20_000, "too much in this sheet"),
        (b'SKU,Slot\n"' + b"A" * 200_000, "no sheet that can be read"),
    ],
    ids=["empty", "torn", "columns", "unfilled", "rows", "lines", "letters"],
)
def test_a_file_that_is_no_sheet_is_refused_kindly(client, where, content, said):
    sheet = send(client, where, SimpleUploadedFile("offers.xlsx", content))

    assert (sheet.state, sheet.rows.count()) == ("refused", 0)
    assert said in sheet.problem
    page = client.get(f"{where.partition('/festivals')[0]}/sheets/{sheet.pk}/").text
    assert "This sheet could not be read" in page
    assert said in page
    assert "Send another sheet" in page
    assert not SpreadsheetFile.objects.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "no sheet that can be read"),
        (b"\xd0\xcf\x11\xe0old excel", "no sheet that can be read"),
        (b"%PDF-1.7", "no sheet that can be read"),
        (b"x" * 1_000_001, "larger than 1 MB"),
    ],
    ids=["picture", "xls", "pdf", "bytes"],
)
def test_what_the_first_look_shows_is_refused_at_once(client, where, content, said):
    answer = client.post(where, {"file": SimpleUploadedFile("offers.xlsx", content)})

    assert answer.status_code == 422
    assert said in answer.text
    assert NominationSpreadsheet.objects.count() == 1  # that of the desk
    assert not SpreadsheetFile.objects.exists()


def test_without_a_file_the_page_says_so(client, where):
    answer = client.post(where, {})

    assert answer.status_code == 422
    assert "Choose a sheet first." in answer.text


def test_the_template_is_filled_in_and_sent_back(client, desk, where):
    cups = goods(desk.merchant, 2)
    Variant.objects.filter(pk=cups[0].pk).update(sku="=CMD")
    cups[0].product.title = EVIL
    cups[0].product.save()

    for kind in ("xlsx", "csv"):
        answer = client.get(desk.address("{store}/festivals/{festival}/sheet." + kind))
        assert kind in answer["Content-Disposition"]
        content = answer.content
        lines = (
            list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
            if kind == "csv"
            else [[c or "" for c in r] for r in load_workbook(io.BytesIO(content)).active.values]
        )
        own = {str(line[1]): line for line in lines}
        assert f"'{EVIL}" in own["'=CMD"]
        assert [str(cell) for cell in own[desk.variant.sku][4:6]] == ["whole", "20"]
        own["'=CMD"][4:6] = ["whole", "30"]
        file = (csv_of if kind == "csv" else xlsx_of)(lines[1:], head=lines[0])
        sheet = send(client, where, file)
        assert set(states(sheet)) <= {"submitted", "same"}

    assert Nomination.objects.get(product=cups[0].product).percent == 30


def test_headings_are_known_in_every_language(client, desk, where):
    (cup,) = goods(desk.merchant, 1)
    with translation.override("fr"):
        words = headings()
    head = [words["sku"], words["slot"], words["percent"]]
    file = csv_of([[cup.sku, "WHOLE", "25 %"]], head=head, divider=";")

    assert states(send(client, where, file)) == {"submitted": 1}


def test_the_refused_rows_are_given_back_as_a_sheet_without_formulas(client, desk, where):
    sheet = send(client, where, csv_of([row(EVIL, percent="25"), row("+1", percent="x")]))
    address = f"/merchant/{desk.merchant.slug}/sheets/{sheet.pk}/refused."

    text = client.get(f"{address}csv").content.decode("utf-8-sig")
    book = load_workbook(io.BytesIO(client.get(f"{address}xlsx").content))

    assert "'+1" in text
    assert "\"'=HYPERLINK" in text
    assert [cell.data_type for cell in book.active["B"]] == ["s", "s", "s"]
    assert client.get(f"{address}exe").status_code == 404
