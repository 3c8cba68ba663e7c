"""Reads the lines of the first sheet of an XLSX file, and nothing else of it. Knows no Django.

Three parts of the package are looked at: the list of sheets, the shared words, the first sheet.
Styles, drawings and formulas are not, so that nothing in them can cost anything. Sizes are
counted as the package tells them, and again while it is unpacked, since it may lie.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO, override
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from shop.core.spreadsheets.files.refusals import SheetLimits, UnusableSheet

MOST_PARTS = 200  # files in the package
PIECE = 1 << 16
BOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
WORDS, FIRST = "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"
PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}

# What the library raises over bytes that somebody bent.
RAISED = (
    zipfile.BadZipFile, zlib.error, SAXException, DefusedXmlException, OSError, ValueError,
    LookupError, EOFError, NotImplementedError, RuntimeError,
)  # fmt: skip


def lines_of_xlsx(source: BinaryIO, limits: SheetLimits) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of the first sheet with their numbers; line by line, as it is unpacked."""
    try:
        with zipfile.ZipFile(source) as file:
            package = Package(file, limits)
            words = package.read(WORDS, SharedWords(limits)).found
            cells = CellReader(words, limits)
            for _piece in package.pieces(package.place_of_first(), cells):
                yield from cells.take()
    except RAISED:
        raise UnusableSheet("no sheet") from None


class Package:
    """The files inside an XLSX file, of which only so much is unpacked."""

    def __init__(self, file: zipfile.ZipFile, limits: SheetLimits) -> None:
        parts = file.infolist()
        is_strange = any(part.flag_bits & 1 or part.compress_type not in PACKED for part in parts)
        if len(parts) > MOST_PARTS or is_strange:
            raise UnusableSheet("no sheet")
        if sum(part.file_size for part in parts) > limits.unpacked:
            raise UnusableSheet("unpacked")
        self._file, self._names, self._left = file, set(file.namelist()), limits.unpacked

    def read[H: ContentHandler](self, name: str, handler: H) -> H:
        """Let a handler see the elements of a part; of one that is not there it sees none."""
        for _piece in self.pieces(name, handler):
            pass
        return handler

    def pieces(self, name: str, handler: ContentHandler) -> Iterator[None]:
        """Let a handler see the elements of a part piece by piece."""
        if name not in self._names:
            return
        parser = make_parser()
        parser.forbid_dtd = True
        parser.setContentHandler(handler)
        with suppress(Enough), self._file.open(name) as part:
            while piece := part.read(PIECE):
                self._left -= len(piece)
                if self._left < 0:
                    raise UnusableSheet("unpacked")
                parser.feed(piece)
                yield
            parser.close()
        yield

    def place_of_first(self) -> str:
        """Return the name of the part that holds the first sheet."""
        sheets = self.read(BOOK, Elements("sheet")).found
        parts = self.read(RELATIONS, Elements("Relationship")).found
        places = {part.get("Id"): part.get("Target", "") for part in parts}
        ids = [value for sheet in sheets for key, value in sheet.items() if key.endswith(":id")]
        told = [posixpath.join("/xl", places[one]).lstrip("/") for one in ids if one in places]
        found = next((place for place in told if "worksheets/" in place), FIRST)
        if found not in self._names:
            raise UnusableSheet("no sheet")
        return found


class Enough(Exception):
    """The rest of a part is not needed."""


class Elements(ContentHandler):
    """Collects the attributes of each element of a name, under any prefix."""

    def __init__(self, element: str) -> None:
        super().__init__()
        self._element = element
        self.found: list[dict[str, str]] = []

    @override
    def startElement(self, name: str, attrs: Any) -> None:
        if _plain(name) == self._element:
            self.found.append(dict(attrs.items()))


class SharedWords(ContentHandler):
    """Collects the words that cells name by number."""

    def __init__(self, limits: SheetLimits) -> None:
        super().__init__()
        self.found: list[str] = []
        self._most = limits.letters
        self._text, self._is_text, self._is_spoken = "", False, False

    @override
    def startElement(self, name: str, attrs: Any) -> None:
        """Begin a word; how it is spoken (in Japanese) is no part of it."""
        match _plain(name):
            case "si":
                self._text = ""
            case "t":
                self._is_text = not self._is_spoken
            case "rPh":
                self._is_spoken = True

    @override
    def characters(self, content: str) -> None:
        """Add letters to the word, as many as a cell may have."""
        if self._is_text and len(self._text) <= self._most:
            self._text += content[: self._most]

    @override
    def endElement(self, name: str) -> None:
        """End a word."""
        match _plain(name):
            case "si":
                self.found.append(self._text)
            case "t":
                self._is_text = False
            case "rPh":
                self._is_spoken = False


class CellReader(ContentHandler):
    """Collects the cells of a sheet as text, line by line."""

    def __init__(self, words: list[str], limits: SheetLimits) -> None:
        super().__init__()
        self._lines: dict[int, list[str]] = {}
        self._words, self._count, self._limits = words, 0, limits
        self._row, self._column = 0, -1
        self._kind, self._part = "", ""
        self._texts: dict[str, str] = {}

    def take(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the lines that are whole by now, and forget them."""
        for number in [number for number in self._lines if number != self._row]:
            yield number, self._lines.pop(number)

    @override
    def startElement(self, name: str, attrs: Any) -> None:
        """Begin a row, a cell, or a part of a cell."""
        match _plain(name):
            case "row":
                self._row, self._column = _whole(attrs.get("r"), self._row + 1), -1
                if self._row > self._limits.lines:
                    raise Enough
            case "c":
                self._begin_cell(attrs)
            case "v" | "f" | "t" as part:
                self._part = part
                self._texts.setdefault(part, "")

    @override
    def characters(self, content: str) -> None:
        """Add letters to the part of a cell."""
        if self._part and len(self._texts[self._part]) <= self._limits.letters:
            self._texts[self._part] += content[: self._limits.letters]

    @override
    def endElement(self, name: str) -> None:
        """End a cell, a part of one, or the sheet's rows."""
        match _plain(name):
            case "c":
                self._end_cell()
            case "v" | "f" | "t":
                self._part = ""
            case "sheetData":
                self._row = 0  # the last one is whole
                raise Enough

    def _begin_cell(self, attrs: Any) -> None:
        self._count += 1
        if self._count > self._limits.cells:
            raise UnusableSheet("cells", most=self._limits.cells)
        self._column = _place(attrs.get("r"), self._column + 1)
        self._kind, self._texts = attrs.get("t", "n"), {}

    def _end_cell(self) -> None:
        text = self._written()
        if text and self._column < self._limits.columns:
            line = self._lines.setdefault(self._row, [])
            line.extend([""] * (self._column + 1 - len(line)))
            line[self._column] = text

    def _written(self) -> str:
        """Return a cell as somebody would type it: 15 and not 15.0."""
        if "f" in self._texts:
            return f"={self._texts['f']}"
        value = self._texts.get("v", "")
        match self._kind:
            case "s":
                return self._words[int(value[:9])] if value else ""
            case "inlineStr":
                return self._texts.get("t", "")
            case "n":
                return _number(value)
        return value


def _plain(name: str) -> str:
    return name.rpartition(":")[2]


def _whole(text: str | None, otherwise: int) -> int:
    return int(text[:9]) if text and text.isascii() and text.isdecimal() else otherwise


def _place(name: str | None, otherwise: int) -> int:
    """Return at which place, from 0 on, the column of a cell like B12 stands."""
    letters = (name or "").rstrip("0123456789")[:3].upper()
    if not (letters.isascii() and letters.isalpha()):
        return otherwise
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def _number(text: str) -> str:
    try:
        number = float(text[:30])
    except ValueError:
        return text
    # As many digits as spreadsheets show: 19.99, and not 19.989999999999998.
    return str(int(number)) if number.is_integer() else f"{number:.12g}"
