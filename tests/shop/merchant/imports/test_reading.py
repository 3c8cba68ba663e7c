"""Files as people save them: encodings, dividers, quotation marks, and rows glued together."""

import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.core.isolation.run import ChildLimits, Overrun, stream_apart
from shop.merchant.imports.child import MOST_ROWS, answers
from shop.merchant.imports.models import CatalogueRow
from tests.hostile_sheets import READ, REFUSED
from tests.shop.merchant.imports.bringing import checked, csv_of, problems, sent, store

LINES = [["sku", "name", "price"], ["A-1", "Café “Été”", "4.50"], ["A-2", "Thé vert", "5.00"]]


def read(content: bytes) -> list[dict]:
    return [json.loads(part) for part in answers(io.BytesIO(content))]


def rows(content: bytes) -> list[list]:
    return [row for part in read(content) for row in part.get("rows", [])]


@pytest.mark.parametrize("divider", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_is_read_in_any_usual_encoding_and_with_any_divider(encoding, divider):
    found = rows(csv_of(LINES, divider=divider, encoding=encoding))

    assert found == [[2, LINES[1], ""], [3, LINES[2], ""]]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_any_end_of_a_line_is_one(end):
    content = end.join([b"sku,name", b'A,"two', b'lines"', b"B,one"])

    assert rows(content) == [[2, ["A", "two\nlines"], ""], [3, ["B", "one"], ""]]


def test_a_title_above_the_headings_is_passed_over():
    assert rows(b"My catalogue\n\nsku,name\nA,One\n") == [[4, ["A", "One"], ""]]


def test_rows_that_were_joined_are_told_and_not_read():
    (row,) = rows(b"sku,name,price\nA,One,4,B,Two,5\n")

    assert row == [2, ["A", "One", "4"], "longer"]


def test_rows_behind_an_open_quotation_mark_are_told_and_not_read():
    (row,) = rows(b'sku,name,price\nA,"One,4\nB,Two,5\nC,Three,6"\n')

    assert row[2] == "glued"


def test_a_description_with_commas_and_lines_is_no_glued_row():
    (row,) = rows(b'sku,name,price\nA,"One, two and three.\nFour, five.",6\n')

    assert row[2] == ""


@pytest.mark.django_db
def test_what_was_glued_together_is_told_in_its_row():
    content = b'sku,name,price,weight_g\nA,One,4,10,B,Two,5,20\nC,"Three,6,30\nD,Four,7,40",8,50\n'

    found = problems(checked(sent(store(), content), otherwise="home"))

    assert "more cells than there are headings" in found[2][0]
    assert "a quotation mark was not closed" in found[3][0]


def test_more_rows_than_a_sheet_may_have_are_refused():
    content = b"sku,name\n" + b"A,B\n" * (MOST_ROWS + 1)

    assert read(content)[-1] == {"word": "rows", "facts": {"count": MOST_ROWS}}


def test_more_columns_than_a_sheet_may_have_are_refused():
    assert read(b",".join(b"c%d" % n for n in range(201)) + b"\n")[-1]["word"] == "columns"
    assert len(read(b",".join(b"c%d" % n for n in range(200)) + b"\n1,2\n")[0]["headings"]) == 200


@pytest.mark.parametrize("what", REFUSED)
def test_a_sheet_made_to_hurt_takes_no_more_than_it_may(what, tmp_path):
    """What a sheet of nominations refuses for its size may fit here; none crashes or hangs."""
    make_file, _sentence = REFUSED[what]
    place = tmp_path / "sheet"
    place.write_bytes(make_file())

    with place.open("rb+") as file:
        try:
            parts = list(stream_apart("shop.merchant.imports.child", file, SMALL))
        except Overrun:
            parts = []

    assert len(parts) < 2_000


SMALL = ChildLimits(memory=400 * 1024 * 1024, seconds=20, answer=60_000_000)


@pytest.mark.parametrize("what", READ)
def test_what_is_not_needed_of_a_sheet_is_not_read(what):
    assert [row[1][0] for row in rows(READ[what]())] == ["A"]


@given(st.binary(max_size=2_000))
def test_any_bytes_are_read_or_refused(content):
    for part in read(content):
        assert set(part) in ({"headings"}, {"rows"}, {"word", "facts"})


CELLS = st.text(max_size=30) | st.sampled_from(['"', "\n", "=1+1", "\0", "٣", "😀", ";" * 9])


@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=6), max_size=8),
    st.sampled_from([",", ";", "\t"]), st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]),
)  # fmt: skip
def test_any_sheet_is_read_or_refused(lines, divider, encoding):
    content = csv_of([["sku", "name"], *lines], divider=divider, encoding=encoding)

    for part in read(content):
        assert set(part) in ({"headings"}, {"rows"}, {"word", "facts"})


def test_a_broken_package_is_no_sheet():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("xl/worksheets/sheet1.xml", "<worksheet><sheetData><row><c>")

    assert read(file.getvalue())[-1]["word"] in {"no sheet", "headings"}


@pytest.mark.django_db
def test_rows_keep_their_cells_as_they_stand():
    sheet = sent(store(), csv_of(LINES))

    assert (
        list(CatalogueRow.objects.filter(sheet=sheet).values_list("cells__cells", flat=True))
        == (LINES[1:])
    )


HEADS = b"sku,name,description,price,stock,weight_g\n"


@pytest.mark.parametrize(
    "text",
    [
        "For the kitchen, the table, the garden, the car, the beach, or the bag.",
        "Colours:\nred,blue,green,yellow,black,white",
        "Sizes:\n36,37,38,39,40,41",
        "Made of:\ncotton, wool, silk, linen, jute, hemp, bast",
        "Care:\nwash,dry,iron,fold,30,60",
    ],
)
def test_a_list_with_as_many_commas_as_the_sheet_has_columns_is_no_glued_row(text):
    (row,) = rows(HEADS + f'A-1,Bag,"Nice.\n{text}",46.00,3,420\n'.encode())

    assert row == [2, ["A-1", "Bag", f"Nice.\n{text}", "46.00", "3", "420"], ""]


@pytest.mark.parametrize(
    "content",
    [
        b'A-1,Bag,"Nice,46.00,3,420\nA-2,Mat,Large,9.00,1,800\nA-3,Cup,Blue,4.00,2,300\n',
        b'10010,Bag,"Nice,46.00,3,420\nA-2,Mat,Large,9.00,1,800",1.00,4,90\n',
        b'A-1,"Bag,Nice,46.00,3,420\nA-2,Mat,Large,$9.00,1,800\n',
    ],
)
def test_rows_in_a_cell_are_still_told(content):
    (row,) = rows(HEADS + content)

    assert row[2] == "glued"
