"""Papers as lists show them, and as answers to a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Expression, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.http import HttpResponse
from django.utils.translation import gettext as _

from shop.core.currencies import in_whole
from shop.core.spreadsheets.tables import Cell
from shop.core.statements.composed import ID, composed
from shop.orders.documents.models import Document
from shop.orders.documents.pdf import as_answer, as_pdf, file_name

ROWS = 200
HEADS = (
    "number", "kind", "issued", "order", "seller", "tax number", "seller country", "buyer country",
    "treatment", "total", "tax inside", "currency", "corrects", "device", "fiscal number", "sha256",
)  # fmt: skip


class PaperRow(NamedTuple):
    """A paper without its facts."""

    pk: int
    suborder_id: int
    kind: str
    number: str

    @property
    def name(self) -> str:
        """Return what it is called: Invoice KAZ-2026-00001."""
        return name_of(self.kind, self.number)


def name_of(kind: str, number: str) -> str:
    """Return what a paper of a kind and a number is called."""
    is_credit = kind in Document.CREDITS
    text = _("Credit note %(number)s") if is_credit else _("Invoice %(number)s")
    return text % {"number": number}


def papers_of(order_id: int) -> list[PaperRow]:
    """Return the papers of an order, in the order of its parts. One statement."""
    return [PaperRow(*row) for row in papers_by_part(order=order_id)]


@composed(order=ID)
def papers_by_part(*, order: Expression) -> QuerySet[Document, Any]:
    """Return the papers of an order without their facts."""
    rows = Document.objects.filter(suborder__order=order).order_by("suborder__position", "pk")
    return rows.values_list(*PaperRow._fields)


def papers_column(part: str = "pk") -> ArraySubquery:
    """Return a column with the papers of each part of an order, as ``PaperRow`` has them."""
    rows = Document.objects.filter(suborder=OuterRef(part)).order_by("pk")
    return ArraySubquery(rows.values(json=JSONObject(**{name: name for name in PaperRow._fields})))


def cells_of(rows: QuerySet[Document]) -> Iterator[list[Cell]]:
    """Yield the cells of papers below ``HEADS``, the oldest first, so many in memory at a time."""
    last = 0
    while part := list(rows.filter(pk__gt=last).order_by("pk")[:ROWS]):
        yield from map(_cells, part)
        last = part[-1].pk


def _cells(document: Document) -> list[Cell]:
    facts, currency = document.facts, document.currency
    seller = facts["seller"]
    tax = sum(row["tax"] for row in facts["taxes"])
    return [
        document.number, document.get_kind_display(), facts["issued"], facts["order"],
        seller["name"], seller["tax_number"], seller["country"], facts["buyer"]["country"],
        facts["treatment"], in_whole(document.total, currency), in_whole(tax, currency), currency,
        facts["corrects"], facts["device"], document.fiscal_number, document.digest,
    ]  # fmt: skip


def pdf_answer(document: Document) -> HttpResponse:
    """Return a paper as a file that the browser shows, and nobody in between keeps."""
    return as_answer(as_pdf(document), file_name(document))
