"""Turns the little Markdown of the sample's texts into the blocks of a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape
from itertools import groupby

ITEM = re.compile(r"(?:-|\d+\.) +(.*)", re.DOTALL)
BOLD, ITALIC = re.compile(r"\*\*(.+?)\*\*"), re.compile(r"(?<!\*)\*([^*]+)\*(?!\*)")
BLANKS = re.compile(r"[ \t\r\n]+")  # no-break spaces stay
BOX = "- [ ]"
LINE = re.compile(r"\n(?=- |\d+\. )")

type Link = Callable[[str], str]
type Block = tuple[str, dict[str, object]]


def blocks(words: str, link: Link) -> list[Block]:
    """Return the blocks of a text: formatted words; each table and checklist is one of its own.

    Args:
        link: returns where a name in italics leads, or nothing.
    """
    pieces = (piece.strip() for piece in re.split(r"\n\s*\n", words) if piece.strip())
    found: list[Block] = []
    for kind, group in groupby(pieces, _kind):
        if kind == "table":
            found += [("table", {"rows": table(piece)}) for piece in group]
        elif kind == "checklist":
            found += [("checklist", {"points": points(piece)}) for piece in group]
        else:
            html = "".join(part for piece in group for part in _parts(piece, link))
            found.append(("text", {"words": html}))
    return found


def table(piece: str) -> str:
    """Return a table as lines of cells, without the line that only rules it off."""
    lines = [line.strip().strip("|") for line in piece.splitlines()]
    kept = [line for line in lines if set(line) - set(" -:|")]
    return "\n".join(" | ".join(_plain(cell) for cell in line.split("|")) for line in kept)


def points(piece: str) -> list[str]:
    """Return the points of a checklist as plain words."""
    items = (line.removeprefix(BOX) for line in LINE.split(piece))
    return [_plain(BLANKS.sub(" ", item)) for item in items]


def inline(text: str, link: Link) -> str:
    """Return a line with bold and italic words; a name that leads somewhere becomes a link."""
    html = BOLD.sub(r"<b>\1</b>", escape(BLANKS.sub(" ", text).strip(), quote=False))

    def italic(found: re.Match[str]) -> str:
        place = link(found[1])
        return f'<a href="{escape(place)}">{found[1]}</a>' if place else f"<i>{found[1]}</i>"

    return ITALIC.sub(italic, html)


def _kind(piece: str) -> str:
    if piece.startswith("|"):
        return "table"
    return "checklist" if piece.startswith(BOX) else "words"


def _parts(piece: str, link: Link) -> Iterator[str]:
    if piece.startswith("#"):
        first, _newline, rest = piece.partition("\n")
        level = 3 if first.startswith("###") else 2
        yield f"<h{level}>{inline(first.lstrip('# '), link)}</h{level}>"
        if rest.strip():
            yield from _parts(rest.strip(), link)
    elif piece.startswith("> "):
        text = re.sub(r"^> ?", "", piece, flags=re.MULTILINE)
        yield f"<blockquote>{inline(text, link)}</blockquote>"
    elif ITEM.match(piece):
        kind = "ul" if piece.startswith("-") else "ol"
        items = (ITEM.fullmatch(item.strip()) for item in LINE.split(piece))
        inner = "".join(f"<li>{inline(item[1], link)}</li>" for item in items if item)
        yield f"<{kind}>{inner}</{kind}>"
    else:
        before, *lists = re.split(r"\n(?=- |1\. )", piece, maxsplit=1)
        yield f"<p>{inline(before, link)}</p>"
        for rest in lists:
            yield from _parts(rest, link)


def _plain(cell: str) -> str:
    return re.sub(r"\*+", "", cell).strip()
