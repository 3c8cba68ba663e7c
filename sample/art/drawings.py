"""The drawings on disk: illustrations, patterns, emblems, scenery.

An illustration is 800 by 800 with its ground line at 684. Its colours are named ``var(--m)`` and so
on; the slots ``fabric`` and ``motif`` are filled with a store's cloth and emblem.
"""

import functools
import json
import re
from pathlib import Path

HERE = Path(__file__).parent
GROUND_LINE = 684


def kinds() -> list[str]:
    """Return the names of all illustrations."""
    return _names("illustrations")


def patterns() -> list[str]:
    """Return the names of all cloth patterns."""
    return _names("patterns")


def emblems() -> list[str]:
    """Return the names of all store emblems."""
    return _names("emblems")


@functools.cache
def natural_hues(kind: str) -> dict[str, list[str]]:
    """Return the colours that are right for a kind, by role (main, accent, detail)."""
    return json.loads((HERE / "illustrations/hues.json").read_text(encoding="utf-8")).get(kind, {})


@functools.cache
def box(kind: str) -> list[int]:
    """Return left, top, right and bottom of what is drawn, without its shadow."""
    return _measures()[kind]["box"]


@functools.cache
def samples(kind: str) -> list[list[float]]:
    """Return colours found in a drawing, in twelve directions: first near its outline, then inside.

    Each is a mean: red, green and blue of what has a fixed colour (0 to 255), then the shares
    that the main, accent and detail tones have in it.
    """
    return _measures()[kind]["samples"]


def painted(drawing: str, tones: dict[str, str]) -> str:
    """Return a drawing with its named colours written out."""
    return re.sub(r"var\(--(\w+)\)", lambda found: tones[found[1]], drawing)


def illustration(kind: str, tones: dict[str, str], cloth: str, emblem: str, key: str) -> str:
    """Return one illustration in these tones.

    Args:
        cloth: the pattern in the fabric slot, as made by ``pattern``.
        emblem: name of the emblem on labels.
        key: put before every id, so that several drawings fit in one picture.
    """
    drawing = content("illustrations", kind)
    drawing = re.sub(
        r'<pattern id="fabric".*?</pattern>', lambda _: cloth, drawing, flags=re.DOTALL
    )
    badge = content("emblems", emblem)
    drawing = re.sub(
        r'(<symbol id="motif"[^>]*>).*?(</symbol>)',
        lambda found: found[1] + badge + found[2],
        drawing,
        flags=re.DOTALL,
    )
    drawing = painted(drawing, tones)
    return re.sub(r'(\bid="|url\(#|href="#)', lambda found: f"{found[1]}{key}-", drawing)


def pattern(name: str, tones: dict[str, str], key: str, transform: str) -> str:
    """Return a cloth as an SVG pattern; use it as ``url(#key)``."""
    width, height = _tile_size(name)
    return (
        f'<pattern id="{key}" width="{width}" height="{height}" patternUnits="userSpaceOnUse" '
        f'patternTransform="{transform}">{painted(content("patterns", name), tones)}</pattern>'
    )


@functools.cache
def content(folder: str, name: str) -> str:
    """Return what stands between title and end of a drawing."""
    text = (HERE / folder / f"{name}.svg").read_text(encoding="utf-8")
    return re.search(r"</title>(.*)</svg>", text, re.DOTALL)[1].strip()


@functools.cache
def _tile_size(name: str) -> tuple[str, str]:
    text = (HERE / "patterns" / f"{name}.svg").read_text(encoding="utf-8")
    return re.search(r'viewBox="0 0 (\d+) (\d+)"', text).groups()


@functools.cache
def _names(folder: str) -> list[str]:
    return sorted(file.stem for file in (HERE / folder).glob("*.svg"))


@functools.cache
def _measures() -> dict[str, dict]:
    return json.loads((HERE / "illustrations/index.json").read_text(encoding="utf-8"))
