"""Makes the files of a picture that pages show: JPEG in fixed widths, and AVIF beside it.

One more is for links that are shared (Open Graph): a JPEG of one size, since many apps take no
other format and cut what has another shape.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO

from django.core.files.storage import default_storage
from PIL import Image, ImageFilter, ImageOps

from shop.core.images.clean import cleaned
from shop.core.images.decode import LONG_SIDE, upright
from shop.core.images.models import Picture
from shop.core.images.storage import Keep, all_or_none
from shop.core.jobs import each

WIDTHS = (320, 640, 1200)
"""Pixels: cards on plain and on fine screens, and the product page."""

# How each format is written, and how its files end. At its default speed AVIF saves a twelfth
# more, in four times the time; one thread leaves the other cores to those who are shopping.
FORMATS = {
    "jpeg": ("jpg", {"quality": 82, "optimize": True, "progressive": True}),
    "avif": ("avif", {"quality": 60, "speed": 8, "max_threads": 1}),
}

SHARED = (1200, 630)
"""Pixels of the picture that apps show beside a link: they all know this shape."""
MARGIN = 30
GROUND = (42, 32, 128)  # indigo, as in tokens/dye.css


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
    image = whole(picture)
    widths = sorted({min(width, image.width) for width in WIDTHS})
    return {"jpeg": _write(picture, image, "jpeg", widths, keep)}


def make_modern_sizes(picture: Picture, *, up_to: int = max(WIDTHS)) -> None:
    """Make AVIF files in the widths of the JPEG ones, unless they are there.

    Args:
        up_to: the widest to be made now; the others are for another time.
    """
    before = picture.sizes
    known = before.get("avif", {})
    missing = sorted(int(width) for width in before.get("jpeg", {}).keys() - known.keys())
    widths = [width for width in missing if width <= up_to]
    if not widths:
        return
    image = whole(picture)
    with all_or_none() as keep:
        made = _write(picture, image, "avif", widths, keep)
        after = before | {"avif": known | made}
        # Somebody may have put another original in place meanwhile: these are not its files.
        if Picture.objects.filter(pk=picture.pk, sizes=before).update(sizes=after):
            picture.sizes = after


def make_shared(picture: Picture) -> bool:
    """Make the picture that apps show beside a link to what it shows; tell whether it was made."""
    before = picture.sizes
    if not before.get("jpeg") or before.get("share"):
        return False
    content = BytesIO()
    shared(whole(picture)).save(content, "JPEG", **FORMATS["jpeg"][1])
    with all_or_none() as keep:
        name = keep(f"sizes/{picture.get_file_hash()[:16]}-share.jpg", content.getvalue())
        after = before | {"share": {str(SHARED[0]): default_storage.url(name)}}
    # Another task may have made other files, or somebody put another original in its place.
    is_made = Picture.objects.filter(pk=picture.pk, sizes=before).update(sizes=after) > 0
    if is_made:
        picture.sizes = after
    else:
        default_storage.delete(name)
    return is_made


def shared(image: Image.Image) -> Image.Image:
    """Return a picture in the shape of those beside links: nothing of it is cut off."""
    image = image.convert("RGB")
    ground = ImageOps.fit(image, (SHARED[0] // 8, SHARED[1] // 8))
    ground = ground.filter(ImageFilter.GaussianBlur(4)).resize(SHARED)
    ground = Image.blend(ground, Image.new("RGB", SHARED, GROUND), 0.6)
    inner = (SHARED[0] - 2 * MARGIN, SHARED[1] - 2 * MARGIN)
    whole = ImageOps.contain(image, inner)
    ground.paste(whole, ((SHARED[0] - whole.width) // 2, (SHARED[1] - whole.height) // 2))
    return ground


def shared_file(sizes: dict[str, dict[str, str]]) -> str:
    """Return the address of the picture for links, empty while it is not made."""
    return next(iter(sizes.get("share", {}).values()), "")


def make_missing_shared(*, at: datetime) -> int:
    """Make the pictures for links that are missing; return how many. Part of the beat."""
    rows = Picture.objects.without_shared().order_by("pk")
    return each("make pictures for links", rows, make_shared, at=at)


def whole(picture: Picture) -> Image.Image:
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
