"""Sets on which a product is shown: what stands behind and below it."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from sample.art.colour import SHADE, distance, mix, shift
from sample.art.stage import HORIZON, SIZE, Stage
from sample.art.svg import circle, ellipse, line, path, rect

WOOD, WOOD_LIGHT, WOOD_DARK = "#A8693A", "#C98B55", "#7A4623"


@dataclass(frozen=True, slots=True)
class Room:
    """How much of the picture a product may fill, and where it stands."""

    width: int = 840
    height: int = 800
    ground: int = 985
    scale: float = 1.75


@dataclass(frozen=True, slots=True)
class Layout:
    """A set: how to draw it and where in it a product stands."""

    draw: Callable[[Stage], str]
    room: Room = Room()


def wall(stage: Stage) -> str:
    """Draw a papered wall and a floor."""
    return _papered(stage) + _floor(stage)


def arch(stage: Stage) -> str:
    """Draw a niche with a rounded top."""
    shape = f"M150 {HORIZON}V525A450 450 0 0 1 1050 525V{HORIZON}"
    return (
        rect(0, 0, SIZE, HORIZON, stage.ground)
        + path(shape, SHADE, fill_opacity=0.1, transform="translate(14 12)")
        + path(shape, "url(#field)")
        + line(shape, stage.frame, 16)
        + _floor(stage)
    )


def disc(stage: Stage) -> str:
    """Draw a round field with a dotted rim above soft ground."""
    return (
        _papered(stage, SIZE)
        + circle(600, 590, 470, stage.field)
        + circle(600, 590, 470, "url(#glow)", fill_opacity=0.8)
        + line(_round(600, 590, 498), stage.trim, 5, stroke_dasharray="2 18")
        + _hill(stage.floor, HORIZON + 60)
    )


def runner(stage: Stage) -> str:
    """Draw a table with a cloth runner along its front."""
    return (
        rect(0, 0, SIZE, HORIZON, stage.field)
        + _floor(stage)
        + rect(0, 1050, SIZE, 110, "url(#cloth)")
        + rect(0, 1042, SIZE, 8, stage.tones["a"])
        + rect(0, 1160, SIZE, 8, stage.tones["a"])
        + rect(0, 1050, SIZE, 110, "url(#rise)")
    )


def panel(stage: Stage) -> str:
    """Draw a cloth that hangs from a rod behind the product."""
    fringe = "".join(f"M{x} 806l4 40" for x in range(272, 936, 16))
    return (
        rect(0, 0, SIZE, HORIZON, stage.ground)
        + _floor(stage)
        + rect(284, 70, 664, 756, SHADE, fill_opacity=0.12)
        + rect(264, 60, 672, 746, "url(#field)")
        + rect(264, 60, 672, 36, SHADE, fill_opacity=0.1)
        + rect(264, 752, 672, 14, stage.tones["a"], fill_opacity=0.75)
        + rect(264, 776, 672, 6, stage.tones["a"], fill_opacity=0.75)
        + line(fringe, stage.trim, 5)
        + rect(226, 44, 748, 24, WOOD, rx=12)
        + rect(226, 44, 748, 9, WOOD_LIGHT, rx=4)
    )


def plinth(stage: Stage) -> str:
    """Draw a round plinth wrapped in cloth, before a large pale sun."""
    top, reach = 934, 400
    far = distance(stage.ground, stage.tones["m"]) > 0.3
    face = mix(stage.ground, stage.tones["m"], 0.55) if far else stage.tones["d"]
    side = (
        f"M{600 - reach} {top}A{reach} 84 0 0 0 {600 + reach} {top}V{top + 120}"
        f"A{reach} 84 0 0 1 {600 - reach} {top + 120}Z"
    )
    return (
        rect(0, 0, SIZE, SIZE, stage.ground)
        + circle(600, 500, 430, stage.field)
        + _hill(stage.floor, HORIZON + 40)
        + ellipse(620, top + 140, reach + 60, 84, SHADE, fill_opacity=0.14)
        + path(side, face)
        + path(side, "url(#cloth)", fill_opacity=0.5)
        + path(side, "url(#round)")
        + ellipse(600, top, reach, 84, shift(face, 0.1))
        + ellipse(600, top - 3, reach - 16, 76, shift(face, 0.14, 0.9))
    )


def split(stage: Stage) -> str:
    """Draw a slanting change of colour."""
    return (
        rect(0, 0, SIZE, SIZE, stage.field)
        + path("M0 0H780L400 1200H0Z", "url(#wall)")
        + line("M780 0L400 1200", stage.frame, 10)
        + _hill(SHADE, HORIZON + 60, fill_opacity=0.07)
    )


def window(stage: Stage) -> str:
    """Draw a window with a lobed top, such as the houses of the coast have."""
    shape = (
        f"M160 {HORIZON}V420C160 300 290 300 330 210C370 120 490 70 600 50"
        f"C710 70 830 120 870 210C910 300 1040 300 1040 420V{HORIZON}"
    )
    return _papered(stage) + path(shape, stage.field) + line(shape, stage.trim, 10) + _floor(stage)


def rays(stage: Stage) -> str:
    """Draw sunrays that spread from behind the product."""
    wedges = []
    for turn in range(0, 360, 20):
        left, right = (math.radians(turn + half) for half in (-5, 5))
        ends = f"{600 + 1100 * math.cos(left):.0f} {620 + 1100 * math.sin(left):.0f}"
        ends += f"L{600 + 1100 * math.cos(right):.0f} {620 + 1100 * math.sin(right):.0f}"
        wedges.append(f"M600 620L{ends}Z")
    return (
        rect(0, 0, SIZE, SIZE, stage.ground)
        + path("".join(wedges), stage.field)
        + circle(600, 620, 330, stage.field)
        + _hill(stage.floor, HORIZON + 50)
    )


def frame(stage: Stage) -> str:
    """Draw the store's cloth as a border around a plain sheet."""
    return (
        rect(0, 0, SIZE, SIZE, "url(#cloth)")
        + rect(0, 0, SIZE, SIZE, SHADE, fill_opacity=0.12)
        + rect(78, 78, 1044, 1044, stage.tones["a"])
        + rect(88, 88, 1024, 1024, stage.field)
        + rect(88, HORIZON, 1024, 232, mix(stage.field, stage.floor, 0.7))
        + rect(88, 88, 1024, 20, SHADE, fill_opacity=0.08)
    )


def shelf(stage: Stage) -> str:
    """Draw a wooden shelf on a papered wall."""
    return (
        _papered(stage, SIZE)
        + rect(0, 984, SIZE, 120, SHADE, fill_opacity=0.12)
        + path("M190 1024H270L250 1130H210Z M930 1024H1010L990 1130H950Z", WOOD_DARK)
        + rect(60, 964, 1080, 62, WOOD, rx=8)
        + rect(60, 964, 1080, 24, WOOD_LIGHT, rx=8)
        + rect(60, 1012, 1080, 14, WOOD_DARK, rx=6)
    )


def _papered(stage: Stage, height: int = HORIZON) -> str:
    return rect(0, 0, SIZE, height, "url(#wall)")


def _floor(stage: Stage) -> str:
    depth = SIZE - HORIZON
    return rect(0, HORIZON, SIZE, depth, stage.floor) + rect(0, HORIZON, SIZE, 90, "url(#fall)")


def _hill(colour: str, top: int, **more: object) -> str:
    curve = f"M0 {top}C300 {top - 40} 900 {top - 40} 1200 {top}V1200H0Z"
    return path(curve, colour, **more)


def _round(x: int, y: int, radius: int) -> str:
    return f"M{x} {y - radius}a{radius} {radius} 0 1 0 .1 0Z"


LAYOUTS = (
    Layout(wall),
    Layout(arch),
    Layout(disc),
    Layout(runner),
    Layout(panel),
    Layout(plinth, Room(660, 740, 950, 1.4)),
    Layout(split),
    Layout(window),
    Layout(rays),
    Layout(frame, Room(780, 760, 1000)),
    Layout(shelf, Room(840, 780, 976)),
)
SCENE_ROOM = Room(1010, 1000, 1098)
SCENE_LAYOUTS = tuple(Layout(draw, SCENE_ROOM) for draw in (wall, split, rays, frame, disc))
