"""Runs a process of a public demonstration, and lets it rest while everything is put back.

    python -m tools.scripts.demo_part worker python manage.py db_worker

USR1 ends the process and keeps its place; USR2 starts it again. When it ends by itself, this does.
"""

import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from tools.scripts.demo_leftovers import RUN

PATIENCE = 5  # seconds that it has to end by itself
TICK = 0.05


class Part:
    """One process, and whether it should be at work."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.is_wanted = True
        self.is_left = False
        self._note = note(name)
        self._command = command

    def run(self) -> int:
        """Run it until it ends unasked or somebody ends this; return the exit code."""
        self._note.unlink(missing_ok=True)
        while not self.is_left:
            child = subprocess.Popen(self._command)  # noqa: S603 (the command line is our own)
            while self.is_wanted and not self.is_left and child.poll() is None:
                time.sleep(TICK)
            if self.is_wanted and not self.is_left:
                return child.returncode
            _end(child)
            if not self.is_left:
                self._rest()
        return 0

    def _rest(self) -> None:
        self._note.touch()
        while not self.is_wanted and not self.is_left:
            time.sleep(TICK)
        self._note.unlink(missing_ok=True)

    def obey(self, number: int, _frame: FrameType | None) -> None:
        """Take a signal."""
        if number in (signal.SIGUSR1, signal.SIGUSR2):
            self.is_wanted = number == signal.SIGUSR2
        else:
            self.is_left = True


def note(name: str) -> Path:
    """Return the file that is there while a part rests."""
    return RUN / f"{name}.rests"


def _end(child: subprocess.Popen) -> None:
    child.terminate()
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def main() -> int:
    """Run what the command line names."""
    name, *command = sys.argv[1:]
    part = Part(name, command)
    for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, part.obey)
    return part.run()


if __name__ == "__main__":
    sys.exit(main())
