"""Makes the files of a picture that pages show: JPEG in fixed widths, and AVIF beside it."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageCms, ImageOps

from shop.pictures.models import Picture

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
    made of an earlier original is forgotten.
    """
    image = _upright(picture)
    widths = sorted({min(width, image.width) for width in WIDTHS})
    picture.sizes = {"jpeg": _write(picture, image, "jpeg", widths)}
    Picture.objects.filter(pk=picture.pk).update(sizes=picture.sizes)


def make_modern_sizes(picture: Picture) -> None:
    """Make AVIF files in the widths of the JPEG ones, unless they are there."""
    before = picture.sizes
    widths = before.get("jpeg", {}).keys()
    if before.get("avif", {}).keys() >= widths:
        return
    image = _upright(picture)
    after = before | {"avif": _write(picture, image, "avif", sorted(map(int, widths)))}
    # Somebody may have put another original in place meanwhile: these are not its files.
    if Picture.objects.filter(pk=picture.pk, sizes=before).update(sizes=after):
        picture.sizes = after


def _upright(picture: Picture) -> Image.Image:
    """Return the original as it is to be seen, and nothing that it carries along."""
    with picture.open_file() as file, Image.open(file) as original:
        return upright(original)


def upright(original: Image.Image) -> Image.Image:
    """Return an image as it is to be seen: turned, in sRGB, on white, without what it carries."""
    image = _on_white(_in_srgb(ImageOps.exif_transpose(original)))
    image.info = {}  # where and with what it was taken
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
        return ImageCms.profileToProfile(
            image, ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
        )
    except (ImageCms.PyCMSError, OSError):  # a broken profile: the numbers are taken as they are
        return image


def _write(
    picture: Picture, image: Image.Image, kind: str, widths: Iterable[int]
) -> dict[str, str]:
    """Write a file for each width and return the addresses by width.

    A name holds a hash of the original: browsers may keep what they got for ever.
    """
    ending, options = FORMATS[kind]
    found = {}
    for width in widths:
        content = BytesIO()
        _resized(image, width).save(content, kind.upper(), **options)
        name = f"sizes/{picture.get_file_hash()[:16]}-{width}.{ending}"
        name = default_storage.save(name, ContentFile(content.getvalue()))
        found[str(width)] = default_storage.url(name)
    return found


def _resized(image: Image.Image, width: int) -> Image.Image:
    if width == image.width:
        return image
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3)
