import errno
import fcntl
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

Line = dict[str, Any]


class Journal:
    """The state file: one JSON line per change, appended before the change is answered.

    A killed process loses at most the line it was writing, whose answer nobody saw. Opening the
    file writes it anew, without what was overwritten since, to a temporary file that then takes
    its place.
    """

    def __init__(self, path: Path) -> None:
        """Take the file at this path for this process; it need not exist yet.

        Raises:
            OSError: another process has it, or it cannot be written.
        """
        self.path = path
        self._file: BinaryIO | None = None
        # The file itself is replaced now and then, so a neighbour carries the lock.
        self._lock = path.with_name(f"{path.name}.lock").open("wb")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            self._lock.close()
            raise OSError(errno.EBUSY, "another sandbox uses this file", str(path)) from taken

    def read(self) -> list[Line]:
        """Return the lines in order, without a last one that was cut short."""
        if not self.path.exists():
            return []
        whole, _, _cut_short = self.path.read_bytes().rpartition(b"\n")
        return [json.loads(line) for line in whole.splitlines()]

    def rewrite(self, lines: Iterable[Line]) -> None:
        """Replace the file by these lines, all or nothing."""
        if self._file:
            self._file.close()
        fresh = self.path.with_name(f"{self.path.name}.new")
        with fresh.open("wb") as file:
            file.writelines(_encode(line) for line in lines)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
        self._file = self.path.open("ab")

    def append(self, lines: Iterable[Line]) -> None:
        """Add these lines in one write."""
        self._file.write(b"".join(_encode(line) for line in lines))
        self._file.flush()

    def close(self) -> None:
        """Let go of the file."""
        if self._file:
            self._file.close()
        self._lock.close()


def _encode(line: Line) -> bytes:
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"
