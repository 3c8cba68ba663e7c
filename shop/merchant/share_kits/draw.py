"""Draws the pictures and the poster of a kit: Typst sets them, Pillow writes them as JPEG.

Pillow sets Arabic and joins its letters only where the machine has further libraries; Typst brings
its own way, breaks Chinese lines, and takes no font but those of the papers.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import typst
from PIL import Image

from shop.core.images.models import Picture
from shop.core.images.renditions import whole
from shop.merchant.share_kits.codes import as_svg
from shop.merchant.share_kits.facts import KitFacts
from shop.merchant.share_kits.models import SharePicture
from shop.orders.documents.pdf import fonts

HERE = Path(__file__).parent
Shape = SharePicture.Shape
SIZES = {
    Shape.STORY: (1080, 1920),
    Shape.PORTRAIT: (1080, 1350),
    Shape.SQUARE: (1080, 1080),
    Shape.WIDE: (1200, 630),
}
"""Pixels, as apps ask for them: stories, posts on a wall, posts in a grid, links."""
PHOTO = (1600, 1600)
type Kind = Literal["png", "pdf"]
DOT = 72  # points in an inch, so that a point of the template is a pixel


def draw_all(facts: KitFacts, photo: Picture | None) -> dict[str, bytes]:
    """Return the files of a kit by their shape: JPEG, and the poster as PDF."""
    shown = _photo(photo) if photo else b""
    told = asdict(facts) | {"photo": bool(shown)}
    files = {"photo.jpg": shown} if shown else {}
    made: dict[str, bytes] = {
        shape: _jpeg(_set("picture.typ", told | {"width": size[0], "height": size[1]}, files))
        for shape, size in SIZES.items()
    }
    told["address"] = facts.poster_address
    code = {"code.svg": as_svg(facts.poster_url)}
    return made | {Shape.POSTER: _set("poster.typ", told, files | code, kind="pdf")}


def _set(
    template: str, facts: dict[str, Any], files: dict[str, bytes], kind: Kind = "png"
) -> bytes:
    """Return one page; the template reaches nothing but these files and facts."""
    with TemporaryDirectory(prefix="share-") as folder:
        for name, content in {template: (HERE / template).read_bytes(), **files}.items():
            (Path(folder) / name).write_bytes(content)
        made = typst.compile(
            Path(folder) / template, root=Path(folder), font_paths=fonts(), format=kind, ppi=DOT,
            sys_inputs={"facts": json.dumps(facts)}, timestamp=0,
        )  # fmt: skip
    if not isinstance(made, bytes):  # of several pages there would be a list
        raise TypeError("A picture has one page.")
    return made


def _photo(picture: Picture) -> bytes:
    image = whole(picture).convert("RGB")
    image.thumbnail(PHOTO, Image.Resampling.LANCZOS, reducing_gap=3)
    content = BytesIO()
    image.save(content, "JPEG", quality=90)
    return content.getvalue()


def _jpeg(png: bytes) -> bytes:
    content = BytesIO()
    with Image.open(BytesIO(png)) as image:
        image.convert("RGB").save(content, "JPEG", quality=86, optimize=True, progressive=True)
    return content.getvalue()
