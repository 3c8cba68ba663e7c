"""Workers that are killed over sheets, and many sheets at once."""

import subprocess
import sys
import time
from datetime import timedelta
from functools import partial
from itertools import count

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_tasks_db.models import DBTaskResult

from shop.festivals.models import NominationSpreadsheet, SpreadsheetFile
from shop.merchant.dashboard.spreadsheets import receive
from shop.merchant.dashboard.spreadsheets.read import ReadRow
from tests import make
from tests.crowd import at_once
from tests.hostile_sheets import a_million_cells
from tests.make import NOON, START
from tests.processes import environment
from tests.queue import run_queued_work
from tests.shop.merchant.dashboard.spreadsheets.files import (
    page_of,
    part_of,
    received,
    sheets_address,
    states,
)

LATER = NOON + timedelta(minutes=2)


def die_while(point: str, sheet) -> None:
    """Let a worker be killed at a point of its work on a sheet."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.shop.merchant.dashboard.spreadsheets.dying", point,
         str(sheet.pk)],
        env=environment(), check=False, capture_output=True,
    )  # fmt: skip
    assert done.returncode == -9, done.stderr.decode()


def forget_queue() -> None:
    """Let what was queued be lost with its worker."""
    DBTaskResult.objects.all().delete()


@pytest.fixture
def store(clock_at, db):
    """Return a store that takes part in a festival, with what it may offer."""
    clock_at(NOON)
    festival = make.festival(
        starts_at=START + timedelta(days=30), ends_at=START + timedelta(days=40)
    )
    return part_of(festival)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", ["reading", "keeping", "working"])
def test_a_sheet_whose_worker_was_killed_is_taken_up_again(store, clock_at, point):
    sheet = received(store)
    if point == "working":
        receive.read_in.func(sheet.pk)
    die_while(point, sheet)
    forget_queue()
    sheet.refresh_from_db()
    assert sheet.tries == 1

    assert receive.take_up(at=NOON + timedelta(seconds=30)) == 0  # it may be at it
    clock_at(LATER)
    assert receive.take_up(at=LATER) == 1
    assert receive.take_up(at=LATER + timedelta(minutes=2)) == 0  # it is queued
    run_queued_work()

    sheet.refresh_from_db()
    assert (sheet.state, states(sheet), sheet.tries) == ("read", {"changed": 1}, 0)
    assert receive.take_up(at=LATER + timedelta(hours=1)) == 0


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_a_sheet_that_kills_each_worker_is_told_so_in_the_end(store, clock_at):
    sheet = received(store)
    moments = (NOON + timedelta(minutes=2 * n) for n in count(1))
    for _try in range(receive.MOST_TRIES):
        forget_queue()
        die_while("reading", sheet)
        clock_at(at := next(moments))
        assert receive.take_up(at=at) == 1

    run_queued_work()

    sheet.refresh_from_db()
    assert sheet.state == "refused"
    assert "Save it as CSV and send that." in sheet.problem
    assert not SpreadsheetFile.objects.exists()
    assert receive.take_up(at=next(moments)) == 0


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_rows_that_kill_each_worker_wait_for_the_store_to_decide(store, clock_at):
    sheet = received(store)
    receive.read_in.func(sheet.pk)
    for turn in range(receive.MOST_TRIES):
        die_while("working", sheet)
        at = NOON + timedelta(minutes=2 * turn + 2)
        clock_at(at)
        forget_queue()
        assert receive.take_up(at=at) == int(turn + 1 < receive.MOST_TRIES)
    client = Client()
    client.force_login(store[3])
    clock_at(at + timedelta(hours=1))

    page = client.get(page_of(sheet)).text
    assert "The work seems to have stopped." in page
    assert "Stop this sheet" in page
    client.post(page_of(sheet))
    run_queued_work()

    assert states(sheet) == {"changed": 1}


@pytest.mark.django_db(transaction=True)
def test_of_eight_sheets_at_once_a_store_has_one_in_work(store):
    sheets = at_once([partial(received, store)] * 8)

    kept = [sheet for sheet in sheets if isinstance(sheet, NominationSpreadsheet)]
    assert (
        len(kept) == NominationSpreadsheet.objects.count() == SpreadsheetFile.objects.count() == 1
    )
    assert all(isinstance(other, (NominationSpreadsheet, receive.SheetInWork)) for other in sheets)


@pytest.mark.django_db
def test_a_sheet_that_is_stopped_while_it_is_read_is_not_taken_over(store):
    sheet = received(store)
    rows = [ReadRow(2, {"sku": store[2].sku, "slot": "whole", "percent": "25"})]

    receive.stop(sheet, at=NOON)
    receive._put(sheet.pk, rows, at=NOON)

    sheet.refresh_from_db()
    assert (sheet.state, sheet.rows.count()) == ("stopped", 0)


@pytest.mark.django_db(transaction=True)
def test_who_stops_a_sheet_while_it_is_read_has_stopped_it(store):
    for _turn in range(5):
        sheet = received(store)
        at_once([
            partial(receive.read_in.func, sheet.pk),
            partial(receive.stop, sheet, at=NOON),
        ])  # fmt: skip
        sheet.refresh_from_db()
        waiting = sheet.rows.filter(state="waiting").exists()
        assert (sheet.state, waiting) in {("stopped", False), ("read", False)}
        forget_queue()


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_eight_hostile_sheets_at_once_leave_the_shop_answering(store):
    festival = store[1]
    stores = [store, *(part_of(festival) for _n in range(7))]
    evil = a_million_cells()
    assert len(evil) < 8_000
    before = time.process_time()

    def send(own):
        client = Client()
        client.force_login(own[3])
        file = SimpleUploadedFile("evil.xlsx", evil)
        return client.post(sheets_address(own[0], festival), {"file": file}).status_code

    assert at_once([partial(send, own) for own in stores]) == [302] * 8
    assert time.process_time() - before < 10  # of this process: pages and nothing of the sheets

    worker = subprocess.Popen(
        [sys.executable, "manage.py", "db_worker", "--batch"], env=environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    before, pages = time.process_time(), 0
    while worker.poll() is None:
        assert Client().get("/products/").status_code == 200
        pages += 1
    assert pages
    assert worker.returncode == 0
    assert set(NominationSpreadsheet.objects.values_list("state", flat=True)) == {"refused"}
    assert (
        NominationSpreadsheet.objects.filter(problem__contains="too much in this sheet").count()
        == 8
    )
