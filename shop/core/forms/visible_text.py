"""Visible text. Knows no Django: child processes that read files use it too."""

from __future__ import annotations

import unicodedata

# Marks that turn the direction of what follows, or that cannot be seen at all.
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
JOINERS = {
    "\N{ZERO WIDTH JOINER}",
    "\N{ZERO WIDTH NON-JOINER}",
}  # letters of some scripts need them


def seen_only(text: str, *, keep: str = "") -> str:
    """Return a text without characters that cannot be seen, such as marks of direction."""
    return "".join(
        letter
        for letter in text
        if letter in keep or letter in JOINERS or unicodedata.category(letter) not in UNSEEN
    )
