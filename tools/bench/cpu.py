"""Reads from /proc what processes have used. Noisy neighbours bend it far less than the clock."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")  # in a second


@dataclass(frozen=True, slots=True)
class Process:
    """A process: whose child it is, and the ticks that it and its ended children used."""

    parent: int
    ticks: int


def seconds_of(root: int) -> float:
    """Return the CPU seconds that a process and all that descends from it have used so far."""
    known = dict(_processes())
    family = {root} & known.keys()
    while more := {pid for pid, found in known.items() if found.parent in family} - family:
        family |= more
    return sum(known[pid].ticks for pid in family) / TICKS


def parent_of(pid: int) -> int | None:
    """Return the parent of a process, or nothing where there is no such process."""
    found = _read(pid)
    return found.parent if found else None


def name_of(pid: int) -> str:
    """Return the name of a program, empty when there is no such process."""
    with suppress(OSError):
        return (PROC / str(pid) / "comm").read_text().strip()
    return ""


def _processes() -> Iterator[tuple[int, Process]]:
    for entry in os.listdir(PROC):
        if entry.isdigit() and (found := _read(int(entry))):
            yield int(entry), found


def _read(pid: int) -> Process | None:
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except OSError:  # it has ended meanwhile
        return None
    # The name of the program comes in brackets and may hold anything.
    fields = text.rpartition(")")[2].split()
    return Process(parent=int(fields[1]), ticks=sum(int(field) for field in fields[11:15]))
