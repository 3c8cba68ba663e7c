"""Draws the sample's pictures into a folder; what is there already is kept.

The name of a file contains a key: a hash of the art package and of the arguments of the drawing.
A file whose key is the same is therefore the same picture, and another one never takes its name.
"""

import functools
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from sample.art import (
    drawings,
    product_picture,
    render,
    render_sizes,
    store_banner,
    store_cloth,
    store_logo,
)
from sample.reading import stores
from sample.sheets import ProductSheet, StoreSheet

WIDTHS = (320, 640, 1200)
"""Pixels: cards on plain and on fine screens, and the product page."""

LOGO_WIDTH = 400
BANNER_WIDTHS = (640, 1200)
BANNER_SHAPE = 1200, 375  # width and height
BANNER_KINDS = 4  # products on it
SMALLER = {"avif": {"quality": 60, "speed": 8}, "webp": {"quality": 78, "method": 4}}
"""Formats beside JPEG. At its default speed AVIF saves a twelfth more, in four times the time."""

FOLDERS = {"products", "logos", "banners", "cloths"}

type Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Files that are made together, and how."""

    files: tuple[Path, ...]
    draw: Callable[[], Sequence[bytes]]


def draw_all(
    folder: Path, *, jobs: int, report: Report, sheets: Sequence[StoreSheet] | None = None
) -> None:
    """Draw what is missing of all product pictures, logos, banners and cloths.

    A run may be killed at any time: no half file is left, and the next one goes on.

    Args:
        jobs: drawings at the same time; the renderer leaves Python's lock alone, so that threads
            keep as many cores busy.
        report: is told how many drawings are done, and of how many.
        sheets: the stores; all of the catalogue when not given.
    """
    wanted = [
        drawing
        for store in (stores() if sheets is None else sheets)
        for drawing in _drawings(folder, store)
    ]
    missing = [drawing for drawing in wanted if not all(file.exists() for file in drawing.files)]
    report(len(wanted) - len(missing), len(wanted))
    with ThreadPoolExecutor(jobs) as threads:
        try:
            running = [threads.submit(_make, drawing) for drawing in missing]
            for done, future in enumerate(as_completed(running), len(wanted) - len(missing) + 1):
                future.result()
                report(done, len(wanted))
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise


def product_files(folder: Path, store: StoreSheet, product: ProductSheet) -> dict[int, Path]:
    """Return where the pictures of a product are, by width in pixels; they are square JPEG."""
    key = _key(product.art, *store.colours, store.pattern, product.number)
    name = f"{_plain(product.sku)}-{key}"
    return {width: folder / "products" / f"{name}-{width}.jpg" for width in WIDTHS}


def logo_file(folder: Path, store: StoreSheet) -> Path:
    """Return where the logo of a store is: a square JPEG of 400 pixels."""
    key = _key(_initials(store), *store.colours, store.pattern)
    return folder / "logos" / f"{_plain(store.slug)}-{key}.jpg"


def banner_files(folder: Path, store: StoreSheet) -> dict[int, Path]:
    """Return where the banner of a store is, by width in pixels: JPEG, 16 wide and 5 high."""
    key = _key("banner", *banner_kinds(store), *store.colours, store.pattern)
    name = f"{_plain(store.slug)}-{key}"
    return {width: folder / "banners" / f"{name}-{width}.jpg" for width in BANNER_WIDTHS}


def banner_kinds(store: StoreSheet) -> list[str]:
    """Return what stands on the banner: the first products that are drawn differently."""
    return list(dict.fromkeys(product.art for product in store.products))[:BANNER_KINDS]


def cloth_file(folder: Path, store: StoreSheet) -> Path:
    """Return where the cloth of a store is: an SVG strip that fills a frame of any shape."""
    key = _key(*store.colours, store.pattern)
    return folder / "cloths" / f"{_plain(store.slug)}-{key}.svg"


def convert(file: Path) -> list[Path]:
    """Write a picture as AVIF and as WebP beside it, unless they are there; return both."""
    made = [file.with_suffix(f".{kind}") for kind in SMALLER]
    for target, options in zip(made, SMALLER.values(), strict=True):
        if not target.exists():
            with Image.open(file) as image, _replacing(target) as part:
                image.save(part, target.suffix[1:].upper(), **options)
    return made


def _drawings(folder: Path, store: StoreSheet) -> Iterator[Drawing]:
    yield Drawing((cloth_file(folder, store),), functools.partial(_cloth, store))
    yield Drawing((logo_file(folder, store),), functools.partial(_logo, store))
    banners = tuple(banner_files(folder, store).values())
    yield Drawing(banners, functools.partial(_banner, store))
    for product in store.products:
        files = tuple(product_files(folder, store, product).values())
        yield Drawing(files, functools.partial(_product, store, product))


def _product(store: StoreSheet, product: ProductSheet) -> list[bytes]:
    svg = product_picture(product.art, store.colours, store.pattern, product.number)
    made = render_sizes(svg, list(WIDTHS))
    return [made[width] for width in WIDTHS]


def _logo(store: StoreSheet) -> list[bytes]:
    return [render(store_logo(_initials(store), store.colours, store.pattern), LOGO_WIDTH)]


def _banner(store: StoreSheet) -> list[bytes]:
    svg = store_banner(banner_kinds(store), store.colours, store.pattern)
    made = render_sizes(svg, list(BANNER_WIDTHS))
    return [made[width] for width in BANNER_WIDTHS]


def _cloth(store: StoreSheet) -> list[bytes]:
    return [store_cloth(store.colours, store.pattern).encode()]


def _initials(store: StoreSheet) -> str:
    return "".join(word[0] for word in store.name.split()[:2])


def draw_one(folder: Path, name: str) -> None:
    """Draw one file that is missing, if it is a picture of the sample.

    Args:
        name: its path in the folder, written with slashes.
    """
    if name.partition("/")[0] in FOLDERS and not (folder / name).exists():
        drawing = _by_file(folder).get(name)
        if drawing:
            _make(drawing)


@functools.cache
def _by_file(folder: Path) -> dict[str, Drawing]:
    drawings = (drawing for store in stores() for drawing in _drawings(folder, store))
    return {
        file.relative_to(folder).as_posix(): drawing
        for drawing in drawings
        for file in drawing.files
    }


def _make(drawing: Drawing) -> None:
    """Draw the files of a drawing, unless somebody did so meanwhile."""
    if all(file.exists() for file in drawing.files):
        return
    for file, content in zip(drawing.files, drawing.draw(), strict=True):
        file.parent.mkdir(parents=True, exist_ok=True)
        with _replacing(file) as part:
            part.write(content)


@contextmanager
def _replacing(file: Path) -> Iterator[BinaryIO]:
    """Open a file beside it that takes its name only when all is written."""
    # Of this thread alone: two may draw the same picture.
    part = file.with_name(f"{file.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        with part.open("wb") as opened:
            yield opened
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _plain(name: str) -> str:
    """Return a name that stays in its folder: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _key(*arguments: object) -> str:
    return blake2b(repr((_art_version(), arguments)).encode(), digest_size=5).hexdigest()


@functools.cache
def _art_version() -> str:
    """Return a hash of the art package: its code and all of its drawings."""
    digest = blake2b(digest_size=8)
    for file in sorted(drawings.HERE.rglob("*")):
        if file.suffix in {".py", ".svg", ".json"}:
            digest.update(file.relative_to(drawings.HERE).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()
