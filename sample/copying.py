"""Reads the festivals' copy: in three languages, and what each lays over it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from sample.doors import settled
from sample.filling import all_filled, values_in
from sample.sheets import LANGUAGES, SheetError, naming

FILE = "festivals.yaml"

type Sheet = dict[str, Any]


def festival_copy(folder: Path) -> Sheet:
    """Return the festivals and countries of a folder, whole in each language, figures filled in.

    Raises:
        SheetError: for words of a festival that does not exist, or a placeholder without a value.
    """
    with naming(FILE):
        sheet = _read(folder / FILE)
        texts = _texts(sheet)
    for ours in LANGUAGES:
        own = folder / "i18n" / ours / FILE
        if own.is_file():
            with naming(f"{ours}/{FILE}"):
                _lay_over(texts, _texts(_read(own)), ours)
        with naming(FILE):
            _fill(texts, ours, folder)
    return sheet


def _read(file: Path) -> Sheet:
    return yaml.safe_load(settled(file.read_text(encoding="utf-8")))


def _texts(sheet: Sheet) -> dict[str, Sheet]:
    """Return festivals by slug and countries by code."""
    return {one["slug"]: one for one in sheet["festivals"]} | sheet.get("countries", {})


def _lay_over(texts: dict[str, Sheet], own: dict[str, Sheet], ours: str) -> None:
    for name, words in own.items():
        if name not in texts:
            raise SheetError(f"there is no {name!r}")
        texts[name][ours] = _over(texts[name].get(ours, {}), words[ours])


def _over(below: Any, above: Any) -> Any:
    """Return a tree with another one over it, key by key."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return below | {key: _over(below.get(key), value) for key, value in above.items()}


def _fill(texts: dict[str, Sheet], ours: str, folder: Path) -> None:
    values = values_in(ours, folder)
    for words in texts.values():
        if ours in words:
            words[ours] = all_filled(words[ours], values)
