"""The way of a sheet from the upload on: read apart, one at a time, stopped, forgotten."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django_tasks_db.models import DBTaskResult

from shop.festivals.models import Nomination, NominationSpreadsheet, SpreadsheetFile, SpreadsheetRow
from shop.merchant.dashboard.spreadsheets import receive, work
from tests import make
from tests.hostile_sheets import a_million_cells
from tests.make import NOON
from tests.queue import run_queued_work
from tests.shop.merchant.dashboard.spreadsheets.files import (
    csv_of,
    goods,
    page_of,
    row,
    sheets_address,
    states,
)


def post(client, desk, file=None) -> NominationSpreadsheet:
    file = file or csv_of([row(desk.variant.sku, percent="25")])
    answer = client.post(sheets_address(desk.merchant, desk.festival), {"file": file})
    assert answer.status_code == 302, answer.text
    return NominationSpreadsheet.objects.latest("pk")


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
    assert not SpreadsheetFile.objects.exists()


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
        assert NominationSpreadsheet.objects.latest("pk") == first
        receive.read_in.func(first.pk)

    run_queued_work()
    assert post(client, desk) != first


@pytest.mark.django_db
def test_a_sheet_that_waits_can_be_given_up(client, desk):
    sheet = post(client, desk)
    assert "Stop this sheet" in client.get(page_of(sheet)).text

    client.post(page_of(sheet), {"do": "stop"})

    sheet.refresh_from_db()
    assert (sheet.state, SpreadsheetFile.objects.exists()) == ("stopped", False)
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
    receive.read_in.func(sheet.pk)
    sheet.refresh_from_db()
    work.work_off_some(sheet, at=NOON)

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

    assert receive.forget(at=NOON + timedelta(days=89)) == 0
    assert receive.forget(at=NOON + timedelta(days=91)) == 2

    assert not NominationSpreadsheet.objects.exists()
    assert not SpreadsheetRow.objects.exists()
    assert not SpreadsheetFile.objects.exists()
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
