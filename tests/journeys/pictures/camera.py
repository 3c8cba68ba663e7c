"""Takes the pictures of the documentation, or only looks whether they could be taken."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.browsing.watching import goes_sideways

DOCS = Path(__file__).parents[3] / "docs"
FOLDER = DOCS / "img"
MOST_BYTES = 80_000
DESK, PHONE = (1280, 860), (390, 780)
# What lies below the window waits until somebody scrolls there.
ALL_THERE = """() => [...document.images].every(
  (image) => image.complete || image.getBoundingClientRect().top > innerHeight)"""
NAMED = re.compile(r"!\[[^\]]{20,}\]\(\.\./img/([a-z-]+)\.webp\)")


class Camera:
    """Takes a picture by its name; with BAOBAB_PICTURES=1 it is written, else not."""

    def __init__(self) -> None:
        """Ask the environment whether pictures are wanted."""
        self.taken: set[str] = set()
        self.is_writing = bool(os.environ.get("BAOBAB_PICTURES"))

    def take(self, page: Page, name: str, *, phone: bool = False, at: str = "") -> None:
        """Take the top of a page, or a part of it, as a desk or a phone shows it."""
        before = page.viewport_size
        width, height = PHONE if phone else DESK
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
        if at:
            page.locator(at).evaluate("one => one.scrollIntoView({behavior: 'instant'})")
        assert goes_sideways(page) == "", name
        self.taken.add(name)
        if self.is_writing:
            for frame in page.frames:
                frame.wait_for_function(ALL_THERE)
            picture = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
            (FOLDER / f"{name}.webp").write_bytes(_small(picture.convert("RGB")))
        page.set_viewport_size(before)


def named_on(page: str) -> list[str]:
    """Return the names of the pictures that a how-to page shows with words for each."""
    return NAMED.findall((DOCS / "how-to" / page).read_text(encoding="utf-8"))


def _small(picture: Image.Image) -> bytes:
    """Return the best file that is small enough."""
    for quality in range(86, 20, -5):
        file = io.BytesIO()
        picture.save(file, "WEBP", quality=quality, method=6)
        if file.tell() <= MOST_BYTES:
            break
    return file.getvalue()
