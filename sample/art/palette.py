"""From a store's three colours to the tones of a drawing."""

import itertools

from sample.art import drawings
from sample.art.chance import number, pick, turned
from sample.art.colour import CREAM, SHADE, distance, is_dark, lightness, mix, shift

type Colours = tuple[str, str, str]
"""Main, accent and detail."""

type Tones = dict[str, str]
"""Twelve colours by the names that the drawings use: ``m a d``, each plain, ``l``, ``d``, ``x``."""

ROLES = ("main", "accent", "detail")
APART = 0.17
DARKEST_ACCENT = 0.6
LIGHTEST_DETAIL = 0.56


def tones(colours: Colours) -> Tones:
    """Return each colour plain, light, dark and deep; lights are warm, shadows red-brown."""
    found = {}
    for name, colour in zip("mad", colours, strict=True):
        found[name] = colour
        found[name + "l"] = shift(colour, 0.085, 0.96, 0.008)
        found[name + "d"] = mix(shift(colour, -0.085), SHADE, 0.08)
        found[name + "x"] = mix(shift(colour, -0.17, 0.95), SHADE, 0.16)
    return found


def faded(full: Tones, ground: str, strength: float) -> Tones:
    """Return tones for a pattern that lies on the ground: strength 0 is invisible, 1 is full."""
    light = full["al"] if is_dark(ground) else CREAM
    return {
        "m": ground,
        "md": shift(ground, -0.09 * strength),
        "ml": mix(ground, full["ml"], strength),
        "a": mix(ground, full["a"], strength * 0.9),
        "al": mix(ground, light, strength),
        "d": mix(ground, full["d"], strength * 0.7),
    }


def product_colours(kind: str, store: Colours, seed: int) -> Colours:
    """Return the colours of one product of a store.

    Neighbouring seeds hand out the store's colours in another order, so that two jars on one
    shelf differ. What has a hue by nature, such as gold, leather or oil, keeps it.
    """
    orders = [order for order in itertools.permutations(store) if _usable(order)] or [store]
    main, accent, detail = turned(orders, seed)[0]
    natural = {
        role: turned(hues, seed + number(*store))[0]
        for role, hues in drawings.natural_hues(kind).items()
    }
    if "accent" in natural and "main" not in natural:
        main = _apart(main, natural["accent"], towards=SHADE)
    main = natural.get("main", main)
    accent = natural.get("accent", _apart(accent, main, towards=CREAM))
    detail = natural.get("detail", _dark_enough(_apart(detail, main, towards=SHADE)))
    return main, accent, detail


def emblem_of(store: Colours) -> str:
    """Return the emblem that a store with these colours has on its labels and its logo."""
    return pick(drawings.emblems(), "emblem", *store)


def _usable(order: Colours) -> bool:
    """Keep orders whose ornaments stay visible: the accent is lighter than main or detail."""
    main, accent, detail = map(lightness, order)
    return accent > DARKEST_ACCENT - 0.12 and accent > min(main, detail)


def _apart(colour: str, other: str, towards: str) -> str:
    """Move a colour away from another until an ornament in it shows."""
    for _ in range(4):
        if distance(colour, other) >= APART:
            break
        colour = mix(colour, towards, 0.3)
    return colour


def _dark_enough(detail: str) -> str:
    """Darken a detail that would vanish on cream labels."""
    return shift(detail, min(0.0, LIGHTEST_DETAIL - lightness(detail)))
