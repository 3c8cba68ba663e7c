"""Reads the named tables of a documentation page."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
NAME = re.compile(r"<!-- table: (\S+) -->")
Row = dict[str, str]


def tables(page: str) -> dict[str, list[Row]]:
    """Return the rows of each table after a ``<!-- table: name -->``, by column title."""
    text = (DOCS / page).read_text(encoding="utf-8")
    found: dict[str, list[Row]] = {}
    for name, block in re.findall(NAME.pattern + r"\n((?:\|.*\n)+)", text):
        titles, _, *rows = (
            [cell.strip() for cell in row.strip("|").split("|")] for row in block.splitlines()
        )
        found[name] = [dict(zip(titles, row, strict=True)) for row in rows]
    return found


def minor(text: str) -> int:
    """Read ``12.50`` or ``−12.50`` as minor units."""
    return int(text.replace(".", "").replace("−", "-"))


def money(amount: int) -> str:
    """Write minor units as the pages do."""
    sign = "−" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02}"


def percent_bp(text: str) -> int:
    """Read ``8 %`` as basis points."""
    return int(text.removesuffix(" %")) * 100
