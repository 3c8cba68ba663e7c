"""A file is at its place when it is whole, whenever its writer dies."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from shop.core.images.cleanup import LONGEST, forget_parts
from tests.full_disk import files_in
from tests.make import NOON

WRITER = """
import os, signal, sys
from django.conf import settings
from django.core.files.base import ContentFile
settings.configure()
from shop.core.images.storage import WholeFiles

class Dying(ContentFile):
    def chunks(self, chunk_size=None):
        yield b"half"
        os.kill(os.getpid(), signal.SIGKILL)

WholeFiles(location=sys.argv[1]).save("pictures/cup.jpg", Dying(b"whole"))
"""


def die_writing(place: Path) -> list[Path]:
    """Let a process die while it writes a file, and return what is left of it."""
    ended = subprocess.run([sys.executable, "-c", WRITER, str(place)], check=False)
    assert ended.returncode == -signal.SIGKILL
    return [place / name for name in files_in(place)]


def test_what_a_killed_process_began_to_write_is_at_no_place_and_gone_after_a_day(
    settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path

    (old,) = die_writing(tmp_path)
    age(old, LONGEST + 60)
    _old, young = sorted(die_writing(tmp_path), key=lambda part: part.stat().st_mtime)

    assert old.parent == young.parent == tmp_path / "parts"
    assert forget_parts(at=NOON) == 1
    assert files_in(tmp_path) == [str(young.relative_to(tmp_path))]


def test_where_nothing_was_ever_written_nothing_is_forgotten(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    assert forget_parts(at=NOON) == 0


def age(file: Path, seconds: int) -> None:
    """Make a file as old as that."""
    written = file.stat().st_mtime - seconds
    os.utime(file, (written, written))
