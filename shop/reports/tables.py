"""The report's tables as columns and rows, for pages and for sheets alike; English, as the desk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from shop.core.currencies import in_whole
from shop.core.spreadsheets.tables import Table
from shop.reports.report import Figures
from shop.reports.statements import (
    AMOUNTS,
    COLUMNS,
    DELIVERY,
    GOODS,
    OUTSIDE,
    SUMMED,
    Statement,
    StatementLine,
)

SOLD = (
    ("Orders", "orders", "count"), ("Units", "units", "count"), ("Paid", "paid", "money"),
    ("By stores", "by_merchant", "money"), ("By organizer", "by_organizer", "money"),
    ("By sponsors", "by_funds", "money"), ("Units back", "refunded_units", "count"),
    ("Refunded", "refunded", "money"), ("New shoppers", "new_shoppers", "count"),
)  # fmt: skip
THROUGH = (("Set aside", "set_aside", "count"), ("Sold through", "sell_through", "percent"))
type Column = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Shape:
    """How a table is called, and which columns it has: label, key, and kind of value."""

    title: str
    columns: tuple[Column, ...]
    drawn: str = ""  # the column that is drawn as bars


SHAPES: dict[str, Shape] = {
    "days": Shape("By day", (("Day in {zone}", "name", "text"), *SOLD[:3], SOLD[7]), "orders"),
    "countries": Shape("By country of delivery", (("Country", "name", "text"), *SOLD), "units"),
    "merchants": Shape(
        "By store", (("Store", "name", "text"), ("Country", "country", "text"), *SOLD), "paid"
    ),
    "products": Shape(
        "By product",
        (("Product", "name", "text"), ("Store", "store", "text"), *SOLD, *THROUGH), "units",
    ),
    "slots": Shape("By slot", (("Slot", "name", "text"), *SOLD, *THROUGH), "units"),
    "promotions": Shape(
        "By voucher and benefit",
        (("Benefit", "name", "text"), ("Code", "code", "text"), *SOLD), "orders",
    ),
    "funds": Shape(
        "Sponsors", (
            ("Sponsor", "name", "text"), ("Given", "amount", "money"),
            ("Promised to deals and benefits", "committed", "money"), ("Drawn", "drawn", "money"),
        ), "drawn",
    ),
}  # fmt: skip
EVIDENCE: dict[str, Shape] = {
    "stores": Shape("Stores", (("Store", "name", "text"), ("Country", "where", "text"),
                               ("Products", "products", "count"))),
    "products": Shape("Products", (("Product", "name", "text"), ("Store", "store", "text"),
                                   ("Country", "country", "text"))),
    "countries": Shape("Countries", (("Country", "name", "text"), ("Stores", "stores", "count"),
                                     ("Products", "products", "count"))),
}  # fmt: skip
PARTS = {
    GOODS: "Goods", DELIVERY: "Delivery: benefits alone",
    OUTSIDE: "Goods outside the festival: benefits alone",
}  # fmt: skip
STATEMENT_HEAD = (
    "Order", "Paid at (UTC)", "For", "Product", "Options", "SKU", "Slot", "Units",
    "Regular price of one", "Price of one", "Paid by the shopper", "Discount by the store",
    "Paid by the organizer", "Paid by sponsors", "Commission", "Units back", "Refunded",
    "Kept by the store", "Refunded to organizer and sponsors",
)  # fmt: skip


def shapes_of(figures: Figures) -> dict[str, Shape]:
    """Return the tables of a report; whose days they are stands at their head."""
    days = SHAPES["days"]
    zone = figures.get("zone", "UTC")  # of reports that were kept before it was written down
    columns = tuple((label.format(zone=zone), name, kind) for label, name, kind in days.columns)
    return SHAPES | {"days": replace(days, columns=columns)}


def sheets_of(figures: Figures) -> dict[str, Table]:
    """Return every table of a report by the name of its sheet, the evidence last."""
    rows = [figures["total"] | {"name": "In all"}, *filter(None, [figures.get("delivery")])]
    found = {"Total": _table((("", "name", "text"), *SOLD), rows, figures["currency"])}
    for name, shape in shapes_of(figures).items():
        found[shape.title] = _table(shape.columns, figures[name], figures["currency"])
    for name, shape in EVIDENCE.items():
        rows = figures["evidence"][name]
        found[f"Evidence, {shape.title.lower()}"] = _table(shape.columns, rows, "")
    return found


def sheet_of(figures: Figures, name: str) -> Table | None:
    """Return one table of a report by its short name; None where there is none of that name."""
    if shape := shapes_of(figures).get(name):
        return _table(shape.columns, figures[name], figures["currency"])
    if shape := EVIDENCE.get(name.removeprefix("evidence-")):
        return _table(shape.columns, figures["evidence"][name.removeprefix("evidence-")], "")
    return None


def statement_table(statement: Statement, currency: str) -> Table:
    """Return a store's statement as a table, with the sums in its last row."""
    return lines_table(statement.lines, currency)


def lines_table(lines: Iterable[StatementLine], currency: str) -> Table:
    """Return the same of lines that are read one after the other."""
    head = [f"{name}, {currency}" if key in AMOUNTS else name
            for name, key in zip(STATEMENT_HEAD, COLUMNS, strict=True)]  # fmt: skip
    return head, _statement_rows(lines, currency)


def _statement_rows(lines: Iterable[StatementLine], currency: str) -> Iterator[list[Any]]:
    sums = dict.fromkeys(SUMMED, 0)
    for line in lines:
        for key in sums:
            sums[key] += getattr(line, key)
        yield [_told(key, getattr(line, key), currency) for key in COLUMNS]
    yield ["Sum", *(
        _told(key, sums[key], currency) if key in sums else None for key in COLUMNS[1:]
    )]  # fmt: skip


def _told(key: str, value: Any, currency: str) -> Any:
    if key == "what":
        return PARTS[value]
    return in_whole(value, currency) if key in AMOUNTS else value


def _table(columns: tuple[Column, ...], rows: list[Figures], currency: str) -> Table:
    head = [f"{label}, {currency}" if kind == "money" else label for label, _key, kind in columns]
    head = [f"{label}, %" if kind == "percent" else label
            for label, (_l, _k, kind) in zip(head, columns, strict=True)]  # fmt: skip
    return head, [[_cell(row[key], kind, currency) for _l, key, kind in columns] for row in rows]


def _cell(value: Any, kind: str, currency: str) -> Any:
    is_amount = kind == "money" and value is not None
    return in_whole(value, currency) if is_amount else value
