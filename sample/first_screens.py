"""Makes ready what visitors see first: the pictures of the first pages, in AVIF, too.

Which they are is read off the pages themselves.
"""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from django.conf import settings
from django.db import close_old_connections, connection
from django.test import Client

from sample.progress import Progress
from shop.core.images.models import Picture
from shop.core.images.renditions import WIDTHS, make_modern_sizes
from shop.storefront.listings.tasks import show_files

PAGES = ("/", "/products/")
WIDEST = 640
"""Pixels: what cards ask for on fine screens; the worker makes what is wider."""
WORK = "Drawing the first screens"


def make_ready(progress: Progress) -> int:
    """Draw the pictures of the first pages and make their AVIF files; return how many were made."""
    shown = [(row, up_to) for row, up_to in _shown() if not _is_ready(row, up_to)]
    progress.report(WORK, 0, len(shown))
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        made = threads.map(_make, [row for row, _ in shown], [up_to for _, up_to in shown])
        for done, _ready in enumerate(made, 1):
            progress.report(WORK, done, len(shown))
    return len(shown)


def _shown() -> list[tuple[Picture, int]]:
    """Return the pictures that the pages show, and up to which width each is asked for."""
    parts = urlsplit(settings.SITE_URL)
    visitor = Client(SERVER_NAME=parts.hostname, SERVER_PORT=str(parts.port or 80))
    pages = [visitor.get(path, secure=settings.HTTPS).content.decode() for path in PAGES]
    html = " ".join(pages)
    addresses = set(re.findall(rf"{settings.MEDIA_URL}[^\s\",]+", html))
    found = []
    for row in Picture.objects.order_by("pk"):
        files = row.sizes.get("jpeg", {})
        if addresses & set(files.values()):
            # Cards begin with the smallest file, larger frames with the widest.
            is_large = f'src="{files[max(files, key=int)]}"' in html
            found.append((row, max(WIDTHS) if is_large else WIDEST))
    return found


def _is_ready(picture: Picture, up_to: int) -> bool:
    wanted = {width for width in picture.sizes["jpeg"] if int(width) <= up_to}
    return picture.sizes.get("avif", {}).keys() >= wanted


def _make(picture: Picture, up_to: int) -> None:
    """Make the files of one picture; each thread has a connection of its own to write with."""
    close_old_connections()
    try:
        make_modern_sizes(picture, up_to=up_to)
        show_files(picture)
    finally:
        connection.close()
