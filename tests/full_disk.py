"""A disk that has no room: a real small one where we may mount it, and else a quota of our own."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def quota(most: int) -> Iterator[None]:
    """Let this process write no file beyond so many bytes: the rest of it fails half way.

    It needs no rights, and the system refuses the write itself, as a full disk does.
    """
    before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))


@contextmanager
def small_disk(place: Path, most: int) -> Iterator[bool]:
    """Mount a file system of so many bytes at a folder; tell whether we may."""
    place.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={most}", "tmpfs", place]
    is_there = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield is_there
    finally:
        if is_there:
            subprocess.run(["umount", "-l", place], check=True)


def files_in(place: Path) -> list[str]:
    """Return the names of all files in a folder."""
    return sorted(str(path.relative_to(place)) for path in place.rglob("*") if path.is_file())
