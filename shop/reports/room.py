"""Looks whether there is room on the disk, and whether the database's writes reach the backup."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from shop.reports.models import Check

GOOD, WARN, BAD = Check.Standing.GOOD, Check.Standing.WARN, Check.Standing.BAD
LITTLE, LEAST = 0.10, 0.04
"""Parts of a disk that should be free. With none, nothing is sold: the database needs some."""
GIGABYTE = 1024**3
ARCHIVER = """
SELECT current_setting('archive_mode'), last_archived_time, last_failed_time
FROM pg_stat_archiver"""


def disk(_at: datetime) -> tuple[str, str]:
    """Look at the fullest of the disks on which pictures and large uploads lie."""
    folders = [tempfile.gettempdir()]
    if Path(settings.MEDIA_ROOT).is_dir():
        folders.append(str(settings.MEDIA_ROOT))
    used = min((shutil.disk_usage(folder) for folder in folders), key=lambda it: it.free / it.total)
    free = used.free / used.total
    words = f"{used.free / GIGABYTE:.1f} of {used.total / GIGABYTE:.1f} GB are free."
    return (GOOD if free > LITTLE else WARN if free > LEAST else BAD), words


def archive(_at: datetime) -> tuple[str, str]:
    """Ask the database whether what it writes is kept elsewhere as well. Two statements."""
    saved = Check.objects.filter(name="backup").values_list("at", flat=True).first()
    with connection.cursor() as cursor:
        cursor.execute(ARCHIVER)
        mode, kept, failed = cursor.fetchone()
    return judged(mode, kept, failed, saved)


def judged(
    mode: str, kept: datetime | None, failed: datetime | None, saved: datetime | None
) -> tuple[str, str]:
    """Judge what the database says of its archive.

    What waits too long is given up by the archive, and counts as taken: whether some was, nobody
    can tell from here, so that a backup has to follow.

    Args:
        kept: when something was last taken there.
        failed: when something was last refused.
        saved: when a whole backup was last made.
    """
    if mode == "off":
        return GOOD, "The database does not send its writes on: nightly backups alone hold them."
    if failed and (kept is None or failed > kept):
        since = f"since {kept:%d %b, %H:%M} UTC" if kept else "from the first one on"
        return BAD, f"Writes wait for the backup {since}: a place of it is silent or full."
    if failed and (saved is None or failed > saved):
        return WARN, (
            f"Writes reach the backup again. Of those until {failed:%d %b, %H:%M} UTC some may be"
            " missing there: make a backup now, or wait for the night."
        )
    return GOOD, "Writes reach the backup."
