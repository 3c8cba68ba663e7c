"""Lets passages of texts wait for what they promise: ``[[returns: what will be || what is]]``.

``content/doors.yaml`` tells what there is. While a door is closed, the second half of a passage
is said, or nothing where it has none; once it is open, the first.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from sample.sheets import SheetError, naming

FILE = Path(__file__).parent / "content" / "doors.yaml"
MARK = re.compile(r"\[\[([a-z-]+): (.*?)(?:\s*\|\|\s*(.*?))?\]\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Door:
    """Something that texts name as a thing that one can do.

    ``at`` is the name of its address, where it has one; ``labels`` are what texts call it in
    italics; ``words`` are English expressions that nothing says while it is closed.
    """

    name: str
    at: str
    is_open: bool
    labels: tuple[str, ...]
    words: tuple[str, ...]


@cache
def doors(file: Path = FILE) -> Mapping[str, Door]:
    """Return the doors by name.

    Raises:
        SheetError: with the file's name, for what is missing.
    """
    with naming(file.name):
        sheet = yaml.safe_load(file.read_text(encoding="utf-8"))
        return {
            name: Door(
                name,
                facts.get("at", ""),
                facts["open"],
                tuple(facts.get("labels", ())),
                tuple(facts.get("words", ())),
            )
            for name, facts in sheet.items()
        }


def settled(text: str, table: Mapping[str, Door] | None = None) -> str:
    """Return the text with what is true today in the place of each passage that waits.

    Raises:
        SheetError: for a door that does not exist.
    """
    known = doors() if table is None else table

    def choose(found: re.Match[str]) -> str:
        name, will_be, now = found.groups()
        if name not in known:
            raise SheetError(f"there is no door {name!r}")
        return will_be if known[name].is_open else now or ""

    return MARK.sub(choose, text)


def waits(names: Collection[str], table: Mapping[str, Door] | None = None) -> bool:
    """Tell whether one of the doors is closed.

    Raises:
        SheetError: for a door that does not exist.
    """
    known = doors() if table is None else table
    if unknown := [name for name in names if name not in known]:
        raise SheetError(f"there is no door {unknown[0]!r}")
    return not all(known[name].is_open for name in names)
