"""Work for the child process that takes too much of everything."""

import os
import sys
import time
from importlib import import_module
from pathlib import Path


def answer(sent: bytes) -> bytes:
    """Do what is asked."""
    word, _blank, rest = sent.partition(b" ")
    return ASKED.get(word, lambda _rest: b"heard " + sent)(rest)


def _raise(_rest: bytes) -> bytes:
    raise ValueError("something nobody thought of")


def _loop(_rest: bytes) -> bytes:
    while True:
        pass


def _modules(rest: bytes) -> bytes:
    """Import a module, and tell which of the shop's frameworks came with it."""
    import_module(rest.decode())
    return ",".join(sorted({"django", "openpyxl", "psycopg"} & set(sys.modules))).encode()


ASKED = {
    b"memory": lambda _rest: bytes(bytearray(10**10)),
    b"loop": _loop,
    b"hang": lambda _rest: time.sleep(90),
    b"crash": lambda _rest: os.abort(),
    b"raise": _raise,
    b"talk": lambda _rest: bytes(10**7),
    b"write": lambda rest: Path(os.fsdecode(rest)).write_bytes(bytes(10)),
    b"environment": lambda _rest: ",".join(sorted(os.environ)).encode(),
    b"modules": _modules,
}
