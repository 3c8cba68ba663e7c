"""Many connections that send files to a shop that runs, and what its processes do meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from tests.hostile_files import chunk, png
from tests.patience import PATIENCE

CSRF = "a" * 32
BOUNDARY = "of-the-attack"


def grey(number: int = 0) -> bytes:
    """Return a picture of 39 KB whose 40 million grey pixels keep a decoder busy."""
    return png(6300, 6300, chunk(b"tEXt", b"Comment\0%d" % number))


def send(url: str, path: str, session: str, fields: dict[str, str | bytes]) -> tuple[int, str]:
    """Post fields, of which bytes are files, with somebody's session; return status and page."""
    parts = [_part("csrfmiddlewaretoken", CSRF), *(_part(*row) for row in fields.items())]
    body = b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
    cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}"
    connection = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    connection.request("POST", path, body, {"Content-Type": kind, "Cookie": cookies})
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def get(url: str, path: str) -> int:
    """Call up a page as somebody else, and return the status of the answer."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    return answer.status


class Decoders:
    """The processes that decode files under another one: all that were seen, most at once."""

    def __init__(self) -> None:
        """Begin with none."""
        self.seen: set[int] = set()
        self.most = 0


@contextmanager
def watched(pid: int) -> Iterator[Decoders]:
    """Look for decoders among the descendants of a process; each of them lives for long."""
    found, over = Decoders(), Event()

    def look() -> None:
        while not over.is_set():
            now = decoders_under(pid)
            found.seen |= now
            found.most = max(found.most, len(now))
            time.sleep(0.005)

    watching = Thread(target=look)
    watching.start()
    try:
        yield found
    finally:
        over.set()
        watching.join()


def decoders_under(pid: int) -> set[int]:
    """Return the processes under another one that work on a stranger's file."""
    parents, decoders = {}, set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with suppress(OSError, IndexError):
                stat = (folder / "stat").read_text().rpartition(") ")[2].split()
                parents[int(folder.name)] = int(stat[1])
                if b"shop.core.isolation.child" in (folder / "cmdline").read_bytes():
                    decoders.add(int(folder.name))
    return {one for one in decoders if pid in _above(one, parents)}


def _above(pid: int, parents: dict[int, int]) -> Iterator[int]:
    while pid := parents.get(pid, 0):
        yield pid


def _part(name: str, value: Any) -> bytes:
    file = f'; filename="{name}.png"' if isinstance(value, bytes) else ""
    content = value if isinstance(value, bytes) else str(value).encode()
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
    return head.encode() + content + b"\r\n"
