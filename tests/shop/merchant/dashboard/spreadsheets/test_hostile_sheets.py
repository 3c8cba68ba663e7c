"""Sheets made to hurt: each is read apart, within its limits, and refused with a sentence."""

import io

import pytest
from openpyxl import Workbook

from shop.core.errors import NotPossible
from shop.merchant.dashboard.spreadsheets.read import MOST_BYTES, read_sheet
from tests.hostile_sheets import READ, REFUSED, packed, parts, words_without_end
from tests.shop.merchant.dashboard.spreadsheets.files import HEAD, row
from tests.taking import taken

SECONDS = 6  # of work, and not on the clock; without the limits it is 15 to 47


@pytest.mark.parametrize("what", REFUSED)
def test_a_sheet_made_to_hurt_is_refused_in_no_time(what):
    make_file, sentence = REFUSED[what]
    content = make_file()
    assert len(content) < MOST_BYTES

    with taken() as found, pytest.raises(NotPossible) as refusal:
        read_sheet(content)

    assert sentence in str(refusal.value)
    assert found.children < SECONDS


@pytest.mark.parametrize("what", READ)
def test_what_is_not_needed_of_a_sheet_is_not_read(what):
    with taken() as found:
        assert [line.cells["sku"] for line in read_sheet(READ[what]())] == ["A"]

    assert found.children < SECONDS


def test_a_word_is_cut_before_it_is_repeated():
    told = read_sheet(words_without_end())

    assert len(told) == 901
    assert {len(found.cells["percent"]) for found in told[1:]} == {300}


def test_reading_stops_early_where_a_sheet_says_it_has_a_million_rows():
    book = Workbook()
    for line in (HEAD, row("A", percent="5")):
        book.active.append(line)
    book.active.cell(row=1_048_576, column=16_384).value = "far away"
    file = io.BytesIO()
    book.save(file)

    assert [found.number for found in read_sheet(file.getvalue())] == [2]


def test_numbers_words_and_formulas_are_read_as_somebody_would_type_them():
    book = Workbook()
    for line in (
        HEAD,
        ["A", "whole", 15, 19.99, 1e3, True],
        [4006381333931, " whole \n day ", 0.25, "'=1", "=1+1", None],
    ):
        book.active.append(line)
    file = io.BytesIO()
    book.save(file)

    first, second = read_sheet(file.getvalue())

    assert first.cells == {
        "sku": "A", "slot": "whole", "percent": "15", "price": "19.99", "units": "1000",
        "limit": "1",
    }  # fmt: skip
    assert second.cells == {
        "sku": "4006381333931", "slot": "whole day", "percent": "0.25", "price": "=1",
        "units": "=1+1",
    }  # fmt: skip


def test_the_first_sheet_is_read_wherever_it_lies_in_the_package():
    book = Workbook()
    book.create_sheet("First", 0).append(["SKU", "Slot", "Percent off"])
    book["First"].append(["B", "whole", 7])
    file = io.BytesIO()
    book.save(file)
    assert [found.cells["sku"] for found in read_sheet(file.getvalue())] == ["B"]

    moved = parts()
    moved["xl/worksheets/other.xml"] = moved.pop("xl/worksheets/sheet1.xml")
    moved["xl/workbook.xml"] = (
        b'<x:workbook xmlns:x="a" xmlns:r="b"><x:sheets><x:sheet sheetId="9" r:id="r7"/>'
        b"</x:sheets></x:workbook>"
    )
    moved["xl/_rels/workbook.xml.rels"] = (
        b'<Relationships><Relationship Id="r7" Target="/xl/worksheets/other.xml"/></Relationships>'
    )
    assert [found.cells["sku"] for found in read_sheet(packed(moved))] == ["A"]
