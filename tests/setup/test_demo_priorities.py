"""What draws and mails in a demonstration lets whoever looks at a page go first."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tools.scripts import demo_processes

SAYS = """
import os, pathlib
print(os.getpid(), os.nice(0))
group = pathlib.Path("/proc/self/autogroup")
print(group.read_text() if group.exists() else "none")
"""
HAS_GROUPS = os.access("/proc/self/autogroup", os.W_OK)


def said(command):
    process = subprocess.Popen(
        [*command, sys.executable, "-c", SAYS], stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    told, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    return process.pid, told.split("\n")[:2]


def test_it_keeps_its_number_and_is_as_nice_as_asked():
    pid, (facts, _group) = said(demo_processes.after_others(10))

    assert facts == f"{pid} {min(19, os.nice(0) + 10)}"
    assert said(demo_processes.last_of_all())[1][0].endswith(" 19")


@pytest.mark.skipif(not HAS_GROUPS, reason="this kernel does not share out among sessions")
def test_its_session_is_as_nice_as_the_process():
    _pid, (_facts, group) = said(demo_processes.after_others(10))

    assert group.endswith(" nice 10")
    # Empty where no session was ever begun, as in some containers.
    mine = Path("/proc/self/autogroup").read_text().strip()
    assert mine.split(" nice ")[0] != group.split(" nice ")[0]
    assert not mine.endswith(" nice 10")


def test_web_comes_before_all_others():
    commands = demo_processes.commands(8000, 8421)

    assert commands["web"][0] == sys.executable
    assert commands["worker"][:4] == demo_processes.after_others(19)
    assert commands["beat"][:4] == demo_processes.after_others(10)
