"""What this process and its children take: memory and work, as the system counts them."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MB = 1024 * 1024


@dataclass(slots=True)
class Taken:
    """What was taken in a while: MB above what there was, and seconds of work of the children."""

    memory: float = 0
    children: float = 0


@contextmanager
def taken() -> Iterator[Taken]:
    """Count what is taken inside; the result is there afterwards."""
    found = Taken()
    Path("/proc/self/clear_refs").write_text("5")  # the highest mark begins anew
    before, work = _status("VmRSS"), _work()
    yield found
    found.memory = (_status("VmHWM") - before) / MB
    found.children = _work() - work


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def _work() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
