"""The child process of ``run``: bounds itself, then lets a module work on the bytes sent.

``python -m shop.core.isolation.child <module> <bytes of memory> <seconds>``

A module either has an ``answer`` to all bytes, or ``answers``: an iterator of parts, over a file
that it may read to and fro. Each part is sent with its length in front, in four bytes.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

NO_MEMORY = 70
NICE = 10
OPEN_FILES = 64
LENGTH = 4  # bytes in front of a part


def bound(memory: int, seconds: int) -> None:
    """Bound the memory, time and files of this process. There is no way back."""
    import resource  # noqa: PLC0415 (there is none on Windows)

    for what, most in {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: seconds,  # should its parent die before it can stop it
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }.items():
        with suppress(OSError, ValueError):  # a system that knows no such limit
            resource.setrlimit(what, (most, most))


def offer_to_die_first() -> None:
    """Tell the system which process to stop where memory runs out: this one, not the shop."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def let_others_go_first() -> None:
    """Leave the processor to those who shop: who decodes a file waits for what they leave."""
    with suppress(AttributeError, OSError):  # there is none on Windows
        os.nice(NICE)


def main(module: str, memory: str, seconds: str) -> int:
    """Read one file from standard input, and write the module's answer to standard output."""
    offer_to_die_first()
    let_others_go_first()
    with suppress(ImportError):
        bound(int(memory), int(seconds))
    room = import_module(module)
    try:
        if hasattr(room, "answers"):
            for part in room.answers(sys.stdin.buffer):
                sys.stdout.buffer.write(len(part).to_bytes(LENGTH) + part)
        else:
            sys.stdout.buffer.write(room.answer(sys.stdin.buffer.read()))
    except MemoryError:
        return NO_MEMORY
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    # Without the clearing up of Python: what a decoder left behind could hang there.
    code = main(*sys.argv[1:])
    os._exit(code)
