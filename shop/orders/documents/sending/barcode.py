"""Draws the barcode of a SKU for a scanner in a packing room: Code 128."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import zxingcpp

WIDTH = re.compile(r'<svg width="(\d+)"')
MOST_BARS = 380
"""As many of the least width that scanners read have room in a row of a slip."""


class Barcode(NamedTuple):
    """A drawing, and how many bars and gaps of the least width it is wide."""

    svg: str
    bars: int


@lru_cache(maxsize=1_000)
def barcode(sku: str) -> Barcode:
    """Return the barcode of a SKU; an empty one where it cannot be written or has no room."""
    try:
        made = zxingcpp.create_barcode(sku, zxingcpp.BarcodeFormat.Code128)
    except ValueError:  # letters that no Code 128 has
        return Barcode("", 0)
    svg = made.to_svg()
    bars = int((WIDTH.search(svg) or ["", "0"])[1])
    return Barcode(svg, bars) if 0 < bars <= MOST_BARS else Barcode("", 0)
