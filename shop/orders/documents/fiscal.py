"""Fiscal numbers: what the tax offices' devices gave to papers, brought in from a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from shop.core.errors import StaleState
from shop.core.spreadsheets.tables import SheetCells, WrongSpreadsheetRows
from shop.festivals.changelog import log_all
from shop.orders.documents.models import Document
from shop.people.accounts.models import User

COLUMNS = {"number": "number", "digest": "sha256", "fiscal_number": "fiscal number"}
"""What a sheet needs of the list that was taken away, by what its columns hold."""
LONGEST = 80


@dataclass(frozen=True, slots=True)
class NumbersBrought:
    """How many papers got their number, and how many had it."""

    added: int
    same: int


@transaction.atomic
def bring_numbers(rows: Iterable[SheetCells], *, at: datetime, by: User) -> NumbersBrought:
    """Fill the fiscal numbers of papers: all that a sheet has, or none.

    A row without a fiscal number is passed over, so that the whole list may be sent.

    Raises:
        WrongSpreadsheetRows: a paper is not there, is another one, or has another number already.
        StaleState: somebody else filled one in the same moment.
    """
    filled = [row for row in rows if row.cells["fiscal_number"]]
    papers = {row.digest: row for row in _papers(cells["digest"] for _n, cells in filled)}
    if bad := list(_wrong(filled, papers)):
        raise WrongSpreadsheetRows(bad)
    new = [
        (papers[cells["digest"]], cells["fiscal_number"])
        for _number, cells in filled
        if not papers[cells["digest"]].fiscal_number
    ]
    for paper, text in new:
        if not Document.objects.filter(pk=paper.pk, fiscal_number="").update(fiscal_number=text):
            raise StaleState
    log_all(
        ((paper, "fiscal number", None, {"after": {"number": paper.number, "fiscal_number": text}})
         for paper, text in new), at=at, by=by,
    )  # fmt: skip
    return NumbersBrought(len(new), len(filled) - len(new))


def _papers(digests: Iterable[str]) -> Iterator[Document]:
    rows = Document.objects.filter(digest__in=set(digests)).order_by("pk")
    return iter(rows.defer("frozen"))


def _wrong(rows: Iterable[SheetCells], papers: Mapping[str, Document]) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with rows, each by its number in the sheet."""
    seen: set[str] = set()
    for number, cells in rows:
        paper, text = papers.get(cells["digest"]), cells["fiscal_number"]
        if paper is None or paper.number != cells["number"]:
            yield number, "No paper has this number and this sha256. Take the list away anew."
        elif paper.digest in seen:
            yield number, f"{paper.number} stands in the sheet twice."
        elif paper.fiscal_number not in ("", text):
            yield number, f"{paper.number} has the fiscal number {paper.fiscal_number} already."
        elif len(text) > LONGEST:
            yield number, f"A fiscal number has {LONGEST} signs at most."
        seen.add(cells["digest"])
