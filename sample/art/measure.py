"""Measures every illustration and writes ``illustrations/index.json``."""

import json
import math
import re
from collections import defaultdict

import svg2png_py
from PIL import Image, ImageChops, ImageFilter

from sample.art import drawings
from sample.art.render import NO_FONTS
from sample.art.svg import rect, tag

SIDE = 400
SCALE = 800 // SIDE
SECTORS = 12
AIRY = "shadow|glow|steam|smoke|sparkles"
AIRY_PARTS = re.compile(rf'<g id="o-({AIRY})">.*?</g>', re.DOTALL)


def measure_all() -> None:
    """Write box and outline of every illustration. Run it after drawing or changing one."""
    measures = {kind: measure(kind) for kind in drawings.kinds()}
    lines = [f' "{kind}": {json.dumps(found)}' for kind, found in measures.items()]
    file = drawings.HERE / "illustrations/index.json"
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def measure(kind: str) -> dict[str, list]:
    """Return the box of a kind and its colour samples, as ``drawings.samples`` explains."""
    plain = _drawn(kind, "")
    alpha = plain.getchannel("A")
    box = alpha.point(lambda value: 255 * (value > 40)).getbbox()
    solid = alpha.point(lambda value: 255 * (value > 235))
    inside = solid.filter(ImageFilter.MinFilter(21))
    rim = ImageChops.subtract(solid, inside)
    with_white = [_drawn(kind, tone).load() for tone in "mad"]
    base, found = plain.load(), defaultdict(list)
    for place, area in enumerate((rim, inside)):
        for x, y in _points(area):
            fixed = base[x, y][:3]
            shares = [(white[x, y][1] - fixed[1]) / 255 for white in with_white]
            found[place, _sector(x, y, box)].append([*fixed, *shares])
    samples = [_mean(points) for _, points in sorted(found.items())]
    return {"box": [value * SCALE for value in box], "samples": samples}


def _drawn(kind: str, white: str) -> Image.Image:
    """Draw a kind with one tone white and the others black: pixels then tell that tone's share.

    Cloth is drawn plain, in the main tone, which fills most of every pattern.
    """
    names = [tone + step for tone in "mad" for step in ("", "l", "d", "x")]
    tones = {name: "#FFFFFF" if name[0] == white else "#000000" for name in names}
    cloth = tag("pattern", rect(0, 0, 800, 800, tones["m"]), id="fabric", width=1, height=1)
    body = drawings.illustration(kind, tones, cloth, "star", "o")
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 800" width="{SIDE}"'
    svg = f'{head} height="{SIDE}">{AIRY_PARTS.sub("", body)}</svg>'
    data, width, height = svg2png_py.svg_to_rgba(svg, NO_FONTS)
    return Image.frombytes("RGBA", (width, height), bytes(data))


def _points(area: Image.Image) -> list[tuple[int, int]]:
    reached = area.load()
    return [(x, y) for y in range(0, SIDE, 2) for x in range(0, SIDE, 2) if reached[x, y]]


def _sector(x: int, y: int, box: tuple[int, int, int, int]) -> int:
    left, top, right, bottom = box
    angle = math.atan2(y - (top + bottom) / 2, x - (left + right) / 2)
    return int((angle / math.tau + 0.5) * SECTORS) % SECTORS


def _mean(points: list[list[float]]) -> list[float]:
    return [round(sum(column) / len(points), 2) for column in zip(*points, strict=True)]
