"""Tables of the desk: Wagtail's, each in a window of its own where there is no room for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet
from django.middleware.csrf import get_token
from django.template.defaultfilters import date
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]  # no stub
from wagtail.admin.ui import tables

from shop.core.currencies import written
from shop.people.accounts.requests import SignedIn

NOTHING = "–"
BREAK = SafeString("<br>")
VOID = {"img", "input"}  # elements that hold nothing
MOMENT = "j M Y, H:i T"
NUMBER = "desk-number"
SMALL = "button button-small"
QUIET = f"{SMALL} button-secondary"
Accessor = str | Callable[[Any], object]


def element(tag: str, *inside: object, **attrs: object) -> SafeString:
    """Return an element; ``class_`` and ``aria_label`` are the attributes class and aria-label."""
    told = ((name.rstrip("_").replace("_", "-"), value) for name, value in attrs.items() if value)
    begin = format_html("<{}{}>", tag, joined("", (
        format_html(' {}="{}"', *pair) if pair[1] is not True else f" {pair[0]}" for pair in told
    )))  # fmt: skip
    return begin if tag in VOID else format_html("{}{}</{}>", begin, joined("", inside), tag)


def joined(between: str, parts: Iterable[object]) -> SafeString:
    """Return the non-empty ones of some parts, with something between each two."""
    return format_html_join(between, "{}", ((part,) for part in parts if part))


def link(text: object, url: str, **attrs: object) -> SafeString:
    """Return a link; the text alone where it leads nowhere."""
    return element("a", text, href=url, **attrs) if url else format_html("{}", text)


def small(text: object, *lines: object) -> SafeString:
    """Return a text with small lines below it, where there are any."""
    return joined(BREAK, [text, *(element("small", line) for line in lines if line)])


def status(word: object, tone: str = "") -> SafeString:
    """Return a word for how something stands; ``tone`` is primary, critical or none."""
    return element("span", word, class_=f"w-status w-status--{tone}" if tone else "w-status")


def portion(percent: int, label: str, more: object = "") -> SafeString:
    """Return a bar of how much of a hundred is gone, and the number."""
    bar = format_html('<progress value="{}" max="100" aria-label="{}"></progress>', percent, label)
    return format_html("{} {}&nbsp;%{}", bar, percent, more)


def percent(value: int | None) -> SafeString | str:
    """Return a number as a percentage, and nothing where there is none."""
    return "" if value is None else format_html("{}&nbsp;%", value)


def moment(at: datetime | None, pattern: str = MOMENT) -> str:
    """Return an instant as the reader's clock shows it; a wall time as it is."""
    return date(template_localtime(at), pattern) if at else ""


def hidden(text: str) -> SafeString:
    """Return a text for those who cannot see the content below it."""
    return element("span", text, class_="w-sr-only")


def posted(request: SignedIn, url: str, *inside: object) -> SafeString:
    """Return a form that posts, with its token."""
    token = element("input", type="hidden", name="csrfmiddlewaretoken", value=get_token(request))
    return element("form", token, *inside, method="post", action=url)


class Column(tables.Column):
    """A column that writes its own cells: counts by thousands, moments by the reader's clock."""

    tag: ClassVar[str] = "td"
    facts: ClassVar[dict[str, str]] = {}
    usual_class: ClassVar[str] = ""

    def __init__(
        self, label: str, accessor: Accessor, classname: str = "", *, empty: str = NOTHING
    ) -> None:
        super().__init__(label, label, accessor, classname or self.usual_class)
        self.empty = empty

    def render_header_html(self, parent_context: object = None) -> SafeString:
        """Return the head of the column."""
        return element("th", self.label, class_=self.classname, scope="col")

    def render_cell_html(self, instance: Any, parent_context: object = None) -> SafeString:
        """Return the cell of a row."""
        text = self.written(self.get_value(instance))
        return element(self.tag, text, class_=self.classname, **self.facts)

    def written(self, value: object) -> object:
        """Return a value as people read it."""
        if value is None or value == "":
            return self.empty
        if isinstance(value, datetime):
            return moment(value)
        return f"{value:,}" if isinstance(value, int) else value


class NumberColumn(Column):
    """A column of counts or amounts, one below the other."""

    usual_class = NUMBER


class MoneyColumn(Column):
    """A column of amounts in minor units."""

    def __init__(
        self, label: str, accessor: Accessor, classname: str = NUMBER, *,
        currency: str = "", empty: str = NOTHING,
    ) -> None:  # fmt: skip
        super().__init__(label, accessor, classname, empty=empty)
        self.currency = currency or settings.SHOP_CURRENCY

    def written(self, value: object) -> object:
        """Return an amount with its currency."""
        return written(value, self.currency, "en") if isinstance(value, int) else self.empty


class WhenColumn(Column):
    """A column of moments, which are not broken."""

    usual_class = "desk-when"

    def __init__(self, label: str, accessor: Accessor, pattern: str = MOMENT) -> None:
        super().__init__(label, accessor)
        self.pattern = pattern

    def written(self, value: object) -> object:
        """Return an instant in the column's pattern."""
        if isinstance(value, datetime):
            return moment(value, self.pattern)
        return super().written(value)


class HeadColumn(Column):
    """A column of the names of the rows."""

    tag = "th"
    facts: ClassVar[dict[str, str]] = {"scope": "row"}


class Table(tables.Table):
    """A table with a name; where it has no rows, a text instead.

    ``foot`` are the sums, beginning with what they are called; None for a column without.
    """

    template_name = "cms/dashboard/parts/table.html"
    foot: Sequence[object] = ()

    def __init__(
        self, label: str, columns: Sequence[Column], rows: Sequence[Any] | QuerySet[Any], *,
        classname: str = "listing", none: object = "",
    ) -> None:  # fmt: skip
        super().__init__(columns, rows, classname=classname)
        self.label, self.none = label, none

    def get_context_data(self, parent_context: object) -> dict[str, Any]:
        """Return the context of the template: heads, bodies and the foot, row by row."""
        columns = list(self.columns.values())
        heads = element("tr", *(column.render_header_html() for column in columns))
        return {"table": self, "heads": heads, "bodies": self.bodies(columns),
                "foot": self.foot and sums(columns, self.foot)}  # fmt: skip

    def bodies(self, columns: Sequence[Column]) -> Iterator[Iterable[SafeString]]:
        """Yield the rows of each body."""
        yield (row_of(columns, row) for row in self.data)


def row_of(columns: Sequence[Column], row: Any) -> SafeString:
    """Return a row."""
    return element("tr", *(column.render_cell_html(row) for column in columns))


def sums(columns: Sequence[Column], values: Sequence[object]) -> SafeString:
    """Return a row of sums, the first of which is their name."""
    head, *others = values
    cells = [
        element("td", "" if value is None else column.written(value), class_=column.classname)
        for column, value in zip(columns[1:], others, strict=True)
    ]
    return element("tr", element("th", head, scope="row"), *cells)
