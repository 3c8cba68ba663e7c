"""Starts a server at a socket that is open already, as systemd does with a unit of a socket."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from socket import socket
from typing import IO

FIRST = 3
"""The number under which the server finds the socket."""
HAND_OVER = f"""
import os, sys
os.dup2(int(sys.argv[1]), {FIRST})
os.environ |= {{"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}}
os.execv(sys.argv[2], sys.argv[2:])
"""


def serve_at(
    door: socket, command: Sequence[str], folder: Path, around: Mapping[str, str], log: IO[bytes]
) -> "subprocess.Popen[bytes]":
    """Start a command in a folder; it takes what comes in at the door, which stays open after it.

    Args:
        log: where it says what it says.
    """
    line = [sys.executable, "-c", HAND_OVER, str(door.fileno()), *command]
    return subprocess.Popen(
        line, cwd=folder, env=around, pass_fds=[door.fileno()], stdin=subprocess.DEVNULL,
        stdout=log, stderr=log,
    )  # fmt: skip
