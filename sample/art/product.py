"""Product pictures."""

from sample.art import drawings
from sample.art.chance import number, pick, shuffled, turned
from sample.art.contrast import backdrop
from sample.art.layouts import LAYOUTS, SCENE_LAYOUTS, Layout, Room
from sample.art.palette import Colours, emblem_of, product_colours, tones
from sample.art.stage import SIZE, Stage
from sample.art.svg import document, group, path, placed, rect, tag

SCENES = frozenset(
    {
        *("baobab-plain", "basket-lesson", "beach", "bead-workshop", "bicycle-tour"),
        *("bread-oven", "bush-walk", "camel-caravan", "canopy-walk", "city-walk", "coast-fort"),
        *("coast-path", "cocoa-farm", "coffee-ceremony", "coffee-farm", "cooking-class"),
        *("desert-camp", "dhow-boat", "drum-lesson", "dune-creatures", "dune-sunset"),
        *("flamingo-lagoon", "gorge-birds", "gorilla-forest", "highland-wolf", "kayak"),
        *("market-walk", "mokoro", "monkey-forest", "moonbow", "mountain-trek", "music-lesson"),
        *("music-night", "night-sky", "penguin-coast", "pirogue", "rafting", "reef-snorkel"),
        *("rhino-plain", "river-boat", "safari-jeep", "salt-lake", "sand-yacht"),
        *("scenic-flight", "seal-coast", "seaweed-farm", "sewing-lesson", "shore-fire"),
        *("spice-garden", "street-food", "surf-wave", "table-mountain", "tile-workshop"),
        *("train-ride", "turtle-beach", "vineyard-day", "volcano-trek", "waterfall"),
        *("weaving-lesson", "whale-coast"),
    }
)
SLIM = 560
MANNERS = ("alone", "close", "alone", "echo")
"""How products of one store take turns: at rest, nearer, with two more of its kind behind."""


def product_picture(kind: str, colours: Colours, pattern: str, seed: int = 0) -> str:
    """Return a square SVG picture of a product.

    Args:
        kind: an illustration, one of ``drawings.kinds()``.
        colours: main, accent and detail of the store, as ``#RRGGBB``.
        pattern: the store's cloth, one of ``drawings.patterns()``.
        seed: number of the product within its store. Neighbours get another layout, ground,
            order of colours and size; the same arguments always give the same picture.
    """
    dressed = product_colours(kind, colours, seed)
    key = "|".join((kind, *colours, pattern, str(seed)))
    layout = _layout(kind, colours, seed)
    stage = Stage(tones(dressed), *backdrop(kind, dressed, colours, seed), pattern, key)
    return document(
        SIZE,
        SIZE,
        stage.cloths,
        layout.draw(stage),
        rect(0, 0, SIZE, SIZE, "url(#glow)"),
        _light(key),
        _placed(kind, layout.room, seed, _drawn(kind, stage, colours, seed)),
    )


def _layout(kind: str, colours: Colours, seed: int) -> Layout:
    """Deal the layouts like cards, so that a store repeats none until all were used."""
    choice = SCENE_LAYOUTS if kind in SCENES else LAYOUTS
    order = shuffled(range(len(choice)), "layout", *colours)
    return choice[turned(order, seed)[0]]


def _drawn(kind: str, stage: Stage, colours: Colours, seed: int) -> str:
    """Draw the product in the store's cloth, or in every second picture in another one."""
    others = shuffled(drawings.patterns(), "cloth", *colours)
    cloth = stage.cloth if seed % 2 == 0 else turned(others, seed)[0]
    scale = pick((0.5, 0.62, 0.75), stage.seed, "cloth")
    fabric = drawings.pattern(cloth, stage.tones, "fabric", f"scale({scale})")
    return drawings.illustration(kind, stage.tones, fabric, emblem_of(colours), "o")


def _placed(kind: str, room: Room, seed: int, drawing: str) -> str:
    """Stand a product in its room, in the manner whose turn it is; scenes are always at rest."""
    left, top, right, bottom = drawings.box(kind)
    scale = min(room.width / (right - left), room.height / (bottom - top), room.scale)
    product = group(drawing, id="product")

    def standing(content: str, size: float, x: float, step: int) -> str:
        corner = x - size * (left + right) / 2, room.ground + step - size * drawings.GROUND_LINE
        return placed(content, *corner, size)

    manner = "scene" if kind in SCENES else MANNERS[seed % len(MANNERS)]
    at_rest = standing(product, scale, SIZE / 2, 0)
    if manner == "scene" and seed % 2:
        return group(at_rest, transform=f"translate({SIZE} 0) scale(-1 1)")
    if manner == "close":
        return standing(product, scale * 1.1, SIZE / 2, 20)
    if manner == "echo" and (right - left) * scale < SLIM:
        again = tag("use", href="#product")
        behind = [standing(again, scale * 0.72, x, -36) for x in (255, 945)]
        return group(*behind, opacity=0.42) + at_rest
    return at_rest


def _light(key: str) -> str:
    """Draw light from a window over the wall, in one picture of three."""
    x = number(key, "window") % 300 - 100
    beams = f"M{x} 0H{x + 230}L{x + 760} {SIZE}H{x + 440}Z"
    beams += f"M{x + 280} 0H{x + 400}L{x + 1000} {SIZE}H{x + 840}Z"
    return path(beams, "#FFFFFF", fill_opacity=0.12) if number(key, "light") % 3 == 0 else ""
