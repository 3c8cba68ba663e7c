"""Lets the rows of a table become cards on a phone: each cell names its heading."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape, unescape

# Our own markup: what people wrote is escaped in it, so that no tag here can be theirs.
TAG = re.compile(r"<(/?)(table|thead|tbody|tfoot|tr|th|td)\b([^>]*)>")
CLASS = re.compile(r'\bclass="([^"]*)"')
SPAN = re.compile(r'\bcolspan="(\d+)"')
PASSED_ON = ("ctl", "wide")
ROLES = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tfoot": "rowgroup",
         "tr": "row", "td": "cell"}  # fmt: skip


@dataclass(slots=True)
class _Column:
    """The heading of a column: its words, and the classes that its cells get as well."""

    words: str
    classes: list[str]


@dataclass(slots=True)
class _Table:
    columns: list[_Column] = field(default_factory=list)
    is_head: bool = False
    place: int = 0


def as_cards(html: str) -> str:
    """Return a table with the roles, labels and classes of rows that may be cards.

    A heading with the class ``ctl`` is that of what people work with: its cells stand first. One
    with ``wide`` takes the whole width.
    """
    found, table, end = [], _Table(), 0
    for tag in TAG.finditer(html):
        closing, name, attributes = tag.groups()
        found.append(html[end : tag.start()])
        end = tag.end()
        if closing:
            table.is_head = table.is_head and name != "thead"
            found.append(tag[0])
        else:
            words = html[end : html.find("</th>", end)] if name == "th" else ""
            found.append(f"<{name}{_marked(table, name, attributes, words)}>")
    return "".join([*found, html[end:]])


def _marked(table: _Table, name: str, attributes: str, words: str) -> str:
    if name in ("td", "th"):
        return _cell(table, name, attributes, words)
    if name == "tr":
        table.place = 0
    table.is_head = table.is_head or name == "thead"
    added = ["rows"] if name == "table" else []
    return _with(attributes, added, role=ROLES[name])


def _cell(table: _Table, name: str, attributes: str, words: str) -> str:
    if table.is_head:
        classes = (CLASS.search(attributes) or ["", ""])[1].split()
        kept = [word for word in classes if word in PASSED_ON]
        table.columns.append(_Column(_plain(words), kept))
        return _with(attributes, [], role="columnheader")
    place, span = table.place, int((SPAN.search(attributes) or ["", "1"])[1])
    table.place += span
    if name == "th":
        return _with(attributes, ["rh"], role="rowheader")
    known = table.columns[place] if place < len(table.columns) else _Column("", [])
    added = [*known.classes, *(["wide"] if span > 1 else [])]
    return _with(attributes, added, role="cell", **{"data-label": known.words})


def _with(attributes: str, classes: list[str], **more: str) -> str:
    """Return the attributes of a tag with classes and others added."""
    if classes and (known := CLASS.search(attributes)):
        both = " ".join(dict.fromkeys([*known[1].split(), *classes]))
        attributes = f'{attributes[: known.start()]}class="{both}"{attributes[known.end() :]}'
    elif classes:
        attributes += f' class="{" ".join(classes)}"'
    return attributes + "".join(f' {name}="{escape(text)}"' for name, text in more.items())


def _plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", "", html)).split())
