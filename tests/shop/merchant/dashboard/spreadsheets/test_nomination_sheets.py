"""Case 84: a sheet of nominations, its bad rows told by row and reason, twice the same as once."""

from datetime import timedelta
from functools import partial

import pytest

from shop.festivals.models import ChangeLog, Nomination, SpreadsheetRow
from shop.festivals.nominations import approve, decide
from shop.merchant.dashboard.spreadsheets import work
from shop.merchant.dashboard.spreadsheets.read import ReadRow
from tests import make
from tests.budgets import statements
from tests.crowd import at_once
from tests.make import NOON, START
from tests.queue import run_queued_work
from tests.shop.merchant.dashboard.spreadsheets.files import (
    EVIL,
    csv_of,
    goods,
    read_already,
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
    decide.request_changes(made, "Lower?", at=NOON, by=make.user())

    assert states(send(client, where, file())) == {"same": 1}
    made.refresh_from_db()
    assert made.state == "changes_requested"

    approved = Nomination.objects.get(pk=desk.nomination.pk)
    approve.approve(approved, at=NOON)
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
        ({"percent": "25", "price": "15"}, "price", "one kind of deal only"),
        ({"percent": EVIL}, "percent", "not a formula"),
        ({"percent": "25", "units": "-3"}, "units", "Enter a whole number from 1 to"),
        ({"percent": "25", "units": "5000"}, "units", "only 50 units are free"),
        ({"percent": "25", "limit": "x"}, "limit", "Enter a whole number"),
        ({"price": "cheap"}, "price", "Enter a price in USD, like 48.00"),
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


def test_a_hundred_rows_cost_the_same_as_ten(desk, festival):
    costs = []
    for count in (10, 100):
        cups = goods(desk.merchant, count)
        rows = [
            ReadRow(n, {"sku": cup.sku, "slot": "whole", "percent": "25", "units": "3"})
            for n, cup in enumerate(cups, 2)
        ]
        sheet = read_already(festival, desk.merchant, rows, by=desk.member)
        with statements(most=40) as counted:
            work.work_off_some(sheet, at=NOON)
        assert set(states(sheet)) == {"submitted"}
        costs.append(len(counted))

    assert costs[0] == costs[1]


def test_what_a_dead_process_left_is_finished_by_running_again(client, desk, festival, clock_at):
    cups = goods(desk.merchant, 120)
    rows = [
        ReadRow(n, {"sku": cup.sku, "slot": "whole", "percent": "25"})
        for n, cup in enumerate(cups, 2)
    ]
    sheet = read_already(festival, desk.merchant, rows, by=desk.member)
    work.work_off_some(sheet, at=NOON)  # and then the process died
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
    sheet = read_already(festival, desk.merchant, [ReadRow(2, cells)], by=desk.member)
    type(festival).objects.filter(pk=festival.pk).update(enrol_closes=NOON)

    work.work_off_some(sheet, at=NOON)

    assert SpreadsheetRow.objects.get(sheet=sheet).text == "Enrolment for this festival is closed."


def test_a_late_sheet_is_told_to_its_end_with_a_row_that_is_wrong_by_itself(desk, festival):
    (cup,) = goods(desk.merchant, 1)
    rows = [{"sku": sku, "slot": "whole", "percent": "25"} for sku in ("NOBODYS", cup.sku)]
    read = [ReadRow(number, cells) for number, cells in enumerate(rows, 2)]
    sheet = read_already(festival, desk.merchant, read, by=desk.member)
    type(festival).objects.filter(pk=festival.pk).update(enrol_closes=NOON)

    work.work_off_some(sheet, at=NOON)

    assert states(sheet) == {"refused": 2}
    wrong, late = SpreadsheetRow.objects.filter(sheet=sheet)
    assert wrong.column == "sku"
    assert late.text == "Enrolment for this festival is closed."


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
    sheet = read_already(festival, store, rows, by=make.member(store))

    at_once([partial(work.work_off.func, sheet.pk)] * 3)

    assert states(sheet) == {"submitted": 149, "changed": 1}
    assert Nomination.objects.count() == 150
    assert ChangeLog.objects.filter(action="submit").count() == 150
