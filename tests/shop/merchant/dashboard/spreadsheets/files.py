"""Sheets of nominations, as merchants send them in."""

from __future__ import annotations

import csv
import io

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from shop.catalogue.models import Variant
from shop.festivals.models import NominationSpreadsheet
from shop.merchant.dashboard.spreadsheets import receive, work
from tests import make
from tests.make import NOON
from tests.queue import run_queued_work

HEAD = ["SKU", "Slot", "Percent off", "Festival price", "Festival pieces", "Most per shopper"]
EVIL = '=HYPERLINK("http://evil.example")'


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


def send(client, where, file) -> NominationSpreadsheet:
    answer = client.post(where, {"file": file})
    assert answer.status_code == 302, answer.text
    run_queued_work()
    return NominationSpreadsheet.objects.latest("pk")


def read_already(festival, merchant, rows, *, by) -> NominationSpreadsheet:
    """Return a sheet of which the rows are there and wait."""
    sheet = NominationSpreadsheet.objects.create(
        festival=festival, merchant=merchant, by=by, name="x.csv", language="en", at=NOON,
        worked_at=NOON,
    )  # fmt: skip
    work.put_rows(sheet, rows, at=NOON)
    return sheet


def states(sheet) -> dict[str, int]:
    found: dict[str, int] = {}
    for state in sheet.rows.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def sheets_address(store, festival) -> str:
    return f"/merchant/{store.slug}/festivals/{festival.pk}/sheet/"


def page_of(sheet) -> str:
    return f"/merchant/{sheet.merchant.slug}/sheets/{sheet.pk}/"


def part_of(festival):
    merchant = make.merchant()
    (cup,) = goods(merchant, 1)
    make.nomination(cup, during=festival, percent=20)
    member = make.member(merchant)
    return merchant, festival, cup, member


def received(store, content=None) -> NominationSpreadsheet:
    merchant, festival, cup, member = store
    content = content or csv_of([row(cup.sku, percent="25")]).read()
    return receive.receive(festival, merchant, content, name="x.csv", at=NOON, by=member)
