"""The festival's cloth: one square for each store that takes part, dashed while it is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, isqrt
from zlib import crc32

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

SIDE, STEP = 38, 40  # a square, and from one to the next
MOST = 400

CLAY, MARIGOLD, HIBISCUS, INK = "#b4502b", "#ffb81c", "#cf1f4a", "#191431"
SKY, CHALK, LEAF, INDIGO = "#8fd0e6", "#fff6df", "#0a7850", "#2a2480"
# The ground of a square, and the dyes that stand out on it. The hero itself is indigo.
GROUNDS = {
    CLAY: (CHALK, INK, MARIGOLD),
    MARIGOLD: (HIBISCUS, INK, INDIGO),
    HIBISCUS: (CHALK, MARIGOLD, INK),
    INK: (MARIGOLD, CHALK, SKY),
    SKY: (INDIGO, INK, HIBISCUS),
    CHALK: (HIBISCUS, LEAF, INK),
    LEAF: (MARIGOLD, CHALK, INK),
}
DYES = tuple(GROUNDS)
WEAVES = {
    "weft": "m0 6h38v6h-38zm0 10h38v6h-38zm0 10h38v6h-38z",
    "warp": "m5 0h6v38h-6zm11 0h6v38h-6zm11 0h6v38h-6z",
    "steps": "m0 38v-10h7v-9h7v-9h10v9h7v9h7v10z",
    "gem": "m19 3l16 16-16 16-16-16zm0 9-7 7 7 7 7-7z",
    "hourglass": "m0 0h38l-19 19zm0 38h38l-19-19z",
    "chequer": "m0 0h19v19h-19zm19 19h19v19h-19z",
    "shells": "m0 19a19 19 0 0 1 38 0zm0 19a19 19 0 0 1 38 0z",
    "wing": "m0 38l38-38v38z",
}
STRIP = (1600, 200)  # a store's own piece of cloth


@dataclass(frozen=True, slots=True)
class Weave:
    """How the square of a store is woven: two dyes, and the name of its pattern."""

    dye: str
    partner: str
    pattern: str


def cloth(stores: Sequence[str], target: int, label: str) -> SafeString:
    """Return the cloth as a drawing: a woven square for each store, the rest dashed.

    Args:
        stores: slugs in the order in which they joined; each always gives the same square.
        target: how many squares the whole cloth has, at least.
        label: what the drawing shows, for those who do not see it.
    """
    columns, drawing = _drawing(tuple(stores[:MOST]), min(max(target, len(stores), 1), MOST))
    rows = ceil(min(max(target, len(stores), 1), MOST) / columns)
    return format_html(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        columns * STEP - 2,
        rows * STEP - 2,
        label,
        drawing,
    )


def weave_of(slug: str) -> Weave:
    """Return how a store's square is woven; a name of its address always gives the same."""
    chance = crc32(slug.encode())
    dye = DYES[chance % len(DYES)]
    return Weave(dye, GROUNDS[dye][chance // 7 % 3], tuple(WEAVES)[chance // 21 % len(WEAVES)])


def strip(weave: Weave) -> str:
    """Return a piece of a store's cloth as a file: its square, again and again.

    It fills a frame of any shape.
    """
    width, height = STRIP
    tile = (
        f'<pattern id="cloth" width="{SIDE}" height="{SIDE}" patternUnits="userSpaceOnUse">'
        f'<path fill="{weave.dye}" d="M0 0h{SIDE}v{SIDE}h-{SIDE}z"/>'
        f'<path fill="{weave.partner}" fill-rule="evenodd" d="M0 0{WEAVES[weave.pattern]}"/>'
        "</pattern>"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" preserveAspectRatio="xMidYMid slice"><defs>{tile}</defs>'
        f'<rect width="{width}" height="{height}" fill="url(#cloth)"/></svg>'
    )


@lru_cache(maxsize=8)
def _drawing(stores: tuple[str, ...], count: int) -> tuple[int, SafeString]:
    columns = isqrt(count - 1) + 1
    corners = [(n % columns * STEP, n // columns * STEP) for n in range(count)]
    grounds: dict[str, list[str]] = defaultdict(list)
    weaves: dict[str, list[str]] = defaultdict(list)
    for slug, (x, y) in zip(stores, corners, strict=False):
        woven = weave_of(slug)
        grounds[woven.dye].append(f"M{x} {y}h{SIDE}v{SIDE}h-{SIDE}z")
        weaves[woven.partner].append(f"M{x} {y}{WEAVES[woven.pattern]}")
    # One path for each dye: a hundred squares are a few kilobytes.
    paths = [f'<path fill="{dye}" d="{"".join(parts)}"/>' for dye, parts in grounds.items()]
    paths += [
        f'<path fill="{dye}" fill-rule="evenodd" d="{"".join(parts)}"/>'
        for dye, parts in weaves.items()
    ]
    missing = "".join(f"M{x + 1} {y + 1}h36v36h-36z" for x, y in corners[len(stores) :])
    paths.append(
        '<path fill="none" stroke="#fff" stroke-opacity=".35" stroke-width="1.5"'
        f' stroke-dasharray="4 4" d="{missing}"/>'
    )
    return columns, mark_safe("".join(paths))  # noqa: S308 (numbers and constants only)
