"""Prices at the desk as sheets: what changes between two moments, and the list at one."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from tests import make
from tests.budgets import statements
from tests.cms.dashboard.people import BEFORE
from tests.make import END, START

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def place(festival, rest=""):
    return f"/organize/festivals/{festival.pk}/{rest}"


def changes(desk, festival, first, second, **more):
    asked = {"first": first.isoformat(), "second": second.isoformat()} | more
    return desk.get(place(festival, "prices/changes/"), asked)


def test_what_changes_at_the_start_is_listed_and_nothing_else(desk, festival, kettle):
    other = make.variant(30_00)

    page = changes(desk, festival, START - SECOND, START).text

    assert kettle.sku in page
    assert other.sku not in page
    row = page.split(kettle.sku)[1].split("</tr>")[0]
    for part in ("$20.00", "$15.00", "-25&nbsp;%", "Harvest: whole"):
        assert part in row
    assert "Nothing costs anything else" in changes(desk, festival, START, START).text


def test_the_changes_come_as_csv_and_as_xlsx(desk, festival, kettle):
    kettle.product.title = "=HYPERLINK(1)"
    kettle.product.save()

    rows = list(
        csv.reader(
            StringIO(
                changes(desk, festival, START - SECOND, START, format="csv").text.lstrip("\ufeff")
            )
        )
    )
    book = changes(desk, festival, START - SECOND, START, format="xlsx")
    sheet = list(load_workbook(BytesIO(book.content)).active.values)

    assert rows[1][:3] == ["Product", "Variant", "SKU"]
    assert rows[2][0] == "'=HYPERLINK(1)"
    assert rows[2][5:8] == ["20.00", "15.00", "-25"]
    assert len(rows) == 3
    assert [float(value) for value in sheet[2][5:7]] == [20.0, 15.0]
    assert sheet[2][0] == "'=HYPERLINK(1)"


def test_pages_of_changes_lead_on_and_cost_the_same_statements(desk, festival):
    few = 13
    for _ in range(52):
        make.deal(make.variant(20_00), during=festival, price=15_00)

    changes(desk, festival, START - SECOND, START)
    with statements(most=few):
        page = changes(desk, festival, START - SECOND, START).text
    following = page.split('href="?')[-1].split('"')[0].replace("&amp;", "&")
    with statements(most=few):
        rest = desk.get(place(festival, f"prices/changes/?{following}")).text

    assert (page.count("SKU-"), rest.count("SKU-")) == (50, 3)


def test_the_price_list_of_a_past_moment_is_what_was_shown_then(desk, clock_at, festival, kettle):
    make.reprice(kettle, 33_00, at=END + timedelta(days=1))
    clock_at(END + timedelta(days=30))

    def price_at(at):
        answer = desk.get(
            place(festival, "prices/"),
            {"at_wall": f"{at:%Y-%m-%dT%H:%M}", "format": "csv"},
        )
        rows = list(csv.reader(StringIO(answer.text.lstrip("\ufeff"))))
        return next(row[6] for row in rows if row[2:3] == [kettle.sku])

    assert price_at(START - timedelta(minutes=1)) == "20.00"
    assert price_at(START) == "15.00"
    assert price_at(END - timedelta(minutes=1)) == "15.00"
    assert price_at(END) == "20.00"
    assert price_at(END + timedelta(days=2)) == "33.00"


def test_the_price_list_says_its_moment_in_both_zones_and_prints_on_one_page(desk, festival):
    for _ in range(60):
        make.variant()

    asked = {"at": START.isoformat(), "what": "shop"}
    page = desk.get(place(festival, "prices/"), asked).text
    printed = desk.get(place(festival, "prices/"), asked | {"format": "print"})

    assert "10 May 2027, 00:00:00 UTC" in page
    assert page.count("SKU-") == 50
    assert printed.text.count("SKU-") == 61
    following = page.split('href="?')[-1].split('"')[0].replace("&amp;", "&")
    second = desk.get(place(festival, f"prices/?{following}")).text
    assert second.count("SKU-") == 11
    assert "Page 2" in second


def test_the_price_list_is_that_of_the_festival_of_a_store_and_of_a_slot(desk, festival, kettle):
    loom = make.merchant(name="Loom")
    shawl, rug = (make.variant(40_00, of=make.product(of=loom)) for _ in range(2))
    night = make.slot(festival, label="Night")
    make.deal(shawl, during=night, price=30_00)
    festival.participations.create(product=rug.product)
    outside = make.variant(50_00)

    def listed(**asked):
        page = desk.get(place(festival, "prices/"), {"at": START.isoformat()} | asked).text
        return {row.sku for row in (kettle, shawl, rug, outside) if row.sku in page}

    assert listed() == {kettle.sku, shawl.sku, rug.sku}
    assert listed(what="shop") == {kettle.sku, shawl.sku, rug.sku, outside.sku}
    assert listed(store=loom.pk) == {shawl.sku, rug.sku}
    assert listed(slot=night.pk) == {shawl.sku}
    assert listed(slot=night.pk, store=kettle.product.merchant_id) == set()
    with statements(most=15) as few:
        listed(store=loom.pk)
    for _ in range(5):
        make.deal(make.variant(20_00), during=festival, price=15_00)
    with statements(most=15) as many:
        listed(store=loom.pk)
    assert len(few) == len(many)


def test_a_draft_is_compared_and_listed_as_planned(desk, clock_at, kettle):
    clock_at(BEFORE)
    draft = make.festival(state="draft")
    make.deal(kettle, during=draft, price=15_00)
    teapot = make.variant(30_00)
    make.nomination(teapot, during=draft, price=22_00)

    page = changes(desk, draft, START - SECOND, START).text
    waiting = changes(desk, draft, START - SECOND, START, waiting="on").text
    prices = desk.get(place(draft, "prices/"), {"at": START.isoformat()}).text

    assert "$15.00" in page
    assert teapot.sku not in page
    assert "$22.00" in waiting
    assert "$15.00" in prices
    assert "these are planned prices" in prices
