"""A worker that is killed over a sheet: ``python -m tests.shop.workspace.dying POINT SHEET``.

It replaces one function in itself by its own end, so that the shop needs no hook for it.
"""

# ruff: noqa: E402 (models can be imported only after Django is set up)

import os
import signal
import sys
from typing import Any, NoReturn

import django

django.setup()

from shop.workspace.sheets import receiving, working

POINTS = {"reading": (receiving, "read_sheet"), "keeping": (receiving, "put_rows"),
          "working": (working, "submit_all")}  # fmt: skip


def die(*_args: Any, **_facts: Any) -> NoReturn:
    """End without a word to anybody, as by a power cut."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


if __name__ == "__main__":
    place, name = POINTS[sys.argv[1]]
    setattr(place, name, die)
    if sys.argv[1] == "working":
        working.work_off.func(int(sys.argv[2]))
    receiving.read_in.func(int(sys.argv[2]))
