"""Files that pretend to be sheets, or are sheets made to hurt. Each is made anew from code."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

HEAD = ("SKU", "Slot", "Percent off")
SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET, WORDS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
STYLES, BOOK = "xl/styles.xml", "xl/workbook.xml"


def packed(parts: dict[str, bytes]) -> bytes:
    """Return files as a package."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return file.getvalue()


def cells(*texts: str) -> str:
    """Return cells that hold their own words."""
    return "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)


def parts(rows: str = "", **others: bytes) -> dict[str, bytes]:
    """Return the parts of a workbook: a head, one filled row, and what else is given."""
    first = f"<row>{cells(*HEAD)}</row><row>{cells('A', 'whole', '5')}</row>"
    sheet = f"<worksheet {SPACE}><sheetData>{first}{rows}</sheetData></worksheet>"
    return {SHEET: sheet.encode(), BOOK: f"<workbook {SPACE}/>".encode()} | others


def a_million_cells() -> bytes:
    """One row of a million cells, in 7 KB."""
    return packed(parts(f"<row>{'<c/>' * 1_000_000}</row>"))


def cells_under_the_limit() -> bytes:
    """As many cells as there is room for."""
    return packed(parts(f"<row>{'<c/>' * 480_000}</row>"))


def heavy_styles() -> bytes:
    """Styles of 40 MB in 41 KB: what a library spends a minute on before it reads a cell."""
    styles = f"<styleSheet {SPACE}><cellXfs>{'<xf/>' * 8_000_000}</cellXfs></styleSheet>"
    return packed(parts() | {STYLES: styles.encode()})


def styles_under_the_limit() -> bytes:
    """As many styles as there is room for; nobody needs them."""
    styles = f"<styleSheet {SPACE}><cellXfs>{'<xf/>' * 360_000}</cellXfs></styleSheet>"
    return packed(parts() | {STYLES: styles.encode()})


def many_parts() -> bytes:
    """Three hundred files in one."""
    return packed(parts() | {f"part{number}": b"" for number in range(300)})


def liar() -> bytes:
    """A package whose sheet says that it is small, and unpacks to 30 MB."""
    large = parts(f"<row>{'<c/>' * 7_500_000}</row>")
    content = packed(large)
    said = len(large[SHEET]).to_bytes(4, "little")
    return content.replace(said, (50_000).to_bytes(4, "little"))


def laughing(part: str) -> bytes:
    """Entities that name each other in a part."""
    names = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    text = f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a0 "ha">{names}]><l>&a9;</l>'
    return packed(parts() | {part: text.encode()})


def deep() -> bytes:
    """Elements inside each other, a hundred thousand deep."""
    return packed(parts("<row>" * 100_000 + "</row>" * 100_000))


def words_without_end() -> bytes:
    """One word of nearly 2 MB, shown in every cell of a thousand rows."""
    words = f"<sst {SPACE}><si><t>{'w' * 1_900_000}</t></si></sst>"
    row = f"<row>{'<c t="s"><v>0</v></c>' * 3}</row>"
    return packed(parts(row * 900) | {WORDS: words.encode()})


def locked() -> bytes:
    """A package that says it is encrypted."""
    content = bytearray(packed(parts()))
    for place in range(len(content) - 4):
        if content[place : place + 4] == b"PK\x01\x02":
            content[place + 8] |= 1
    return bytes(content)


# By what they are: how the file is made, and a part of the sentence that refuses it.
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "a million cells": (a_million_cells, "too much in this sheet"),
    "many cells": (cells_under_the_limit, "too much in this sheet"),
    "heavy styles": (heavy_styles, "too much in this sheet"),
    "padding": (lambda: packed(parts() | {"x": bytes(2_000_000)}), "too much in this sheet"),
    "a part of a gigabyte": (lambda: packed({"x": bytes(30_000_000)}), "too much in this sheet"),
    "many parts": (many_parts, "no sheet that can be read"),
    "a liar": (liar, "no sheet that can be read"),
    "entities in the sheet": (lambda: laughing(SHEET), "no sheet that can be read"),
    "entities in the book": (lambda: laughing(BOOK), "no sheet that can be read"),
    "entities in the words": (lambda: laughing(WORDS), "no sheet that can be read"),
    "a locked file": (locked, "no sheet that can be read"),
    "no sheet inside": (lambda: packed({"evil.html": b"<script>"}), "no sheet that can be read"),
}
# What looks bad and does no harm: the one filled row is read.
READ: dict[str, Callable[[], bytes]] = {
    "styles that nobody needs": styles_under_the_limit,
    "entities in the styles": lambda: laughing(STYLES),
    "deep elements": deep,
}
