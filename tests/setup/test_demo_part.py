"""A part of a public demonstration rests while everything is put back, and starts again."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
CHILD = """
import os, pathlib, sys, time
with open("starts", "a") as starts:
    print(os.getpid(), file=starts, flush=True)
while not pathlib.Path("fails").exists():
    time.sleep(0.02)
sys.exit(3)
"""


@pytest.fixture
def part(tmp_path):
    for folder in ("tools/scripts", "config"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / ".run").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.scripts.demo_part", "worker", sys.executable, "-c", CHILD],
        cwd=tmp_path,
    )
    yield process, tmp_path
    process.kill()
    for pid in starts(tmp_path):
        if is_alive(pid):
            os.kill(pid, signal.SIGKILL)


def starts(folder):
    file = folder / "starts"
    return [int(line) for line in file.read_text().splitlines()] if file.exists() else []


def is_alive(pid):
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_until(is_so):
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_it_rests_and_starts_again_and_ends_when_told(part):
    process, folder = part
    note = folder / ".run" / "worker.rests"
    wait_until(lambda: len(starts(folder)) == 1)

    process.send_signal(signal.SIGUSR1)
    wait_until(note.exists)
    assert not is_alive(starts(folder)[0])
    assert process.poll() is None

    process.send_signal(signal.SIGUSR2)
    wait_until(lambda: len(starts(folder)) == 2)
    assert not note.exists()

    process.terminate()
    assert process.wait(PATIENCE) == 0
    assert not is_alive(starts(folder)[1])


def test_when_its_process_ends_by_itself_it_ends_too(part):
    process, folder = part
    wait_until(lambda: len(starts(folder)) == 1)

    (folder / "fails").touch()

    assert process.wait(PATIENCE) == 3
