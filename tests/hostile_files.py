"""Files that pretend to be pictures, or are pictures made to hurt. Each is made anew from code."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO

from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SCRIPT = b"<script>alert(document.cookie)</script>"


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480), mode: str = "RGB",
            **options: object) -> bytes:  # fmt: skip
    """Return an ordinary picture."""
    made = BytesIO()
    Image.new(mode, size, "orange").save(made, kind, **options)
    return made.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *middle: bytes, rows: bytes | None = None) -> bytes:
    """Return a PNG of grey pixels that is small as a file however large it says it is."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    data = zlib.compress(rows if rows is not None else bytes(height * (width + 1)), 9)
    return SIGNATURE + head + b"".join(middle) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def colours(width: int, height: int, *, kind: int, bits: int) -> bytes:
    """Return a PNG of a colour type of the standard, all zeros: small as a file.

    Args:
        kind: 0 grey, 2 RGB, 3 palette, 4 grey with transparency, 6 RGB with transparency.
        bits: of one value.
    """
    values = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0))
    palette = chunk(b"PLTE", bytes(768)) + chunk(b"tRNS", bytes(256)) if kind == 3 else b""
    rows = zlib.compress(bytes(height * (width * values * bits // 8 + 1)), 6)
    return SIGNATURE + head + palette + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def lying_webp() -> bytes:
    """A WebP of a few bytes that says that it is 16,383 pixels long and wide."""
    size = 16_382
    head = b"\x2f" + (size | size << 14).to_bytes(4, "little")
    body = b"WEBPVP8L" + struct.pack("<I", len(head) + 1) + head + b"\0"
    return b"RIFF" + struct.pack("<I", len(body)) + body


def pixel_bomb() -> bytes:
    """900 million pixels in a few bytes."""
    return png(30_000, 30_000, rows=b"\0")


def bomb_under_pillows_limit() -> bytes:
    """Fifty million pixels: Pillow would only warn."""
    return png(10_000, 5_000)


def text_bomb() -> bytes:
    """A text of 60 MB, compressed to 60 KB, beside a small picture."""
    text = b"Comment\0\0" + zlib.compress(bytes(60_000_000), 9)
    return png(400, 400, chunk(b"zTXt", text))


def profile_bomb() -> bytes:
    """A colour profile of 60 MB, compressed to 60 KB."""
    return png(400, 400, chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(60_000_000), 9)))


def chunk_bomb() -> bytes:
    """Half a million chunks with nothing in them."""
    return png(400, 400, chunk(b"teSt", b"") * 500_000)


def lying_png() -> bytes:
    """A PNG with fewer rows than it says."""
    return png(4_000, 4_000, rows=b"\0" * 4_000)


def scan_bomb() -> bytes:
    """A progressive JPEG whose scans are repeated a thousand times."""
    content = picture(size=(1_000, 1_000), progressive=True)
    start = content.index(b"\xff\xda")
    end = content.index(b"\xff", start + 2 + struct.unpack(">H", content[start + 2 : start + 4])[0])
    scan = content[start:end]
    return content[:end] + scan * 1_000 + content[end:]


def huge_exif() -> bytes:
    """Two megabytes of EXIF in a WebP."""
    return picture("WEBP", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0" + bytes(2_000_000))


def truncated() -> bytes:
    """A JPEG of which half did not arrive."""
    noise = BytesIO()
    Image.effect_noise((800, 800), 90).save(noise, "JPEG")
    return noise.getvalue()[: len(noise.getvalue()) // 2]


def zip_file() -> bytes:
    """A folder, compressed."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as folder:
        folder.writestr("evil.html", SCRIPT)
    return made.getvalue()


def too_large() -> bytes:
    """One byte more than may be sent."""
    return picture() + bytes(10 * 1024 * 1024 + 1 - len(picture()))


# By what they are: how the file is made, and a part of the sentence that refuses it.
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "The file is empty."),
    "too many bytes": (too_large, "smaller than 10 MB"),
    "html": (lambda: b"<!doctype html>" + SCRIPT, "JPEG, PNG, WebP, HEIC or AVIF"),
    "svg": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>", "JPEG, PNG"),
    "php": (lambda: b"<?php system($_GET['c']); ?>", "JPEG, PNG"),
    "pdf": (lambda: b"%PDF-1.7\n" + SCRIPT, "JPEG, PNG"),
    "zip": (zip_file, "JPEG, PNG"),
    "program": (lambda: b"MZ" + bytes(500), "JPEG, PNG"),
    "gif": (lambda: picture("GIF"), "JPEG, PNG"),
    "bmp": (lambda: picture("BMP"), "JPEG, PNG"),
    "tiff": (lambda: picture("TIFF"), "JPEG, PNG"),
    "eps": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n(id) run", "JPEG, PNG"),
    "film": (lambda: b"\0\0\0\x18ftypmp42" + bytes(600), "JPEG, PNG"),
    "blanks before a picture": (lambda: b"  " + picture(), "JPEG, PNG"),
    "only a jpeg's first bytes": (lambda: b"\xff\xd8\xff\xe0" + SCRIPT, "cannot be read"),
    "only a png's first bytes": (lambda: SIGNATURE + SCRIPT, "cannot be read"),
    "only a webp's first bytes": (lambda: b"RIFF\x20\0\0\0WEBPVP8 " + SCRIPT, "cannot be read"),
    "only an avif's first bytes": (lambda: b"\0\0\0\x1cftypavif" + bytes(900), "cannot be read"),
    "only a heic's first bytes": (lambda: b"\0\0\0\x18ftypheic" + bytes(900), "cannot be read"),
    "half a jpeg": (truncated, "cannot be read"),
    "a png that lies of its rows": (lying_png, "cannot be read"),
    "a bomb of pixels": (pixel_bomb, "too many pixels"),
    "a bomb that Pillow would open": (bomb_under_pillows_limit, "too many pixels"),
    "a bomb of chunks": (chunk_bomb, "carries too much"),
    "a bomb of scans": (scan_bomb, "carries too much"),
    "a bomb of text": (text_bomb, "cannot be read"),
    "a bomb of a colour profile": (profile_bomb, "cannot be read"),
    "huge exif": (huge_exif, "carries too much"),
    "one pixel": (lambda: picture(size=(1, 1)), "at least 200 pixels"),
    "a thread": (lambda: picture(size=(8_000, 1)), "at least 200 pixels"),
}

# Pictures with something in them that must not come out again.
CLEANED: dict[str, Callable[[], bytes]] = {
    "script after a jpeg": lambda: picture() + SCRIPT,
    "script in a comment": lambda: picture(comment=SCRIPT),
    "php after a png": lambda: picture("PNG") + b"<?php system($_GET['c']); ?>" + SCRIPT,
    "a zip after a jpeg": lambda: picture() + zip_file(),
    "script in a png's text": lambda: png(400, 400, chunk(b"tEXt", b"Comment\0" + SCRIPT)),
}
# Names of files as nobody's camera writes them.
NAMES = [
    "../../../etc/passwd.jpg", "..\\..\\windows\\win.ini", "a\x00.php.jpg", "\u202egpj.exe",
    "a" * 300 + ".jpg", ".htaccess", "con.jpg", "<img src=x onerror=alert(1)>.jpg", "照片.jpg",
    " ", "%2e%2e%2fevil.jpg", "evil.php",
]  # fmt: skip
