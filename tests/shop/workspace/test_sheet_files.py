"""Files that are sheets, files that are none, and files made to hurt."""

import csv
import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from openpyxl import Workbook, load_workbook

from shop.catalogue.models import Variant
from shop.festivals.models import Nomination, NominationSheet
from shop.workspace.sheets.columns import headings
from shop.workspace.sheets.reading import MOST_ROWS, read_sheet
from tests.shop.workspace.sheets import EVIL, HEAD, csv_of, goods, row, send, states, xlsx_of

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
        (b"\x89PNG\r\n\x1a\n\0\0", "no sheet that can be read"),
        (b"\xd0\xcf\x11\xe0old excel", "no sheet that can be read"),
        (b"PK\x03\x04not really", "no sheet that can be read"),
        (b"SKU,Price\nA,1", "These columns are missing: Slot"),
        (b"SKU,Slot,Percent off\nA,,\n", "No row is filled in"),
        (b"SKU,Slot\n" + b"A,B\n" * (MOST_ROWS + 1), "at most 1000 filled rows"),
        (b"x" * 1_000_001, "larger than 1 MB"),
    ],
    ids=["empty", "picture", "xls", "torn", "columns", "unfilled", "rows", "bytes"],
)
def test_a_file_that_is_no_sheet_is_refused_kindly(client, where, content, said):
    answer = client.post(where, {"file": SimpleUploadedFile("offers.xlsx", content)})

    assert answer.status_code == 422
    assert said in answer.text
    assert NominationSheet.objects.count() == 1  # that of the desk


def packed(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return file.getvalue()


def test_a_sheet_made_to_hurt_is_refused(client, where):
    laughs = (
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>'
    )
    plain = xlsx_of([row("A", percent="5")]).read()
    with zipfile.ZipFile(io.BytesIO(plain)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    for content in (
        packed(bomb=b"0" * 30_000_000),
        packed(**{f"part{n}": b"" for n in range(300)}),
        packed(**(parts | {"xl/worksheets/sheet1.xml": laughs})),
        packed(**(parts | {"xl/workbook.xml": laughs})),
    ):
        answer = client.post(where, {"file": SimpleUploadedFile("offers.xlsx", content)})
        assert answer.status_code == 422
        assert "no sheet that can be read" in answer.text


def test_a_sheet_that_unpacks_to_too_much_is_not_opened(client, desk, where):
    (cup,) = goods(desk.merchant, 1)
    plain = xlsx_of([row(cup.sku, percent="5")]).read()
    with zipfile.ZipFile(io.BytesIO(plain)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    large = packed(**parts, padding=b"0" * 20_000_001)
    assert len(large) < 100_000

    answer = client.post(where, {"file": SimpleUploadedFile("offers.xlsx", large)})

    assert answer.status_code == 422
    assert "no sheet that can be read" in answer.text


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


def test_reading_stops_early_where_a_sheet_says_it_has_a_million_rows():
    book = Workbook()
    for line in (HEAD, row("A", percent="5")):
        book.active.append(line)
    book.active.cell(row=1_048_576, column=16_384).value = "far away"
    file = io.BytesIO()
    book.save(file)

    assert [found.number for found in read_sheet(io.BytesIO(file.getvalue()))] == [2]
