"""Looks for papers that no task made: the beat's safety net."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min

from shop.core.jobs import each
from shop.orders.documents.issue import OPERATOR, issue_credit_notes, issue_invoices, without_note
from shop.orders.models import Suborder

INVOICES, NOTES = "make missing invoices", "make missing credit notes"
OF_OPERATOR = "operator"


def make_missing(*, at: datetime) -> int:
    """Make the papers that are missing; return how many sellers and refunds had some."""
    return make_invoices(at=at) + make_credit_notes(at=at)


def make_invoices(*, at: datetime) -> int:
    """Make the invoices that are missing, those of whoever was paid first before the others."""
    return each(
        INVOICES, sellers_behind(), lambda seller: issue_invoices(_key(seller), at=at), at=at,
        about=str,
    )  # fmt: skip


def make_credit_notes(*, at: datetime) -> int:
    """Make the credit notes that are missing, the oldest refund first."""
    return each(NOTES, without_note(), lambda row: issue_credit_notes(row, at=at), at=at)


def sellers_behind() -> list[str]:
    """Return the sellers with parts that were paid and not invoiced, the longest waiting first."""
    waiting = Suborder.objects.sold().filter(is_invoiced=False).order_by()
    found = waiting.values_list("tax", "merchant").annotate(first=Min("paid_at")).order_by("first")
    keys = (OF_OPERATOR if tax == Suborder.Tax.PLATFORM else str(pk) for tax, pk, _first in found)
    return list(dict.fromkeys(keys))


def _key(seller: str) -> int | None:
    return OPERATOR if seller == OF_OPERATOR else int(seller)
