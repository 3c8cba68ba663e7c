"""Reads sums off pages, mails and sheets: each total has to be the sum of what stands beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag

DIGITS = re.compile(r"\d")
MINUS = re.compile(r"^[\u200e\u200f\u2066-\u2069]*[-\u2212]")


def cents(text: str) -> int:
    """Return the minor units that an amount of two decimals says in any language; free is 0."""
    found = "".join(DIGITS.findall(text))
    return (-1 if MINUS.match(text.strip()) else 1) * int(found or 0)


def wrong_sums(html: str) -> list[str]:
    """Return every total of a page that is not the sum of the rows and lines above it."""
    page = BeautifulSoup(html, "html.parser")
    return [*_of_lists(page), *_of_tables(page)]


def count_sums(html: str) -> int:
    """Return how many totals a page says."""
    page = BeautifulSoup(html, "html.parser")
    return len(page.select("dl.sums")) + len(page.select("tfoot"))


def _of_lists(page: BeautifulSoup) -> Iterator[str]:
    for rows in page.select("dl.sums"):
        amounts, total = [], None
        for row in rows.find_all("dd"):
            is_total = "total" in row.get("class", ()) or row.find("strong")
            if is_total:
                total = cents(row.get_text())
            else:
                amounts.append(cents(row.get_text()))
        above = _lines_above(rows)
        if total != sum(amounts) + sum(above):
            yield f"{rows.get_text(' ', strip=True)}: {above} + {amounts} is not {total}"


def _lines_above(rows: Tag) -> list[int]:
    """Return the amounts of the lines to which the rows of sums are added."""
    if bag := rows.find_parent("section", class_="bag"):
        prices = bag.select(".line > .price")
        return [cents((price.find("ins") or price.find("strong")).contents[-1]) for price in prices]
    table = rows.find_parent(["section", "article"]) or rows
    if rows.find_previous("table") and (found := table.find("table")):
        if rows.find_previous("dl", class_="sums") in table.select("dl.sums"):
            return []  # the second sums of an invoice begin with its total
        last = (row.find_all(["td", "th"])[-1] for row in found.select("tbody tr"))
        return [cents(cell.get_text()) for cell in last]
    return []


def _of_tables(page: BeautifulSoup) -> Iterator[str]:
    for table in page.find_all("table"):
        if foot := table.find("tfoot"):
            yield from _column_sums(table, foot)


def _column_sums(table: Tag, foot: Tag) -> Iterator[str]:
    bodies = table.find_all("tbody")
    lines = [row for body in bodies for row in body.find_all("tr") if not _is_sum(row)]
    lines = [row.find_all(["td", "th"]) for row in lines if not row.find("th", scope="rowgroup")]
    for place, cell in enumerate(foot.find_all(["td", "th"])):
        if not {"n", "desk-number"} & set(cell.get("class", ())) or not cell.get_text(strip=True):
            continue
        found = sum(cents(row[place].get_text()) for row in lines)
        if found != cents(cell.get_text()):
            yield f"column {place} of {foot.get_text(' ', strip=True)}: {found}"


def _is_sum(row: Tag) -> bool:
    first = row.find("th")
    cells = row.find_all(["td", "th"])
    return bool(first) and len(cells) > 1 and not cells[1].get_text(strip=True)
