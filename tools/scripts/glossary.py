"""Writes docs/reference/glossary.md from docs/reference/glossary.csv, in which words are kept.

``tests/docs/test_reference.py`` fails where the page is older than the table.
"""

import csv
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
TABLE, PAGE = FOLDER / "glossary.csv", FOLDER / "glossary.md"
LANGUAGES = {"fr": "French", "zh": "Chinese", "ar": "Arabic", "sw": "Swahili", "pt": "Portuguese"}
TOP = """\
# Glossary

One word for each concept, in code, on pages and in documentation. A new word needs a line in
[glossary.csv](glossary.csv). Then run `tools/run scripts.glossary`, which writes this page.

## Words

| We say | In code | Meaning | Not |
|---|---|---|---|
"""
BELOW = """
## In other languages

| English | French | Chinese | Arabic | Swahili | Portuguese | Note |
|---|---|---|---|---|---|---|
"""


def rows() -> list[dict[str, str]]:
    """Return the lines of the table, in the order of the alphabet."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: row["word"].lower())


def page() -> str:
    """Return the page as the table says it."""
    return TOP + _table(_word, rows()) + BELOW + _table(_in_languages, rows())


def _table(say: Callable[[dict[str, str]], list[str]], lines: list[dict[str, str]]) -> str:
    said = [cells for cells in map(say, lines) if cells]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in said)


def _word(row: dict[str, str]) -> list[str]:
    code = ", ".join(f"`{name}`" for name in _parts(row["code"]))
    return [_bold(row["word"]), code, _cell(row["meaning"]), ", ".join(_parts(row["not_said"]))]


def _in_languages(row: dict[str, str]) -> list[str]:
    words = [_cell(row[code]) for code in LANGUAGES]
    return [_cell(row["word"]), *words, _cell(row["note"])] if any(words) else []


def _bold(words: str) -> str:
    return ", ".join(f"**{word}**" for word in map(_cell, _parts(words)))


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _cell(text: str) -> str:
    return text.replace("<", "&lt;").replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
