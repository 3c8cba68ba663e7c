"""A worker that is killed over a sheet, again and again, ends like one that nobody disturbed."""

import random
import subprocess
import sys
from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from shop.catalogue.models import Product, Variant
from shop.catalogue.stock.models import StockMove
from shop.festivals.models import RegularPrice
from shop.merchant.imports import columns, receive
from shop.merchant.imports.models import BroughtProduct, CatalogueSpreadsheet
from tests.crowd import at_once
from tests.make import NOON
from tests.processes import environment
from tests.queue import run_queued_work
from tests.shop.merchant.imports.bringing import csv_of, sent, store, told

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = ["product", "name", "category", "option 1", "value 1", "sku", "price", "stock", "weight_g"]
ROWS = [[f"P{n}", f"Pot {n}", "home", "Size", size, f"P{n}-{size}", f"{n + 1}.00", str(n), "300"]
        for n in range(30) for size in "SML"]  # fmt: skip


def killed_after(steps: int, sheet: CatalogueSpreadsheet) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.shop.merchant.imports.dying", str(sheet.pk), str(steps)],
        env=environment(), check=False, capture_output=True,
    )  # fmt: skip
    assert done.returncode == -9, done.stderr.decode()


def begun(own, sheet) -> CatalogueSpreadsheet:
    columns.match(sheet, sheet.fields, sheet.choices, at=NOON)
    receive.begin(sheet, "checking", at=NOON, by=sheet.by)
    return sheet


@pytest.mark.long
def test_a_worker_that_is_killed_five_times_ends_like_an_undisturbed_one(clock_at):
    clock_at(NOON)
    own, chance = store(), random.Random(2026)
    sheet = begun(own, sent(own, csv_of([HEAD, *ROWS])))
    run_queued_work()
    sheet.refresh_from_db()
    receive.begin(sheet, "writing", at=NOON, by=sheet.by)

    for n in range(1, 6):
        killed_after(chance.randint(0, 5), sheet)
        DBTaskResult.objects.all().delete()
        later = NOON + n * timedelta(minutes=2)
        clock_at(later)
        assert receive.take_up(at=later) == 1
    run_queued_work()

    sheet.refresh_from_db()
    assert sheet.state == "done"
    assert set(sheet.rows.values_list("state", "outcome")) == {("done", "new")}
    counts = [table.objects.count() for table in (Product, Variant, RegularPrice, BroughtProduct)]
    assert counts == [30, 90, 90, 30]
    assert StockMove.objects.count() == 0
    first = Product.objects.get(title="Pot 7")
    assert told(first)["sizes"] == [
        (f"P7-{size}", (size,), 8_00, 7, 300) for size in "SML"
    ]  # fmt: skip


def test_two_workers_at_one_sheet_do_nothing_twice(clock_at):
    clock_at(NOON)
    own = store()
    sheet = begun(own, sent(own, csv_of([HEAD, *ROWS[:30]])))
    run_queued_work()
    sheet.refresh_from_db()
    receive.begin(sheet, "writing", at=NOON, by=sheet.by)

    at_once([lambda: receive.work_on.func(sheet.pk)] * 4)
    run_queued_work()

    sheet.refresh_from_db()
    assert sheet.state == "done"
    assert (Product.objects.count(), Variant.objects.count()) == (10, 30)
    assert BroughtProduct.objects.count() == 10


def test_of_sheets_that_are_sent_at_once_a_store_has_one_in_work(clock_at):
    clock_at(NOON)
    own = store()
    content = csv_of([HEAD, *ROWS[:3]])

    answers = at_once([
        lambda: receive.receive(own, [content], name="x.csv", at=NOON, by=own.owner)
    ] * 6)  # fmt: skip

    refused = [one for one in answers if isinstance(one, receive.SheetWaits)]
    assert (len(refused), CatalogueSpreadsheet.objects.count()) == (5, 1)
