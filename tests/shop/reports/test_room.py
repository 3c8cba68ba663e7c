"""Whether there is room on the disk, and whether writes reach the backup, is looked at."""

import shutil
from collections import namedtuple
from datetime import timedelta

import pytest

from shop.reports import room
from tests.make import NOON

HOUR = timedelta(hours=1)

Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize(
    ("free", "standing"), [(30, "good"), (11, "good"), (9, "warn"), (5, "warn"), (4, "bad")]
)
def test_a_disk_that_fills_is_told_before_it_is_full(
    free, standing, monkeypatch, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    of = {str(tmp_path): Usage(100 << 30, 0, free << 30)}
    roomy = Usage(100 << 30, 0, 90 << 30)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: of.get(folder, roomy))

    assert room.disk(NOON) == (standing, f"{free}.0 of 100.0 GB are free.")


def test_a_folder_that_is_not_there_is_no_failure(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "nowhere"

    assert room.disk(NOON)[1].endswith("GB are free.")


@pytest.mark.django_db
def test_a_database_that_sends_nothing_on_is_asked():
    assert room.archive(NOON)[0] == "good"
    assert "nightly backups alone" in room.archive(NOON)[1]


@pytest.mark.parametrize(
    ("kept", "failed", "saved", "standing", "words"),
    [
        (NOON, None, None, "good", "Writes reach the backup."),
        (NOON, NOON - HOUR, NOON, "good", "Writes reach the backup."),
        (NOON, NOON - HOUR, NOON - 2 * HOUR, "warn", "those until 12 May, 11:00 UTC some may be"),
        (NOON, NOON - HOUR, None, "warn", "make a backup now"),
        (NOON, NOON + HOUR, NOON, "bad", "wait for the backup since 12 May, 12:00 UTC"),
        (None, NOON, None, "bad", "from the first one on"),
        (None, None, None, "good", "Writes reach the backup."),
    ],
)
def test_what_the_database_says_of_its_backup(kept, failed, saved, standing, words):
    found = room.judged("on", kept, failed, saved)

    assert found[0] == standing
    assert words in found[1]
