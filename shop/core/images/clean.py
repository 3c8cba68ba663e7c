"""Makes a new JPEG of the picture in a stranger's file; its own bytes are never kept.

What a file is, is told by its content. Every limit is checked before anything is decoded, the
decoding is done apart, and whatever cannot be read to its end is refused with a sentence. Files of
strangers are decoded by the worker alone: see ``incoming``.
"""

from __future__ import annotations

from threading import BoundedSemaphore

from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.images import decode
from shop.core.isolation.run import ChildLimits, Overrun, run_apart

MOST_BYTES = 10 * 1024 * 1024
MOST_CHUNKS = 5_000  # of a PNG; a large one has 1,300
MOST_SCANS = 64  # of a JPEG; a progressive one has about ten
LIMITS = ChildLimits(memory=decode.MEMORY, seconds=10, answer=MOST_BYTES)

# One at a time in each process, and nobody waits for long: a request that waits holds a thread.
_DECODING = BoundedSemaphore(1)
LONGEST_WAIT = 5  # seconds

HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
AVIF_BRANDS = {b"avif", b"avis"}


class PictureRefused(NotPossible):
    """A file that is not taken as a picture; the text gives the reason and the remedy."""


def cleaned(content: bytes) -> bytes:
    """Return a JPEG of a file's picture: upright, sRGB, at most 2,400 pixels long, nothing else.

    Raises:
        PictureRefused: as the text says.
    """
    answer = _decoded(content, refuse_at_once(content))
    if answer[:1] != decode.TAKEN:
        raise _refusal(answer)
    return answer[1:]


def refuse_at_once(content: bytes) -> str:
    """Return the format of a file that may be a picture we take; nothing is decoded.

    Raises:
        PictureRefused: it is too large, or none by its first bytes, or carries too many parts.
    """
    if not content:
        raise PictureRefused(_("The file is empty."))
    if len(content) > MOST_BYTES:
        raise PictureRefused(_("The file must be smaller than %(size)s") % {"size": "10 MB"})
    kind = kind_of(content)
    if kind is None:
        raise PictureRefused(_("Choose a picture in JPEG, PNG, WebP, HEIC or AVIF format."))
    if _is_overloaded(content, kind):
        raise _refusal(decode.TOO_FULL)
    return kind


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


def _decoded(content: bytes, kind: str) -> bytes:
    if not _DECODING.acquire(timeout=LONGEST_WAIT):
        text = _("Many pictures are coming in just now. Send this one again in a minute.")
        raise PictureRefused(text)
    try:
        return run_apart(decode.__name__, f"{kind}\n".encode() + content, LIMITS)
    except Overrun as overrun:
        text = _("This picture takes too much memory or time. Save it smaller, as a JPEG.")
        raise PictureRefused(text) from overrun
    finally:
        _DECODING.release()


def _is_overloaded(content: bytes, kind: str) -> bool:
    """Tell whether the parts of a file alone would keep a decoder busy."""
    if kind == "PNG":
        return _png_chunks(content) > MOST_CHUNKS
    # A zero follows each FF inside a scan, so that this counts the scans alone.
    return kind == "JPEG" and content.count(b"\xff\xda") > MOST_SCANS


def _png_chunks(content: bytes) -> int:
    found, place = 0, 8
    while place + 8 <= len(content) and found <= MOST_CHUNKS:
        place += 12 + int.from_bytes(content[place : place + 4])
        found += 1
    return found


def unreadable() -> PictureRefused:
    """Return the refusal of a picture that no decoder comes to the end of."""
    return _refusal(decode.BROKEN)


def _refusal(word: bytes) -> PictureRefused:
    """Return the refusal for the decoder's word."""
    million = 1_000_000
    many = _("The picture has too many pixels: %(most)d million are the most. Make it smaller.")
    kind = _(
        "A picture of this kind may have %(most)d million pixels. Make it smaller, or save it as "
        "a JPEG."
    )
    small = _("The picture must be at least %(pixels)d pixels wide and high.")
    full = _("The file carries too much beside the picture. Save it again without extras.")
    broken = _("This picture cannot be read to its end. Take it or save it again.")
    texts = {
        decode.TOO_LARGE: many % {"most": decode.MOST_PIXELS // million},
        decode.TOO_LARGE_FOR_KIND: kind % {"most": decode.MOST_EXPANDED // million},
        decode.TOO_SMALL: small % {"pixels": decode.LEAST_SIDE},
        decode.TOO_FULL: full,
    }
    return PictureRefused(texts.get(word, broken))
