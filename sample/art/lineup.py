"""Rows of products, and the bunting above them."""

import math
from dataclasses import dataclass

from sample.art import drawings
from sample.art.colour import SHADE
from sample.art.palette import Colours, emblem_of, product_colours, tones
from sample.art.svg import group, line, path, placed

LARGEST = 0.7
OVERLAP = 34
WIDEST_GAP = 60


@dataclass(frozen=True, slots=True)
class Row:
    """Where a row of products stands: from left to right on one ground line, up to a height."""

    left: float
    right: float
    ground: float
    height: float


def lineup(kinds: list[str], row: Row, colours: Colours, cloths: list[str]) -> str:
    """Return a store's products side by side; every second one stands a step back.

    Args:
        cloths: patterns that garments, rugs and the like take in turn.
    """
    scales = [_scale(kind, row.height, place) for place, kind in enumerate(kinds)]
    widths = [_width(kind) * scale for kind, scale in zip(kinds, scales, strict=True)]
    squeeze, gap = _fitted(sum(widths), len(kinds), row.right - row.left)
    total = sum(widths) * squeeze + gap * (len(kinds) - 1)
    x = (row.left + row.right - total) / 2
    spots = []
    for place, kind in enumerate(kinds):
        scale = scales[place] * squeeze
        ground = row.ground - 16 * (place % 2)
        left = x - drawings.box(kind)[0] * scale
        top = ground - drawings.GROUND_LINE * scale
        spots.append(placed(_dressed(kind, colours, cloths, place), left, top, scale))
        x += widths[place] * squeeze + gap
    return "".join(spots[1::2] + spots[::2])


def bunting(start: tuple[int, int], end: tuple[int, int], sag: int, fills: list[str]) -> str:
    """Return a string of small flags that hangs between two points."""
    (x1, y1), (x2, y2) = start, end
    low_x, low_y = (x1 + x2) / 2, (y1 + y2) / 2 + sag * 2
    count = round((x2 - x1) / 60)
    flags = []
    for flag in range(count):
        at = (flag + 0.5) / count
        x = (1 - at) ** 2 * x1 + 2 * at * (1 - at) * low_x + at**2 * x2
        y = (1 - at) ** 2 * y1 + 2 * at * (1 - at) * low_y + at**2 * y2
        slope = math.atan2((1 - at) * (low_y - y1) + at * (y2 - low_y), (x2 - x1) / 2)
        turn = f"translate({x:.0f} {y:.0f}) rotate({math.degrees(slope):.1f})"
        flags.append(group(_flag(fills[flag % len(fills)]), transform=turn))
    rope = line(f"M{x1} {y1}Q{low_x} {low_y} {x2} {y2}", SHADE, 4, stroke_opacity=0.55)
    return rope + "".join(flags)


def _dressed(kind: str, colours: Colours, cloths: list[str], place: int) -> str:
    shades = tones(product_colours(kind, colours, place))
    cloth = drawings.pattern(cloths[place % len(cloths)], shades, "fabric", "scale(.6)")
    return drawings.illustration(kind, shades, cloth, emblem_of(colours), f"p{place}")


def _flag(fill: str) -> str:
    return path("M-23 0H23L0 58Z", fill) + path("M0 0H23L0 58Z", SHADE, fill_opacity=0.1)


def _scale(kind: str, height: float, place: int) -> float:
    _, top, _, bottom = drawings.box(kind)
    fitting = min(height / (bottom - top), height * 1.08 / _width(kind), LARGEST)
    return fitting * (0.9 if place % 2 else 1)


def _width(kind: str) -> int:
    left, _, right, _ = drawings.box(kind)
    return right - left


def _fitted(total: float, count: int, room: float) -> tuple[float, float]:
    """Return how much to shrink and the gap between neighbours; a small overlap is welcome."""
    gap = (room - total) / max(1, count - 1)
    if gap >= -OVERLAP:
        return 1, min(gap, WIDEST_GAP)
    return (room + OVERLAP * (count - 1)) / total, -OVERLAP
