"""Decodes pictures from strangers; runs in a child process alone, and knows no Django.

Everything is counted before anything is decoded. The answer is the picture made anew, or a word
that says why there is none; ``clean`` has the sentences.
"""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import cast

import pillow_heif
from PIL import AvifImagePlugin, Image, ImageCms, ImageOps

LEAST_SIDE = 200
LONG_SIDE = 2400
QUALITY = 90
MOST_METADATA = 1024 * 1024

# Measured with Pillow 13, up to the small picture, in bytes for each pixel of the large one:
#   JPEG 2 (decoded small at once; progressive 7), PNG L 2, RGB 8 and 16-bit RGB 8, HEIF RGB 8,
#   AVIF RGB 10; but PNG P 8 to 12, I;16 10, LA 12, RGBA 12, HEIF RGBA 12, AVIF RGBA 15,
#   WebP RGB 16, WebP RGBA 20.
# So at most 400 MB in either case, and the child may have 512.
MOST_PIXELS = 40_000_000
MOST_EXPANDED = 16_000_000
PLAIN = {"1", "L", "RGB", "CMYK"}
MEMORY = 512 * 1024 * 1024

TAKEN, BROKEN, TOO_FULL = b"=", b"b", b"f"
TOO_LARGE, TOO_LARGE_FOR_KIND, TOO_SMALL = b"l", b"k", b"s"

# What decoders raise over bytes that somebody bent.
RAISED = (
    OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, LookupError, TypeError,
    ArithmeticError, RuntimeError,
)  # fmt: skip


class NotDecoded(Exception):
    """A picture that is not taken; its one argument is the word for it."""


def answer(sent: bytes) -> bytes:
    """Return a picture made anew, after a sign; or the sign alone that says why not.

    Args:
        sent: the name of the format, a line's end, and the file.
    """
    kind, _end, content = sent.partition(b"\n")
    pillow_heif.register_heif_opener(thumbnails=False)
    # Each thread of a decoder would take memory of its own.
    pillow_heif.options.DECODE_THREADS = AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    try:
        return TAKEN + made_anew(content, kind.decode())
    except NotDecoded as refusal:
        return refusal.args[0]
    except Image.DecompressionBombError:
        return TOO_LARGE
    except RAISED:
        return BROKEN


def made_anew(content: bytes, kind: str) -> bytes:
    """Return a JPEG of a picture: upright, in sRGB, at most 2,400 pixels long, nothing else."""
    with Image.open(BytesIO(content), formats=(kind,)) as original:
        _refuse(original, kind)
        # JPEG is decoded smaller at once; of an animated picture the first frame counts.
        original.draft(None, (LONG_SIDE, LONG_SIDE))
        original.load()
        image = _for_shrinking(original)
    # Small first: each step that follows makes a copy.
    image.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS, reducing_gap=3)
    made = BytesIO()
    upright(image).save(made, "JPEG", quality=QUALITY, optimize=True)
    return made.getvalue()


def upright(original: Image.Image) -> Image.Image:
    """Return an image as it is to be seen: turned, in sRGB, on white, without metadata."""
    image = _on_white(_in_srgb(ImageOps.exif_transpose(original)))
    image.info = {}  # where and with what it was taken
    return image


def _refuse(original: Image.Image, kind: str) -> None:
    """Refuse an image by its size and metadata, before a pixel of it is decoded."""
    width, height = original.size
    if width * height > MOST_PIXELS:
        raise NotDecoded(TOO_LARGE)
    if width * height > MOST_EXPANDED and (kind == "WEBP" or original.mode not in PLAIN):
        raise NotDecoded(TOO_LARGE_FOR_KIND)
    if min(width, height) < LEAST_SIDE:
        raise NotDecoded(TOO_SMALL)
    carried = (original.info.get(name) or b"" for name in ("exif", "icc_profile", "xmp"))
    if sum(len(part) for part in carried) > MOST_METADATA:
        raise NotDecoded(TOO_FULL)


def _for_shrinking(image: Image.Image) -> Image.Image:
    """Return an image in a mode in which neighbouring pixels can be mixed.

    Sixteen bits of grey are brought down to eight: a plain conversion would cut them off.
    """
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("1", "P", "PA"):
        mode = "RGBA" if image.has_transparency_data else "RGB"
        return image.convert("L" if image.mode == "1" else mode)
    return image


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    ground = Image.new("RGBA", layered.size, "white")
    return Image.alpha_composite(ground, layered).convert("RGB")


def _in_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA"):
        return image
    try:
        own, ours = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
        return cast("Image.Image", ImageCms.profileToProfile(image, own, ours))
    except (ImageCms.PyCMSError, OSError):  # a broken profile: the numbers are taken as they are
        return image
