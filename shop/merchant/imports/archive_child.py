"""Takes the pictures out of an archive in a child process, one after the other. No Django here.

Each part is a name, a line's end and the picture. What is no picture by its first bytes, what is
too large, and everything beyond the limits is passed over.
"""

from __future__ import annotations

import json
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

MOST_FILES = 3_000
MOST_BYTES = 10 * 1024 * 1024
MOST_IN_ALL = 400 * 1024 * 1024
PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
BRANDS = b"ftyp"  # HEIC and AVIF, behind four bytes
LONGEST_NAME = 120  # of a path, from its end
RAISED = (zipfile.BadZipFile, zlib.error, OSError, ValueError, LookupError, EOFError,
          NotImplementedError, RuntimeError)  # fmt: skip


def answers(source: BinaryIO) -> Iterator[bytes]:
    """Yield the pictures of an archive, or an empty part where it is none."""
    try:
        with zipfile.ZipFile(source) as file:
            yield from _pictures(file)
    except RAISED:
        yield b""


def key_of(path: str) -> str:
    """Return the path of a file as it is kept and looked for: in small letters, its end."""
    return path.replace("\\", "/").strip("/").casefold()[-LONGEST_NAME:]


def _pictures(file: zipfile.ZipFile) -> Iterator[bytes]:
    left = MOST_IN_ALL
    for part in file.infolist()[:MOST_FILES]:
        name = key_of(part.filename)
        is_strange = part.flag_bits & 1 or part.compress_type not in PACKED
        if part.is_dir() or is_strange or not name or posixpath.basename(name).startswith("."):
            continue
        try:
            with file.open(part) as opened:
                content = opened.read(MOST_BYTES + 1)
        except RAISED:
            continue
        left -= len(content)
        if left < 0:
            return
        if len(content) <= MOST_BYTES and _is_picture(content):
            yield json.dumps(name).encode() + b"\n" + content


def _is_picture(content: bytes) -> bool:
    return content.startswith(STARTS) or content[4:8] == BRANDS
