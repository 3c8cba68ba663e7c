"""Grounds on which a product stands out."""

from collections.abc import Callable

from sample.art import drawings
from sample.art.chance import shuffled
from sample.art.colour import CREAM, channels, distance, from_channels, mix, oklab, shift, tint
from sample.art.palette import Colours

FLOOR = 0.18
"""Smallest distance of a product from its ground; see ``contrast``."""

PALE, MIDDLE, STRONG = (0.93, 0.045), (0.82, 0.085), (0.69, 0.11)
GOLD, DEEP = (0.8, 0.125), (0.37, 0.085)
"""Lightness and chroma of the grounds that are made from a store's colours."""

SAND = "#EAD5B0"
NEUTRAL = "#F3E4CB"
DYES = ("#F0C36A", "#A8D0DA", "#2F2A63", "#D98A5F", "#A9C3A0", "#7C2440")
"""The festival's own grounds, for what stands out on none of its store's."""


def backdrop(kind: str, product: Colours, store: Colours, seed: int) -> tuple[str, str]:
    """Return a ground and the field behind the product, both at least ``FLOOR`` away from it.

    Neighbouring seeds take neighbours among the grounds that will do. The festival's dyes come
    in when none of the store's will. When even they are too near, the farthest of all is returned;
    the tests show that this happens to no product of the catalogue.
    """
    found = colours_in(kind, product)

    def apart(pair: tuple[str, str]) -> float:
        return min(contrast(found, colour) for colour in pair)

    farthest = []
    for choice in (grounds(store), DYES):
        pairs = [_paired(ground, store, apart) for ground in choice]
        if good := [pair for pair in pairs if apart(pair) >= FLOOR]:
            return good[seed % len(good)]
        farthest += pairs
    return max(farthest, key=apart)


def contrast(found: list[str], ground: str) -> float:
    """Return how far the colours of a product are from a ground, measured by ``distance``.

    The quarter nearest to the ground is left out: so much may be lost and a picture is still
    read. The nearest of the rest counts.
    """
    return sorted(distance(colour, ground) for colour in found)[len(found) // 4]


def colours_in(kind: str, product: Colours) -> list[str]:
    """Return the colours found along the outline of a product and inside."""
    return [_blend(sample, product) for sample in drawings.samples(kind)]


def grounds(store: Colours) -> list[str]:
    """Return a store's own set of grounds, in its own order."""
    main, accent, detail = store
    light = [_earthen(colour, *level) for colour in (main, detail) for level in (PALE, MIDDLE)]
    light += [_earthen(colour, *STRONG) for colour in (main, detail)]
    light += [_earthen(accent, *level) for level in (MIDDLE, GOLD)]
    # Dark yellow looks like mud, so the two least yellow colours give the deep grounds.
    deep = [tint(colour, *DEEP) for colour in sorted(store, key=lambda c: oklab(c)[2])[:2]]
    return shuffled([*light, *deep, NEUTRAL], *store)


def _paired(ground: str, store: Colours, apart: Callable) -> tuple[str, str]:
    """Pair a ground with the field that will do: a touch of gold, cream or detail, else plain."""
    touches = shuffled([(store[1], 0.3), (CREAM, 0.5), (store[2], 0.14)], ground)
    pairs = [(ground, mix(ground, toward, share)) for toward, share in touches]
    return next((pair for pair in pairs if apart(pair) >= FLOOR), (ground, ground))


def _earthen(colour: str, lightness: float, chroma: float) -> str:
    """Tint a colour and dust it with sand: pure tints of red and green look like sweets."""
    return mix(tint(colour, lightness, chroma), shift(SAND, lightness - 0.88), 0.33)


def _blend(sample: list[float], product: Colours) -> str:
    fixed, shares = sample[:3], sample[3:]
    parts = zip(shares, map(channels, product), strict=True)
    mixed = [[share * value for value in colour] for share, colour in parts]
    return from_channels([base + sum(column) for base, *column in zip(fixed, *mixed, strict=True)])
