"""The pages of a demonstration are written by a process of their own, beside the orders."""

import io
import subprocess
import sys
import time

import pytest
from django.conf import settings as configured
from django.db import connection
from wagtail.models import Page

from sample.apart import LOCK, PagesFailed, pages_beside
from sample.loading import write_rows
from sample.progress import Progress
from tests.patience import PATIENCE
from tests.processes import environment
from tests.sample.loaded import DAY_0, root_collection, six

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]
WAITS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND NOT granted"


@pytest.fixture
def rows(demo, monkeypatch):
    """Write the rows of some stores without a page, where other processes see them."""
    own = {"DJANGO_SETTINGS_MODULE": "config.settings", "DEMO": "1", "DEBUG": "1",
           "STRIPE_BASE_URL": "http://127.0.0.1:1"}  # fmt: skip
    for name, value in (environment() | own).items():
        monkeypatch.setenv(name, value)
    root_collection()
    write_rows(six(DAY_0), Progress(io.StringIO()), has_pages=False)
    assert not Page.objects.filter(depth__gt=2).exists()


def beside():
    return pages_beside(Progress(io.StringIO()))


def test_they_are_there_when_both_are_done(rows):
    with beside() as pages:
        assert not pages.were_written

    assert pages.were_written
    made = Page.objects.filter(depth__gt=2)
    assert made.filter(slug="paying-and-safety").count() == len(configured.LANGUAGES)
    before = set(Page.objects.values_list("pk", flat=True))
    with beside() as pages:
        pass
    assert not pages.were_written
    assert set(Page.objects.values_list("pk", flat=True)) == before


def test_that_they_failed_is_said(rows, monkeypatch):
    monkeypatch.setenv("DEMO", "0")

    with pytest.raises(PagesFailed), beside():
        pass


def test_with_an_error_beside_they_end(rows):
    with pytest.raises(ZeroDivisionError), beside():
        raise ZeroDivisionError

    assert not Page.objects.filter(slug="paying-and-safety").exists()


def test_a_second_writer_of_pages_waits(rows):
    def look(sql, *facts):
        with connection.cursor() as cursor:
            cursor.execute(sql, facts)
            return cursor.fetchone()[0]

    look("SELECT pg_advisory_lock(%s, 0)", LOCK)
    second = subprocess.Popen([sys.executable, configured.BASE_DIR / "manage.py", "load_pages"])
    try:
        until = time.monotonic() + PATIENCE
        while not look(WAITS, LOCK):
            assert second.poll() is None
            assert time.monotonic() < until
            time.sleep(0.1)
        assert not Page.objects.filter(depth__gt=2).exists()
        assert look("SELECT pg_advisory_unlock(%s, 0)", LOCK)
        assert second.wait(PATIENCE) == 0
    finally:
        second.kill()
        second.wait()
    assert Page.objects.filter(slug="paying-and-safety").exists()
