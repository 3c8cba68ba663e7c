"""Draws a picture for each product, once: any that are not alike."""

import random
from pathlib import Path

from PIL import Image, ImageDraw

SIZE = (800, 600)
SPOTS = 25


def draw(folder: Path, names: list[str]) -> None:
    """Draw the pictures that are not there yet, and the one that stands for a missing one."""
    (folder / "products").mkdir(parents=True, exist_ok=True)
    chance = random.Random(7)  # noqa: S311
    for name in names:
        target = folder / name
        if not target.exists():
            _picture(chance).save(target, quality=80)
    Image.new("RGB", (300, 300), "grey").save(folder / "image_not_found.jpg")


def _picture(chance: random.Random) -> Image.Image:
    image = Image.new("RGB", SIZE, tuple(chance.randrange(60, 220) for _ in range(3)))
    pen = ImageDraw.Draw(image)
    for _ in range(SPOTS):
        x, y, r = (chance.randrange(most) for most in (*SIZE, 160))
        pen.ellipse((x - r, y - r, x + r, y + r), tuple(chance.randrange(256) for _ in range(3)))
    return image
