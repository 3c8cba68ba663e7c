"""Reads small pictures for packing slips, each once, and gives up on slow ones."""

from __future__ import annotations

import base64
import logging
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import unquote

from django.conf import settings
from django.core.files.storage import default_storage
from PIL import Image

from shop.orders.models import OrderLine
from shop.storefront.listings.models import Listing

logger = logging.getLogger(__name__)

SIDE = 200
"""Pixels: on paper a picture is 16 mm wide."""
MOST_PICTURES = 200
MOST_BYTES = 400_000  # of a file; the smallest ones of pictures have a tenth
MOST_PIXELS = 4_000_000
PATIENCE = 3.0
"""Seconds for all pictures of one PDF."""
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'width="{0}" height="{1}"><image width="{0}" height="{1}" '
    'xlink:href="data:image/jpeg;base64,{2}"/></svg>'
)
"""Typst is given text only. It copies the JPEG inside into the PDF, once."""

# If the file storage does not answer, these threads wait for it, and no request does.
_READERS = ThreadPoolExecutor(4, thread_name_prefix="slip-pictures")


@dataclass(frozen=True, slots=True)
class SlipPictures:
    """The pictures of some lines: each drawing by its address, and the address by line id."""

    drawings: dict[str, str] = field(default_factory=dict)
    of_lines: dict[int, str] = field(default_factory=dict)


def pictures_of(lines: Iterable[OrderLine]) -> SlipPictures:
    """Return what can be read of the lines' pictures within ``PATIENCE``. At most one statement.

    A line has the picture that was sold, or, where its file is lost, the one that its product has
    now. What is missing, faulty or late is left out.
    """
    lines = list(lines)
    until = time.monotonic() + PATIENCE
    drawings = _read((line.picture for line in lines), until)
    found = {line.pk: line.picture for line in lines if line.picture in drawings}
    lost = [line for line in lines if line.pk not in found]
    if lost:
        now = _shown_now(lost)
        drawings |= _read(now.values(), until)
        found |= {line.pk: now[line.product_id] for line in lost
                  if now.get(line.product_id) in drawings}  # fmt: skip
    return SlipPictures(drawings, found)


def _shown_now(lines: Iterable[OrderLine]) -> dict[int, str]:
    rows = Listing.objects.filter(product__in={line.product_id for line in lines})
    return {pk: small for pk, small in rows.values_list("product", "picture__small") if small}


def _read(addresses: Iterable[str], until: float) -> dict[str, str]:
    """Return the drawings that are there in time, by address."""
    asked = [one for one in dict.fromkeys(addresses) if one][:MOST_PICTURES]
    tasks = {_READERS.submit(_drawing, one): one for one in asked}
    done, late = wait(tasks, timeout=max(0.0, until - time.monotonic()))
    for task in late:
        task.cancel()
    if late:
        logger.warning("%d of %d pictures of slips came too late", len(late), len(tasks))
    return {tasks[task]: drawing for task in done if (drawing := task.result())}


def _drawing(address: str) -> str:
    """Return the drawing of a picture, empty where there is none."""
    try:
        image = _small(_content(address))
        content = BytesIO()
        image.save(content, "JPEG", quality=80)
    except Exception as error:  # noqa: BLE001 (one picture never stops the slips)
        logger.warning("A picture of a slip cannot be read: %s", type(error).__name__)
        return ""
    text = base64.b64encode(content.getvalue()).decode()
    return DRAWING.format(image.width, image.height, text)


def _content(address: str) -> bytes:
    """Return the file of a picture that the shop itself made."""
    if not address.startswith(settings.MEDIA_URL):
        raise ValueError("a picture from elsewhere")
    with default_storage.open(unquote(address.removeprefix(settings.MEDIA_URL))) as file:
        if file.size > MOST_BYTES:
            raise ValueError("too large a file")
        content: bytes = file.read()
    return content


def _small(content: bytes) -> Image.Image:
    with Image.open(BytesIO(content), formats=["JPEG"]) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        image.thumbnail((SIDE, SIDE))
        return image.convert("RGB")
