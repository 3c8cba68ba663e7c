"""The way of a sheet from the upload on: read apart, taken up again, stopped, forgotten."""

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

from shop.festivals.models import Nomination, NominationSheet, SheetFile, SheetRow
from shop.workspace.sheets import receiving, working
from shop.workspace.sheets.reading import ReadRow
from tests import make
from tests.crowd import at_once
from tests.hostile_sheets import a_million_cells
from tests.make import NOON, START
from tests.processes import environment
from tests.queue import run_queued_work
from tests.shop.workspace.sheets import csv_of, goods, row, states

LATER = NOON + timedelta(minutes=2)


def sheets_address(store, festival) -> str:
    return f"/merchant/{store.slug}/festivals/{festival.pk}/sheet/"


def page_of(sheet) -> str:
    return f"/merchant/{sheet.merchant.slug}/sheets/{sheet.pk}/"


def post(client, desk, file=None) -> NominationSheet:
    file = file or csv_of([row(desk.variant.sku, percent="25")])
    answer = client.post(sheets_address(desk.merchant, desk.festival), {"file": file})
    assert answer.status_code == 302, answer.text
    return NominationSheet.objects.latest("pk")


def die_while(point: str, sheet) -> None:
    """Let a worker be killed at a point of its work on a sheet."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.shop.workspace.dying", point, str(sheet.pk)],
        env=environment(), check=False, capture_output=True,
    )  # fmt: skip
    assert done.returncode == -9, done.stderr.decode()


def forget_queue() -> None:
    """Let what was queued be lost with its worker."""
    DBTaskResult.objects.all().delete()


@pytest.mark.django_db
def test_the_request_keeps_the_file_and_reads_nothing(client, desk):
    sheet = post(client, desk, SimpleUploadedFile("evil.xlsx", a_million_cells()))

    assert (sheet.state, sheet.rows.count()) == ("received", 0)
    page = client.get(page_of(sheet)).text
    assert "Your sheet is being read" in page
    assert "You can leave this page" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert 'hx-trigger="every 2s"' in page
    listed = client.get(sheets_address(desk.merchant, desk.festival)).text
    assert "Is being read" in listed
    assert 'type="file"' not in listed

    run_queued_work()

    sheet.refresh_from_db()
    assert sheet.state == "refused"
    page = client.get(page_of(sheet)).text
    assert "There is too much in this sheet to read it." in page
    assert 'http-equiv="refresh"' not in page
    assert "Could not be read" in client.get(sheets_address(desk.merchant, desk.festival)).text
    assert not SheetFile.objects.exists()


@pytest.mark.django_db
def test_a_store_has_one_sheet_in_work_at_a_time(client, desk):
    first = post(client, desk)

    for _state in ("received", "waiting"):
        answer = client.post(
            sheets_address(desk.merchant, desk.festival), {"file": csv_of([row("A", percent="5")])}
        )
        assert answer.status_code == 422
        assert "still being worked on" in answer.text
        assert page_of(first) in answer.text
        assert NominationSheet.objects.latest("pk") == first
        receiving.read_in.func(first.pk)

    run_queued_work()
    assert post(client, desk) != first


@pytest.mark.django_db
def test_a_sheet_that_waits_can_be_given_up(client, desk):
    sheet = post(client, desk)
    assert "Stop this sheet" in client.get(page_of(sheet)).text

    client.post(page_of(sheet), {"do": "stop"})

    sheet.refresh_from_db()
    assert (sheet.state, SheetFile.objects.exists()) == ("stopped", False)
    page = client.get(page_of(sheet)).text
    assert "This sheet was stopped" in page
    assert "Send another sheet" in page
    run_queued_work()
    assert not sheet.rows.exists()
    client.post(page_of(sheet), {"do": "stop"})  # twice does nothing
    client.post(page_of(sheet))  # nor does it go on
    sheet.refresh_from_db()
    assert (sheet.state, DBTaskResult.objects.count()) == ("stopped", 0)
    assert post(client, desk) != sheet


@pytest.mark.django_db
def test_a_sheet_whose_rows_wait_can_be_given_up_and_what_is_done_stays(client, desk):
    cups = goods(desk.merchant, 120)
    sheet = post(client, desk, csv_of([row(cup.sku, percent="25") for cup in cups]))
    receiving.read_in.func(sheet.pk)
    sheet.refresh_from_db()
    working.work_off_some(sheet, at=NOON)

    client.post(page_of(sheet), {"do": "stop"})
    run_queued_work()

    assert states(sheet) == {"submitted": 100, "refused": 20}
    assert "You stopped the sheet before this row." in client.get(page_of(sheet)).text
    refused = client.get(f"{page_of(sheet)}refused.csv").content.decode()
    assert cups[119].sku in refused


@pytest.mark.django_db
def test_sheets_are_forgotten_with_their_rows_and_files(client, desk, clock_at):
    waiting = post(client, desk)
    assert "deleted after 90 days" in client.get(sheets_address(desk.merchant, desk.festival)).text

    assert receiving.forget(at=NOON + timedelta(days=89)) == 0
    assert receiving.forget(at=NOON + timedelta(days=91)) == 2

    assert not NominationSheet.objects.exists()
    assert not SheetRow.objects.exists()
    assert not SheetFile.objects.exists()
    assert client.get(page_of(waiting)).status_code == 404
    run_queued_work()  # what was queued finds nothing, and says nothing
    assert Nomination.objects.count() == 1


@pytest.mark.django_db
def test_a_sheet_is_nobodys_business_but_its_stores(client, desk):
    sheet = post(client, desk)
    other = make.merchant()
    client.force_login(make.member(other))

    own = page_of(sheet).replace(desk.merchant.slug, other.slug)
    for address in (page_of(sheet), own):
        assert client.get(address).status_code == 404
        assert client.post(address, {"do": "stop"}).status_code == 404
        assert client.get(f"{address}refused.csv").status_code == 404
    sheet.refresh_from_db()
    assert sheet.state == "received"


@pytest.fixture
def store(clock_at, db):
    """Return a store that takes part in a festival, with what it may offer."""
    clock_at(NOON)
    festival = make.festival(
        starts_at=START + timedelta(days=30), ends_at=START + timedelta(days=40)
    )
    return part_of(festival)


def part_of(festival):
    merchant = make.merchant()
    (cup,) = goods(merchant, 1)
    make.nomination(cup, during=festival, percent=20)
    member = make.member(merchant)
    return merchant, festival, cup, member


def received(store, content=None) -> NominationSheet:
    merchant, festival, cup, member = store
    content = content or csv_of([row(cup.sku, percent="25")]).read()
    return receiving.receive(festival, merchant, content, name="x.csv", at=NOON, by=member)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", ["reading", "keeping", "working"])
def test_a_sheet_whose_worker_was_killed_is_taken_up_again(store, clock_at, point):
    sheet = received(store)
    if point == "working":
        receiving.read_in.func(sheet.pk)
    die_while(point, sheet)
    forget_queue()
    sheet.refresh_from_db()
    assert sheet.tries == 1

    assert receiving.take_up(at=NOON + timedelta(seconds=30)) == 0  # it may be at it
    clock_at(LATER)
    assert receiving.take_up(at=LATER) == 1
    assert receiving.take_up(at=LATER + timedelta(minutes=2)) == 0  # it is queued
    run_queued_work()

    sheet.refresh_from_db()
    assert (sheet.state, states(sheet), sheet.tries) == ("read", {"changed": 1}, 0)
    assert receiving.take_up(at=LATER + timedelta(hours=1)) == 0


@pytest.mark.django_db(transaction=True)
def test_a_sheet_that_kills_each_worker_is_told_so_in_the_end(store, clock_at):
    sheet = received(store)
    moments = (NOON + timedelta(minutes=2 * n) for n in count(1))
    for _try in range(receiving.MOST_TRIES):
        forget_queue()
        die_while("reading", sheet)
        clock_at(at := next(moments))
        assert receiving.take_up(at=at) == 1

    run_queued_work()

    sheet.refresh_from_db()
    assert sheet.state == "refused"
    assert "Save it as CSV and send that." in sheet.problem
    assert not SheetFile.objects.exists()
    assert receiving.take_up(at=next(moments)) == 0


@pytest.mark.django_db(transaction=True)
def test_rows_that_kill_each_worker_wait_for_the_store_to_decide(store, clock_at):
    sheet = received(store)
    receiving.read_in.func(sheet.pk)
    for turn in range(receiving.MOST_TRIES):
        die_while("working", sheet)
        at = NOON + timedelta(minutes=2 * turn + 2)
        clock_at(at)
        forget_queue()
        assert receiving.take_up(at=at) == int(turn + 1 < receiving.MOST_TRIES)
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

    kept = [sheet for sheet in sheets if isinstance(sheet, NominationSheet)]
    assert len(kept) == NominationSheet.objects.count() == SheetFile.objects.count() == 1
    assert all(isinstance(other, (NominationSheet, receiving.SheetInWork)) for other in sheets)


@pytest.mark.django_db
def test_a_sheet_that_is_stopped_while_it_is_read_is_not_taken_over(store):
    sheet = received(store)
    rows = [ReadRow(2, {"sku": store[2].sku, "slot": "whole", "percent": "25"})]

    receiving.stop(sheet, at=NOON)
    receiving._put(sheet.pk, rows, at=NOON)

    sheet.refresh_from_db()
    assert (sheet.state, sheet.rows.count()) == ("stopped", 0)


@pytest.mark.django_db(transaction=True)
def test_who_stops_a_sheet_while_it_is_read_has_stopped_it(store):
    for _turn in range(5):
        sheet = received(store)
        at_once([
            partial(receiving.read_in.func, sheet.pk),
            partial(receiving.stop, sheet, at=NOON),
        ])  # fmt: skip
        sheet.refresh_from_db()
        waiting = sheet.rows.filter(state="waiting").exists()
        assert (sheet.state, waiting) in {("stopped", False), ("read", False)}
        forget_queue()


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
    assert set(NominationSheet.objects.values_list("state", flat=True)) == {"refused"}
    assert NominationSheet.objects.filter(problem__contains="too much in this sheet").count() == 8
