"""Takes pictures from strangers: a new JPEG is made of each, and its own bytes are never kept.

What a file is, is told by its content. Every limit is checked before anything is decoded, and
whatever cannot be read to its end is refused with a sentence.
"""

from __future__ import annotations

import secrets
import struct
import zlib
from io import BytesIO
from threading import BoundedSemaphore
from typing import BinaryIO

import pillow_heif
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image

from shop.accounts.models import User
from shop.errors import NotPossible
from shop.pictures.making import make_sizes, upright
from shop.pictures.models import Picture

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
LEAST_SIDE = 200
LONG_SIDE = 2400
QUALITY = 90
MOST_CHUNKS = 5_000  # of a PNG; a large one has 1,300
MOST_SCANS = 64  # of a JPEG; a progressive one has about ten
MOST_METADATA = 1024 * 1024

pillow_heif.register_heif_opener(thumbnails=False)

# One at a time: a picture at the limit takes 160 MB while it is decoded.
_DECODING = BoundedSemaphore(1)

# What decoders raise over bytes that somebody bent.
BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, LookupError, TypeError,
    ArithmeticError, RuntimeError, MemoryError,
)  # fmt: skip
HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
AVIF_BRANDS = {b"avif", b"avis"}


class PictureRefused(NotPossible):
    """A file that is not taken as a picture; the text says why and what to do."""


def store(file: BinaryIO, *, alt: str, by: User | None) -> Picture:
    """Make a picture of an uploaded file, with its JPEG sizes; the AVIF ones are the worker's.

    Args:
        alt: what the picture shows, for people who cannot see it.

    Raises:
        PictureRefused: the file is no picture, or one that is not taken; nothing is kept.
    """
    if not alt.strip():
        raise PictureRefused(_("Describe the picture for people who cannot see it"))
    content = cleaned(file.read(MOST_BYTES + 1))
    words = alt.strip()[:200]
    made = Picture.objects.create(
        title=words,
        alt=words,
        file=ContentFile(content, name=f"{secrets.token_hex(16)}.jpg"),
        file_size=len(content),
        uploaded_by_user=by,
    )
    make_sizes(made)
    return made


def cleaned(content: bytes) -> bytes:
    """Return a JPEG of what a file shows: upright, sRGB, at most 2,400 pixels long, nothing else.

    Raises:
        PictureRefused: as the text says.
    """
    if not content:
        raise PictureRefused(_("The file is empty."))
    if len(content) > MOST_BYTES:
        raise PictureRefused(_("The file must be smaller than %(size)s") % {"size": "10 MB"})
    kind = kind_of(content)
    if kind is None:
        raise PictureRefused(_("Choose a picture in JPEG, PNG, WebP, HEIC or AVIF format."))
    _refuse_overloaded(content, kind)
    with _DECODING:
        try:
            return _made_anew(content, kind)
        except Image.DecompressionBombError as error:
            raise _too_large() from error
        except BROKEN as error:
            raise PictureRefused(
                _("This picture cannot be read to its end. Take it or save it again.")
            ) from error


def kind_of(content: bytes) -> str | None:
    """Tell the format of a file by its first bytes, or None where it is no picture we take."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        if brand in AVIF_BRANDS or (brand in HEIF_BRANDS and b"avif" in content[16:64]):
            return "AVIF"
        return "HEIF" if brand in HEIF_BRANDS else None
    return None


def _refuse_overloaded(content: bytes, kind: str) -> None:
    """Refuse files whose parts alone would keep a decoder busy."""
    is_overloaded = False
    if kind == "PNG":
        is_overloaded = _png_chunks(content) > MOST_CHUNKS
    elif kind == "JPEG":
        # A zero follows each FF inside a scan, so that this counts the scans alone.
        is_overloaded = content.count(b"\xff\xda") > MOST_SCANS
    if is_overloaded:
        raise _too_full()


def _png_chunks(content: bytes) -> int:
    found, place = 0, 8
    while place + 8 <= len(content) and found <= MOST_CHUNKS:
        place += 12 + int.from_bytes(content[place : place + 4])
        found += 1
    return found


def _made_anew(content: bytes, kind: str) -> bytes:
    with Image.open(BytesIO(content), formats=(kind,)) as original:
        width, height = original.size
        if width * height > MOST_PIXELS:
            raise _too_large()
        if min(width, height) < LEAST_SIDE:
            raise PictureRefused(
                _("The picture must be at least %(pixels)d pixels wide and high.")
                % {"pixels": LEAST_SIDE}
            )
        carried = (original.info.get(name) or b"" for name in ("exif", "icc_profile", "xmp"))
        if sum(len(part) for part in carried) > MOST_METADATA:
            raise _too_full()
        # JPEG is decoded smaller at once; of an animated picture the first frame counts.
        original.draft(None, (LONG_SIDE, LONG_SIDE))
        original.load()
        image = upright(_eight_bits(original))
    image.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS, reducing_gap=3)
    made = BytesIO()
    image.save(made, "JPEG", quality=QUALITY, optimize=True)
    return made.getvalue()


def _eight_bits(image: Image.Image) -> Image.Image:
    """Bring sixteen bits of grey down to eight: a plain conversion would cut them off."""
    if not image.mode.startswith("I"):
        return image
    return image.convert("I").point(lambda value: value / 256).convert("L")


def _too_large() -> PictureRefused:
    text = _("The picture has too many pixels: %(most)d million are the most. Make it smaller.")
    return PictureRefused(text % {"most": MOST_PIXELS // 1_000_000})


def _too_full() -> PictureRefused:
    return PictureRefused(
        _("The file carries too much beside the picture. Save it again without extras.")
    )
