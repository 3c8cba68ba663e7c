"""Shows what a command is doing and how far it is."""

from __future__ import annotations

import shutil
import threading
import time
from typing import TextIO

WIDTH = 24
REDRAW_SECONDS = 0.1


class Progress:
    """One line that is drawn again and again on a terminal; elsewhere, a line for each work done.

    Several threads may report: a bar goes over all works that were begun.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._works: dict[str, tuple[int, int]] = {}
        self._drawn_at = 0.0
        self._lock = threading.Lock()

    def report(self, work: str, done: int, total: int) -> None:
        """Say how far a work is; a new name begins another one."""
        with self._lock:
            before = self._works.get(work)
            self._works[work] = (done, total)
            is_finished = done == total and before is not None and before[0] < total
            if self._is_terminal:
                self._draw(is_urgent=done == total or before is None)
            elif is_finished:
                self._write(f"{work}: {total:,}\n")

    def say(self, sentence: str) -> None:
        """Write a sentence above the line."""
        with self._lock:
            self._erase()
            self._write(f"{sentence}\n")

    def close(self) -> None:
        """Take the line away."""
        with self._lock:
            self._erase()

    def _draw(self, *, is_urgent: bool) -> None:
        if not is_urgent and time.monotonic() - self._drawn_at < REDRAW_SECONDS:
            return
        self._drawn_at = time.monotonic()
        shares = [done / total if total else 1 for done, total in self._works.values()]
        share = sum(shares) / len(shares)
        bar = ("#" * round(share * WIDTH)).ljust(WIDTH, ".")
        line = f"[{bar}] {share:4.0%}  {', '.join(self._unfinished())}"
        columns = shutil.get_terminal_size().columns
        self._write(f"\r\033[K{line[: columns - 1]}")

    def _unfinished(self) -> list[str]:
        return [
            f"{work} {done:,} of {total:,}"
            for work, (done, total) in self._works.items()
            if done < total
        ]

    def _erase(self) -> None:
        if self._is_terminal:
            self._write("\r\033[K")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
