"""Case 84: a sheet of nominations, its bad rows told by row and reason, twice the same as once."""

import csv
import io
import zipfile
from datetime import timedelta
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from openpyxl import Workbook, load_workbook

from shop.catalogue.models import Variant
from shop.festivals import approving, nominating
from shop.festivals.models import ChangeLog, Nomination, NominationSheet, SheetRow
from shop.workspace.sheets import working
from shop.workspace.sheets.columns import headings
from shop.workspace.sheets.reading import MOST_ROWS, ReadRow, read_sheet
from tests import make
from tests.budgets import statements
from tests.crowd import at_once
from tests.make import NOON, START
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db
HEAD = ["SKU", "Slot", "Percent off", "Festival price", "Festival pieces", "Most per shopper"]
EVIL = '=HYPERLINK("http://evil.example")'


@pytest.fixture
def festival(desk):
    return desk.festival


@pytest.fixture
def where(desk):
    return desk.address("{store}/festivals/{festival}/sheet/")


def goods(merchant, count: int) -> list[Variant]:
    return [
        make.variant(20_00, on_hand=50, of=make.product(of=merchant, title=f"Cup {n}"))
        for n in range(count)
    ]


def row(sku, slot="whole", percent="", price="", units="", limit=""):
    return [sku, slot, percent, price, units, limit]


def csv_of(rows, head=HEAD, *, divider=",") -> SimpleUploadedFile:
    file = io.StringIO()
    csv.writer(file, delimiter=divider).writerows([head, *rows])
    return SimpleUploadedFile("offers.csv", file.getvalue().encode("utf-8-sig"))


def xlsx_of(rows, head=HEAD) -> SimpleUploadedFile:
    book = Workbook()
    for line in [head, *rows]:
        book.active.append(line)
    file = io.BytesIO()
    book.save(file)
    return SimpleUploadedFile("offers.xlsx", file.getvalue())


def send(client, where, file) -> NominationSheet:
    answer = client.post(where, {"file": file})
    assert answer.status_code == 302, answer.text
    run_queued_work()
    return NominationSheet.objects.latest("pk")


def states(sheet) -> dict[str, int]:
    found: dict[str, int] = {}
    for state in sheet.rows.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


@pytest.mark.parametrize("kind", [csv_of, xlsx_of])
def test_case_84_of_a_hundred_rows_three_are_told_by_row_and_reason(client, desk, where, kind):
    cups = goods(desk.merchant, 98)
    foreign = make.variant()
    rows = [row(cup.sku, percent="25", units="5", limit="2") for cup in cups]
    rows[4] = row(cups[4].sku, percent="250")
    rows[50] = row(cups[50].sku, price="25.00")
    rows += [row(foreign.sku, percent="25")]
    rows += [row(desk.variant.sku, percent="30")]

    sheet = send(client, where, kind(rows))

    assert states(sheet) == {"submitted": 96, "refused": 3, "changed": 1}
    told = list(sheet.rows.filter(state="refused").values_list("number", "column", "text"))
    assert told == [
        (6, "percent", "A percentage is a whole number between 1 and 99."),
        (52, "price", f"{cups[50].sku}: the price must be below $20.00."),
        (100, "sku", "Your store has no product with this SKU."),
    ]
    page = client.get(f"/merchant/{desk.merchant.slug}/sheets/{sheet.pk}/").text
    assert all(text.replace("'", "&#x27;") in page for _row, _column, text in told)
    made = Nomination.objects.get(product=cups[0].product)
    assert (made.state, made.percent, made.per_shopper) == ("submitted", 25, 2)
    assert made.allotments == {str(cups[0].pk): 5}

    before = list(Nomination.objects.order_by("pk").values()), ChangeLog.objects.count()
    again = send(client, where, kind(rows))

    assert states(again) == {"same": 97, "refused": 3}
    assert (list(Nomination.objects.order_by("pk").values()), ChangeLog.objects.count()) == before


def test_a_changed_row_changes_what_was_submitted(client, desk, where):
    cups = goods(desk.merchant, 2)
    send(client, where, csv_of([row(cup.sku, percent="25") for cup in cups]))

    sheet = send(
        client, where, csv_of([row(cups[0].sku, percent="25"), row(cups[1].sku, price="12,50")])
    )

    assert states(sheet) == {"same": 1, "changed": 1}
    changed = Nomination.objects.get(product=cups[1].product)
    assert (changed.rule, changed.prices) == ("fixed", {str(cups[1].pk): 12_50})
    assert ChangeLog.objects.filter(subject_id=changed.pk).latest("pk").before["percent"] == 25


def test_what_a_reviewer_refused_is_not_submitted_again_as_it_was(client, desk, where):
    (cup,) = goods(desk.merchant, 1)
    file = partial(csv_of, [row(cup.sku, percent="25")])
    send(client, where, file())
    made = Nomination.objects.get(product=cup.product)
    nominating.request_changes(made, "Lower?", at=NOON, by=make.user())

    assert states(send(client, where, file())) == {"same": 1}
    made.refresh_from_db()
    assert made.state == "changes_requested"

    approved = Nomination.objects.get(pk=desk.nomination.pk)
    approving.approve(approved, at=NOON)
    sheet = send(client, where, csv_of([row(desk.variant.sku, percent="40")]))
    assert "approved for the slot already" in sheet.rows.get().text


def test_sizes_of_one_product_are_one_nomination(client, desk, where):
    one = goods(desk.merchant, 1)[0]
    two = make.variant(30_00, of=one.product)

    half = send(client, where, csv_of([row(one.sku, percent="25")]))
    assert "holds for all sizes" in half.rows.get().text
    both = [row(one.sku, price="15"), row(two.sku, price="21.50", units="3")]
    assert states(send(client, where, csv_of(both))) == {"refused": 2}  # units for one of them
    both[0][4] = "2"
    assert states(send(client, where, csv_of(both))) == {"submitted": 2}

    made = Nomination.objects.get(product=one.product)
    assert made.prices == {str(one.pk): 15_00, str(two.pk): 21_50}
    wrong = [row(one.sku, price="15"), row(two.sku, price="40")]
    sheet = send(client, where, csv_of(wrong))
    first, second = sheet.rows.all()
    assert "the price must be below $30.00" in second.text
    assert first.text == "Row 3 of the same product and slot has a problem."


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ({"slot": "Nowhere", "percent": "25"}, "slot", "Write one of these: whole."),
        ({"percent": "25", "price": "15"}, "price", "not both"),
        ({"percent": EVIL}, "percent", "not a formula"),
        ({"percent": "25", "units": "-3"}, "units", "Enter a whole number from 1 to"),
        ({"percent": "25", "units": "5000"}, "units", "only 50 units are free"),
        ({"percent": "25", "limit": "x"}, "limit", "Enter a whole number"),
        ({"price": "cheap"}, "price", "Enter a price, like 48.00"),
        ({"limit": "2"}, "price", "Give a price for at least one variant."),
        ({"percent": "\u0662\u0665"}, "percent", "between 1 and 99"),
    ],
)
def test_each_cell_that_cannot_be_used_says_why(client, desk, where, cells, column, said):
    (cup,) = goods(desk.merchant, 1)

    sheet = send(client, where, csv_of([row(cup.sku, **cells)]))

    (found,) = sheet.rows.all()
    assert (found.state, found.column) == ("refused", column)
    assert said in found.text
    assert not Nomination.objects.filter(product=cup.product).exists()


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


def test_a_hundred_rows_cost_the_same_as_ten(desk, festival):
    costs = []
    for count in (10, 100):
        cups = goods(desk.merchant, count)
        rows = [
            ReadRow(n, {"sku": cup.sku, "slot": "whole", "percent": "25", "units": "3"})
            for n, cup in enumerate(cups, 2)
        ]
        sheet = working.take_in(
            festival, desk.merchant, rows, name="x.csv", at=NOON, by=desk.member
        )
        with statements(most=40) as counted:
            working.work_off_some(sheet, at=NOON)
        assert set(states(sheet)) == {"submitted"}
        costs.append(len(counted))

    assert costs[0] == costs[1]


def test_what_a_dead_process_left_is_finished_by_running_again(client, desk, festival, clock_at):
    cups = goods(desk.merchant, 120)
    rows = [
        ReadRow(n, {"sku": cup.sku, "slot": "whole", "percent": "25"})
        for n, cup in enumerate(cups, 2)
    ]
    sheet = working.take_in(festival, desk.merchant, rows, name="x.csv", at=NOON, by=desk.member)
    working.work_off_some(sheet, at=NOON)  # and then the process died
    assert states(sheet) == {"submitted": 100, "waiting": 20}
    address = f"/merchant/{desk.merchant.slug}/sheets/{sheet.pk}/"
    page = client.get(address).text
    assert '<noscript><meta http-equiv="refresh"' in page
    assert 'value="100" max="120"' in page
    clock_at(NOON + timedelta(minutes=2))

    assert "The work seems to have stopped." in client.get(address).text
    client.post(address)
    run_queued_work()

    assert states(sheet) == {"submitted": 120}
    assert Nomination.objects.filter(product__title__startswith="Cup").count() == 120
    assert 'http-equiv="refresh"' not in client.get(address).text


def test_a_sheet_sent_in_time_and_worked_off_too_late_says_so(desk, festival):
    (cup,) = goods(desk.merchant, 1)
    cells = {"sku": cup.sku, "slot": "whole", "percent": "25"}
    sheet = working.take_in(
        festival, desk.merchant, [ReadRow(2, cells)], name="x", at=NOON, by=desk.member
    )
    type(festival).objects.filter(pk=festival.pk).update(enrol_closes=NOON)

    working.work_off_some(sheet, at=NOON)

    assert SheetRow.objects.get(sheet=sheet).text == "Enrolment for this festival is closed."


def test_a_store_passes_its_limit_in_no_sheet(client, desk, where, festival):
    type(festival).objects.filter(pk=festival.pk).update(max_nominations=3)
    cups = goods(desk.merchant, 4)

    sheet = send(client, where, csv_of([row(cup.sku, percent="25") for cup in cups]))

    assert states(sheet) == {"submitted": 2, "refused": 2}


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_sheet_do_each_row_once(clock_at):
    clock_at(NOON)
    festival = make.festival(
        starts_at=START + timedelta(days=30), ends_at=START + timedelta(days=40)
    )
    store = make.merchant()
    cups = goods(store, 150)
    make.nomination(cups[0], during=festival, percent=20)
    rows = [
        ReadRow(n, {"sku": cup.sku, "slot": "whole", "percent": "25"})
        for n, cup in enumerate(cups, 2)
    ]
    sheet = working.take_in(festival, store, rows, name="x", at=NOON, by=make.member(store))

    at_once([partial(working.work_off.func, sheet.pk)] * 3)

    assert states(sheet) == {"submitted": 149, "changed": 1}
    assert Nomination.objects.count() == 150
    assert ChangeLog.objects.filter(action="submit").count() == 150


def test_reading_stops_early_where_a_sheet_says_it_has_a_million_rows():
    book = Workbook()
    for line in (HEAD, row("A", percent="5")):
        book.active.append(line)
    book.active.cell(row=1_048_576, column=16_384).value = "far away"
    file = io.BytesIO()
    book.save(file)

    assert [found.number for found in read_sheet(io.BytesIO(file.getvalue()))] == [2]
