"""Writes the sample's pages in a process of their own: they need the stores, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection
from wagtail.models import Page

from sample.progress import Progress

WORK = "Writing pages"
LOCK = 41_101  # beside those of the beat


class Pages:
    """Whether pages were written beside the block, once it is left."""

    were_written = False


class PagesFailed(Exception):
    """The process that writes the pages failed; it has said why."""


@contextmanager
def pages_beside(progress: Progress) -> Iterator[Pages]:
    """Write the pages beside the block, and leave it when both are done.

    Raises:
        PagesFailed: they could not be written.
    """
    pages, before = Pages(), Page.objects.count()
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "load_pages"]
    writing = subprocess.Popen(command)  # noqa: S603 (the command line is our own)
    try:
        yield pages
        progress.report(WORK, 0, 1)
        if writing.wait():
            raise PagesFailed
        pages.were_written = Page.objects.count() > before
        progress.report(WORK, 1, 1)
    finally:
        writing.terminate()
        writing.wait()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait for a writer whose load was killed meanwhile; the tree of pages has one writer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, 0)", [LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, 0)", [LOCK])
