"""Makes the files of a picture that pages show: JPEG in fixed widths, and AVIF beside it."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from django.core.files.storage import default_storage
from PIL import Image

from shop.pictures.clean import cleaned
from shop.pictures.decode import LONG_SIDE, upright
from shop.pictures.models import Picture
from shop.pictures.storage import Keep, all_or_none

WIDTHS = (320, 640, 1200)
"""Pixels: cards on plain and on fine screens, and the product page."""

# How each format is written, and how its files end. At its default speed AVIF saves a twelfth
# more, in four times the time; one thread leaves the other cores to those who are shopping.
FORMATS = {
    "jpeg": ("jpg", {"quality": 82, "optimize": True, "progressive": True}),
    "avif": ("avif", {"quality": 60, "speed": 8, "max_threads": 1}),
}


def make_sizes(picture: Picture) -> None:
    """Make a picture's JPEG files from its original and keep their addresses.

    They stand upright, carry no metadata, and are never wider than the original. What was
    made of an earlier original is forgotten. A full disk leaves no file and no address.
    """
    with all_or_none() as keep:
        picture.sizes = sizes_of(picture, keep)
        Picture.objects.filter(pk=picture.pk).update(sizes=picture.sizes)


def sizes_of(picture: Picture, keep: Keep) -> dict[str, dict[str, str]]:
    """Return the addresses of the JPEG files that are made of a picture's original."""
    image = _upright(picture)
    widths = sorted({min(width, image.width) for width in WIDTHS})
    return {"jpeg": _write(picture, image, "jpeg", widths, keep)}


def make_modern_sizes(picture: Picture) -> None:
    """Make AVIF files in the widths of the JPEG ones, unless they are there."""
    before = picture.sizes
    widths = before.get("jpeg", {}).keys()
    if before.get("avif", {}).keys() >= widths:
        return
    image = _upright(picture)
    with all_or_none() as keep:
        made = _write(picture, image, "avif", sorted(map(int, widths)), keep)
        after = before | {"avif": made}
        # Somebody may have put another original in place meanwhile: these are not its files.
        if Picture.objects.filter(pk=picture.pk, sizes=before).update(sizes=after):
            picture.sizes = after


def _upright(picture: Picture) -> Image.Image:
    """Return the original as it is to be seen, and nothing that it carries along.

    One that is larger than those that are kept today is from before, and decoded apart.
    """
    with picture.open_file() as file:
        content = file.read()
    if max(picture.width, picture.height) > LONG_SIDE:
        content = cleaned(content)
    with Image.open(BytesIO(content)) as original:
        return upright(original)


def _write(
    picture: Picture, image: Image.Image, kind: str, widths: Iterable[int], keep: Keep
) -> dict[str, str]:
    """Write a file for each width and return the addresses by width.

    A name holds a hash of the original: browsers may keep what they got for ever.
    """
    ending, options = FORMATS[kind]
    found = {}
    for width in widths:
        content = BytesIO()
        _resized(image, width).save(content, kind.upper(), **options)
        name = keep(f"sizes/{picture.get_file_hash()[:16]}-{width}.{ending}", content.getvalue())
        found[str(width)] = default_storage.url(name)
    return found


def _resized(image: Image.Image, width: int) -> Image.Image:
    if width == image.width:
        return image
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3)
