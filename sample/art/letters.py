"""Monograms in an alphabet of our own, drawn with strokes, so that no font is needed."""

import functools
import json
import unicodedata
from dataclasses import dataclass

from sample.art import drawings
from sample.art.svg import group, line

ADVANCE = 112
ROOM_FOR_MARK = "translate(0 20) scale(1 .8)"


@dataclass(frozen=True, slots=True)
class Letter:
    """Paths in a square of 100: the letter itself and its marks above and below."""

    base: str
    above: str = ""
    below: str = ""


def initials_in(text: str) -> str:
    """Return the first two characters that the alphabet has, as capitals.

    It has A to Z, 0 to 9, &, letters of Europe and West Africa such as Ø, Æ, Ɛ and Ŋ, and any of
    them with accents. Text in other scripts gives an empty string.
    """
    capitals = unicodedata.normalize("NFC", text.replace("ß", "ẞ").upper())
    return "".join(character for character in capitals if _letter(character))[:2]


def monogram(text: str, middle: tuple[float, float], size: float, colour: str) -> str:
    """Return one or two letters around a point; size is the height of a letter without marks."""
    letters = [_letter(character) for character in initials_in(text)]
    room = ROOM_FOR_MARK if any(letter.above for letter in letters) else "scale(1)"
    drawn = [
        group(_drawn(letter, room), transform=f"translate({ADVANCE * place} 0)")
        for place, letter in enumerate(letters)
    ]
    scale = size / 100
    left = middle[0] - (ADVANCE * (len(letters) - 1) / 2 + 50) * scale
    where = f"translate({left:.1f} {middle[1] - 50 * scale:.1f}) scale({scale:.3f})"
    return group(*drawn, transform=where, stroke=colour)


def _drawn(letter: Letter, room: str) -> str:
    body = group(line(letter.base, "inherit", 15), transform=room)
    above = line(letter.above, "inherit", 13, transform="translate(0 14)")
    below = line(letter.below, "inherit", 13)
    return body + (above if letter.above else "") + (below if letter.below else "")


@functools.cache
def _letter(character: str) -> Letter | None:
    """Return how to draw a character, or nothing if the alphabet lacks a part of it."""
    alphabet = json.loads((drawings.HERE / "letters.json").read_text(encoding="utf-8"))
    if character in alphabet["letters"]:
        return Letter(alphabet["letters"][character])
    base, *accents = unicodedata.normalize("NFD", character)
    names = {unicodedata.name(accent, "") for accent in accents}
    if (
        base not in alphabet["letters"]
        or names - alphabet["above"].keys() - alphabet["below"].keys()
    ):
        return None
    above, below = (
        "".join(path for name, path in alphabet[side].items() if name in names)
        for side in ("above", "below")
    )
    return Letter(alphabet["letters"][base], above, below)
