"""Works on strangers' files apart: in a child process that has only so much memory and time.

Whatever a file does to the library that reads it, it does to the child: the shop goes on, and
says that the file cannot be taken. The child knows no setting, no secret and no database.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread, Timer
from typing import IO, BinaryIO

from shop.core.isolation.child import LENGTH

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[3]
# What Python needs to find itself and its libraries; one arena, or threads would map 64 MB each.
PASSED_ON = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
FIXED = {"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """The limits of a child: bytes of memory, seconds of work, bytes of its answer.

    What works is stopped by the work it has done: on a busy machine a second of it takes many on
    the clock. The patience is for a child that waits for something and does nothing.
    """

    memory: int
    seconds: int
    answer: int
    patience: int = 120


class Overrun(Exception):
    """The child took more than it may, or died; there is no answer."""


def run_apart(module: str, sent: bytes, limits: ChildLimits) -> bytes:
    """Return the result of a module's ``answer(sent)``, worked out in a child process.

    The module is imported by the child alone, so that it should import little.

    Raises:
        Overrun: the child took too much memory or time, or died.
    """
    with _begun(module, limits, subprocess.PIPE) as child:
        answer = _answer_of(child, sent, limits)
    if child.returncode or len(answer) > limits.answer:
        log.warning("%s ended with %s over a file", module, child.returncode)
        raise Overrun(f"{module} ended with {child.returncode}")
    return answer


def stream_apart(module: str, file: IO[bytes], limits: ChildLimits) -> Iterator[bytes]:
    """Yield the parts of a module's ``answers(file)``, worked out in a child process.

    Neither the file nor its parts are held together in memory. Whoever stops asking stops the
    child.

    Args:
        file: one of the system, with a number, from its start; the child may go to and fro in it.

    Raises:
        Overrun: the child took too much memory or time, or died; after some parts, perhaps.
    """
    file.flush()
    file.seek(0)
    left = limits.answer
    with _begun(module, limits, file) as child:
        assert child.stdout  # noqa: S101 (a pipe, as asked for)
        end = Timer(limits.patience, child.kill)
        end.start()
        try:
            while head := child.stdout.read(LENGTH):
                length = int.from_bytes(head)
                left -= length
                part = child.stdout.read(length) if left >= 0 else b""
                if len(part) < length:
                    break
                yield part
            else:
                child.wait()
        finally:
            end.cancel()
            child.kill()  # does nothing to one that has ended
    if child.returncode:
        log.warning("%s ended with %s over a file", module, child.returncode)
        raise Overrun(f"{module} ended with {child.returncode}")


def _begun(module: str, limits: ChildLimits, sent: IO[bytes] | int) -> subprocess.Popen[bytes]:
    """Start a child that works with a module.

    Raises:
        Overrun: no process can be started: too many, or no memory at all.
    """
    command = [sys.executable, "-B", "-m", "shop.core.isolation.child", module]
    try:
        return subprocess.Popen(  # noqa: S603 (our own interpreter and our own module)
            [*command, str(limits.memory), str(limits.seconds)],
            stdin=sent,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ} | FIXED,
        )
    except OSError as error:
        raise Overrun(f"{module} could not be started") from error


def _answer_of(child: subprocess.Popen[bytes], sent: bytes, limits: ChildLimits) -> bytes:
    """Give a child its file and read its answer, within its limits."""
    assert child.stdin  # noqa: S101 (pipes, as asked for)
    assert child.stdout  # noqa: S101
    end = Timer(limits.patience, child.kill)
    end.start()
    giving = Thread(target=_give, args=(child.stdin, sent))
    giving.start()
    try:
        answer = child.stdout.read(limits.answer + 1)
        if len(answer) <= limits.answer:
            child.wait()
    finally:
        end.cancel()
        child.kill()  # does nothing to one that has ended
        giving.join()
    return answer


def _give(pipe: BinaryIO, sent: bytes) -> None:
    with suppress(OSError):  # it died, and its end says so
        pipe.write(sent)
    with suppress(OSError):
        pipe.close()
