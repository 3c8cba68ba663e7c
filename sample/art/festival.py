"""Festival heroes: a market under a baobab, calm on the left for a headline."""

from dataclasses import dataclass

from sample.art import drawings
from sample.art.chance import shuffled
from sample.art.colour import CREAM, SHADE, mix, shift
from sample.art.layouts import WOOD, WOOD_DARK, WOOD_LIGHT
from sample.art.lineup import Row, bunting, lineup
from sample.art.palette import Colours, Tones, faded, tones
from sample.art.svg import circle, document, ellipse, group, path, placed, rect, tag

WIDTH, HEIGHT = 1920, 900
STRIPES = 7


@dataclass(frozen=True, slots=True)
class Mood:
    """The colours of a time of day."""

    sky: str
    low_sky: str
    hill: str
    sun: str


@dataclass(frozen=True, slots=True)
class Stall:
    """Place and size of a market stall."""

    x: int
    y: int
    width: int
    height: int


MOODS = {
    "dawn": Mood("#F9E3BF", "#F4B98A", "#D98E66", "#FFF1D0"),
    "noon": Mood("#F7EBD2", "#F3D08B", "#D9A85E", "#FFF8E6"),
    "dusk": Mood("#3A2B4A", "#C8623F", "#7A3A3A", "#FFD58A"),
}
BARK, BARK_DARK, LEAF, LEAF_DARK = "#6E4328", "#4A2817", "#7F9A52", "#5B7A40"


def festival_hero(kinds: list[str], colours: Colours, mood: str = "dawn", seed: int = 0) -> str:
    """Return a 1920 by 900 SVG hero with up to six products on a market table.

    Args:
        mood: dawn, noon or dusk.
        seed: another number brings other cloths.
    """
    light, shades = MOODS[mood], tones(colours)
    cloths = shuffled(drawings.patterns(), "hero", *colours, seed)
    return document(
        WIDTH,
        HEIGHT,
        _defs(light, shades, cloths),
        _sky(light),
        _land(light, shades),
        _pole(shades),
        _stall(Stall(1010, 376, 330, 340), "url(#left)", shades["m"]),
        _stall(Stall(1640, 396, 300, 320), "url(#right)", shades["d"]),
        _strings(shades),
        _table(),
        lineup(kinds[:6], Row(800, 1890, 786, 306), colours, cloths[:3]),
    )


def _defs(light: Mood, shades: Tones, cloths: list[str]) -> str:
    stops = [
        tag("stop", offset=offset, stop_color=colour)
        for offset, colour in enumerate((light.sky, light.low_sky))
    ]
    return (
        tag("linearGradient", *stops, id="sky", x2=0, y2=1)
        + drawings.pattern(cloths[0], faded(shades, light.sky, 0.1), "air", "scale(1.1)")
        + drawings.pattern(cloths[0], shades, "left", "scale(.5)")
        + drawings.pattern(cloths[1], shades, "right", "scale(.5)")
        + drawings.pattern(cloths[2], shades, "cloth", "translate(0 800) scale(.7)")
        + drawings.pattern(cloths[3], shades, "flag", "scale(.34)")
    )


def _sky(light: Mood) -> str:
    halo = [(330, 0.28), (240, 0.45), (170, 1)]
    return (
        rect(0, 0, WIDTH, HEIGHT, "url(#sky)")
        + rect(0, 0, WIDTH, 520, "url(#air)", fill_opacity=0.45)
        + "".join(
            circle(1240, 400, size, light.sun, fill_opacity=opacity) for size, opacity in halo
        )
    )


def _land(light: Mood, shades: Tones) -> str:
    far = mix(light.low_sky, light.hill, 0.55)
    near = mix(mix(light.hill, SHADE, 0.28), shades["m"], 0.18)
    crest = "M0 690C300 640 700 680 1000 664S1700 640 1920 660"
    return (
        path("M0 560C240 480 420 540 640 520S1060 430 1300 500S1700 470 1920 520V900H0Z", far)
        + path(
            "M0 640C300 560 520 640 800 600S1300 560 1500 600S1800 560 1920 600V900H0Z", light.hill
        )
        + placed(_baobab(near, 0.28), 1560, 668, 1.06)
        + placed(_baobab(light.hill, 0.42), 250, 622, 0.34)
        + path(f"{crest}V900H0Z", near)
        + path(f"{crest}V680C1700 660 1300 680 1000 684S300 660 0 712Z", "#FFF", fill_opacity=0.1)
    )


def _baobab(haze: str, share: float) -> str:
    """Draw the tree; the haze of the land around it takes a share of its colours."""
    own = {"m": BARK, "md": BARK_DARK, "al": LEAF, "ad": LEAF_DARK}
    hazy = {name: mix(colour, haze, share) for name, colour in own.items()}
    return drawings.painted(drawings.content("scenery", "baobab"), hazy)


def _pole(shades: Tones) -> str:
    return (
        rect(966, 30, 14, 690, WOOD_DARK, rx=6)
        + rect(966, 30, 5, 690, WOOD)
        + circle(973, 28, 15, shades["a"])
    )


def _stall(stall: Stall, cloth: str, colour: str) -> str:
    x, y, width, height = stall.x, stall.y, stall.width, stall.height
    eaves, counter = round(height * 0.3), round(height * 0.6)
    stripes = (_stripe(stall, eaves, place, colour) for place in range(STRIPES))
    return group(
        rect(14, eaves, 14, height - eaves, WOOD_DARK),
        rect(width - 28, eaves, 14, height - eaves, WOOD_DARK),
        rect(20, eaves, width - 40, round(height * 0.34), SHADE, fill_opacity=0.28),
        rect(-6, counter, width + 12, height - counter, cloth),
        rect(-6, counter, width + 12, height - counter, "url(#rise)"),
        rect(-14, counter, width + 28, 16, WOOD, rx=5),
        rect(-14, counter, width + 28, 5, WOOD_LIGHT, rx=2),
        *stripes,
        path(f"M20 0H{width - 20}L{width - 10} 14H10Z", "#FFF", fill_opacity=0.25),
        transform=f"translate({x} {y})",
    )


def _stripe(stall: Stall, eaves: int, place: int, colour: str) -> str:
    """Draw one stripe of an awning with its rounded end."""
    fill = CREAM if place % 2 else colour
    top = [20 + (stall.width - 40) * (place + step) / STRIPES for step in (0, 1)]
    low = [-16 + (stall.width + 32) * (place + step) / STRIPES for step in (0, 1)]
    half = (low[1] - low[0]) / 2
    roof = f"M{top[0]:.0f} 0H{top[1]:.0f}L{low[1]:.0f} {eaves}H{low[0]:.0f}Z"
    end = f"M{low[0]:.0f} {eaves}H{low[1]:.0f}v14a{half:.1f} {half:.1f} 0 0 1 {-2 * half:.1f} 0Z"
    return path(roof, fill) + path(end, shift(fill, -0.06))


def _strings(shades: Tones) -> str:
    fills = [shades["m"], shades["a"], shades["d"], "url(#flag)"]
    return bunting((-30, 60), (966, 44), 74, fills) + bunting((980, 44), (1960, 70), 66, fills)


def _table() -> str:
    return (
        ellipse(1290, 826, 640, 30, SHADE, fill_opacity=0.3)
        + rect(0, 794, WIDTH, 106, "url(#cloth)")
        + rect(0, 794, WIDTH, 106, "url(#rise)")
        + rect(0, 772, WIDTH, 26, WOOD)
        + rect(0, 772, WIDTH, 8, WOOD_LIGHT)
        + rect(0, 798, WIDTH, 14, SHADE, fill_opacity=0.22)
    )
