"""Banners, logos and cloths of stores."""

import math

from sample.art import drawings
from sample.art.chance import number, pick
from sample.art.colour import CREAM, SHADE, is_dark, mix, shift
from sample.art.contrast import grounds
from sample.art.letters import initials_in, monogram
from sample.art.lineup import Row, bunting, lineup
from sample.art.palette import Colours, Tones, emblem_of, faded, tones
from sample.art.svg import circle, document, group, line, path, placed, rect

WIDTH, HEIGHT, HORIZON = 1600, 500, 400
LOGO = 400
STRIP = 1600, 200
CALM_HALF = 700


def store_banner(kinds: list[str], colours: Colours, pattern: str, seed: int = 0) -> str:
    """Return a 1600 by 500 SVG banner: calm on the left for a name, up to four products right."""
    shades = tones(colours)
    ground = pick([colour for colour in grounds(colours) if not is_dark(colour)], *colours, seed)
    wall = faded(shades, ground, 0.18)
    panel = faded(shades, mix(ground, shades["a"], 0.35), 0.5)
    defs = (
        drawings.pattern(pattern, wall, "wall", "scale(.9)")
        + drawings.pattern(pattern, panel, "panel", "scale(.7)")
        + drawings.pattern(pattern, shades, "cloth", "translate(0 452) scale(.5)")
        + drawings.pattern(pattern, shades, "flag", "scale(.3)")
    )
    return document(
        WIDTH,
        HEIGHT,
        defs,
        rect(0, 0, WIDTH, HEIGHT, "url(#wall)"),
        pick((_sun, _hanging, _niches), "banner", *colours, seed)(ground, shades),
        _table(ground, shades),
        lineup(kinds[:4], Row(CALM_HALF, 1570, 447, 350), colours, [pattern]),
        _hem(shades),
    )


def store_logo(initials: str, colours: Colours, pattern: str) -> str:
    """Return a 400 by 400 SVG logo: one or two initials on the store's cloth.

    Args:
        initials: any letters that ``letters.initials_in`` knows; others leave the emblem alone.
    """
    shades = tones(colours)
    badge = BADGES[number("badge", *colours) % len(BADGES)]
    face, ink, mark = _face(colours, shades)
    return document(
        LOGO,
        LOGO,
        drawings.pattern(pattern, shades, "cloth", "scale(.62)"),
        rect(0, 0, LOGO, LOGO, "url(#cloth)"),
        rect(0, 0, LOGO, LOGO, shades["mx"], fill_opacity=0.16),
        group(badge(148), fill=SHADE, opacity=0.28, transform="translate(4 7)"),
        group(badge(148), fill=shades["a"]),
        group(badge(135), fill=face),
        _inscription(initials_in(initials), emblem_of(colours), ink, mark),
        rect(0, 0, LOGO, LOGO, "url(#glow)", fill_opacity=0.5),
    )


def store_cloth(colours: Colours, pattern: str) -> str:
    """Return a 1600 by 200 SVG strip of the store's cloth; it fills a frame of any shape."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {STRIP[0]} {STRIP[1]}" '
        f'width="{STRIP[0]}" height="{STRIP[1]}" preserveAspectRatio="xMidYMid slice">'
        f"<defs>{drawings.pattern(pattern, tones(colours), 'cloth', 'scale(.5)')}</defs>"
        f"{rect(0, 0, *STRIP, 'url(#cloth)')}</svg>"
    )


def _face(colours: Colours, shades: Tones) -> tuple[str, str, str]:
    """Return the colours of a badge, its letters and its emblem: dark on cream or light on dark."""
    dark_faces = [shade for shade in (shades["d"], shades["md"]) if is_dark(shade)]
    face = pick([CREAM, CREAM, *dark_faces], "face", *colours)
    if face == CREAM:
        dark_marks = [shade for shade in (shades["m"], shades["d"]) if is_dark(shade)]
        return face, shades["mx"], [*dark_marks, shades["dx"]][0]
    return face, CREAM, CREAM if is_dark(shades["al"]) else shades["al"]


def _inscription(letters: str, emblem: str, ink: str, mark: str) -> str:
    drawn = drawings.content("emblems", emblem)
    if not letters:
        return group(placed(drawn, 200, 200, 1.5), fill=mark)
    size = 78 if len(letters) > 1 else 92
    return (
        group(placed(drawn, 200, 134, 0.66), fill=mark)
        + monogram(letters, (200, 230), size, ink)
        + line("M152 296H248", mark, 5)
    )


def _sun(ground: str, shades: Tones) -> str:
    outer, inner = (mix(ground, shades["al"], share) for share in (0.65, 0.85))
    strings = _strings(shades)
    return circle(1110, 330, 330, outer) + circle(1110, 330, 250, inner) + strings


def _hanging(ground: str, shades: Tones) -> str:
    edge = mix(ground, shades["a"], 0.7)
    return (
        rect(752, 0, 760, HORIZON, SHADE, fill_opacity=0.1)
        + rect(740, 0, 760, HORIZON, "url(#panel)")
        + rect(740, 0, 14, HORIZON, edge)
        + rect(1486, 0, 14, HORIZON, edge)
    )


def _niches(_ground: str, shades: Tones) -> str:
    niches = [
        f"M{x} {HORIZON}V210A120 120 0 0 1 {x + 240} 210V{HORIZON}Z" for x in (720, 990, 1260)
    ]
    return path("".join(niches), "url(#panel)") + _strings(shades)


def _strings(shades: Tones) -> str:
    fills = [shades["m"], shades["a"], shades["d"], "url(#flag)"]
    return bunting((-20, 18), (830, 10), 46, fills) + bunting((770, 10), (1630, 18), 40, fills)


def _table(ground: str, shades: Tones) -> str:
    top = shift(mix(ground, shades["m"], 0.08), -0.05)
    return (
        rect(0, HORIZON, WIDTH, HEIGHT - HORIZON, top)
        + rect(0, HORIZON, WIDTH, 50, "url(#fall)")
        + rect(0, 0, WIDTH, HEIGHT, "url(#glow)")
    )


def _hem(shades: Tones) -> str:
    return (
        rect(0, 464, WIDTH, 36, "url(#cloth)")
        + rect(0, 460, WIDTH, 5, shades["a"])
        + rect(0, 464, WIDTH, 36, "url(#rise)")
    )


def _round_badge(radius: float) -> str:
    return f'<circle cx="200" cy="200" r="{radius}"/>'


def _square_badge(radius: float) -> str:
    half = radius * 0.92
    near, side = 200 - half, 2 * half
    return f'<rect x="{near:.1f}" y="{near:.1f}" width="{side:.1f}" height="{side:.1f}" rx="34"/>'


def _arched_badge(radius: float) -> str:
    half = radius * 0.94
    sides = (
        f"M{200 - half:.1f} {200 + half:.1f}V200A{half:.1f} {half:.1f} 0 0 1 {200 + half:.1f} 200"
    )
    return f'<path d="{sides}V{200 + half:.1f}Z" stroke-linejoin="round"/>'


def _octagonal_badge(radius: float) -> str:
    corners = [math.radians(22.5 + 45 * corner) for corner in range(8)]
    reach = radius * 1.06
    points = (f"{200 + reach * math.sin(a):.1f} {200 + reach * math.cos(a):.1f}" for a in corners)
    return f'<path d="M{"L".join(points)}Z"/>'


def _scalloped_badge(radius: float) -> str:
    turns = [math.radians(22.5 * scallop) for scallop in range(16)]
    reach, bump = radius * 0.9, radius * 0.18
    rim = (
        f'<circle cx="{200 + reach * math.sin(a):.1f}" cy="{200 + reach * math.cos(a):.1f}" '
        f'r="{bump:.1f}"/>'
        for a in turns
    )
    return f'<circle cx="200" cy="200" r="{radius * 0.93:.1f}"/>{"".join(rim)}'


BADGES = (_round_badge, _square_badge, _arched_badge, _octagonal_badge, _scalloped_badge)
