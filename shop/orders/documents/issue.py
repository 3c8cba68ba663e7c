"""Issues papers: an invoice for each paid part of an order, a credit note for what goes back.

A seller's invoices are made in the order in which they were paid, a batch in one transaction: the
parts are locked first, then the counter, so that number and paper come into being together.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from shop.core.locks import lock, lock_one
from shop.orders.documents.facts import Paper, facts_of
from shop.orders.documents.models import Document
from shop.orders.documents.parts import credited, sold, with_lines
from shop.orders.documents.series import lock_series, write
from shop.orders.models import Refund, RefundLine, RefundParcel, Suborder

BATCH = 50
OPERATOR = None
"""The seller of what the operator of the shop sells himself."""


def issue_papers(order_id: int, *, at: datetime) -> None:
    """Make the papers of a paid order that are not there yet, and those that are due before."""
    parts = Suborder.objects.sold().filter(order=order_id)
    for seller in sorted({seller_key(part) for part in parts}, key=lambda key: key or 0):
        issue_invoices(seller, at=at)
    for refund in Refund.objects.filter(order=order_id).order_by("pk"):
        issue_credit_notes(refund, at=at)


def seller_key(part: Suborder) -> int | None:
    """Return whose series a part belongs to: a store's id, or None for the operator's."""
    return OPERATOR if part.tax == Suborder.Tax.PLATFORM else part.merchant_id


def to_invoice(seller: int | None) -> QuerySet[Suborder]:
    """Return the parts that a seller was paid for and made no invoice of, the oldest first."""
    rows = Suborder.objects.sold().filter(is_invoiced=False).order_by("paid_at", "pk")
    if seller is OPERATOR:
        return rows.filter(tax=Suborder.Tax.PLATFORM)
    return rows.filter(merchant=seller).exclude(tax=Suborder.Tax.PLATFORM)


def issue_invoices(seller: int | None, *, at: datetime) -> int:
    """Make the invoices that a seller owes, batch by batch; return how many."""
    made = 0
    while waiting := list(to_invoice(seller).values_list("pk", flat=True)[:BATCH]):
        made += issue_batch(waiting, at=at)
    return made


@transaction.atomic
def issue_batch(part_ids: Iterable[int], *, at: datetime) -> int:
    """Make the invoices of parts of one seller; those that somebody else made are left out."""
    ids = [part.pk for part in lock(to_do(part_ids))]
    parts = list(with_lines(Suborder.objects.filter(pk__in=ids)).order_by("paid_at", "pk"))
    if not parts:
        return 0
    Suborder.objects.filter(pk__in=ids).update(is_invoiced=True)
    papers = [Paper(part, sold(part)) for part in parts]
    series = lock_series(parts[0].seller, Document.Kind.INVOICE, at=at)
    for paper in papers:
        write(series, partial(facts_of, paper, at=at), at=at, suborder=paper.part)
    return len(papers)


def to_do(part_ids: Iterable[int]) -> QuerySet[Suborder]:
    """Return those of some parts whose invoice is still to be made."""
    return Suborder.objects.filter(pk__in=list(part_ids), is_invoiced=False)


def issue_credit_notes(refund: Refund, *, at: datetime) -> int:
    """Make a credit note for each part of an order that a refund touches; return how many."""
    parts = to_credit(refund).select_related("merchant").order_by("pk")
    return sum(_credit(part, refund, at=at) for part in parts)


def to_credit(refund: Refund) -> QuerySet[Suborder]:
    """Return the parts of an order that a refund touches and that have no credit note for it."""
    made = Document.objects.filter(refund=refund, suborder=OuterRef("pk"))
    lines = RefundLine.objects.filter(refund=refund).values("line__suborder")
    parcels = RefundParcel.objects.filter(refund=refund).values("suborder")
    touched = Q(pk__in=lines) | Q(pk__in=parcels)
    return Suborder.objects.sold().filter(touched, ~Exists(made))


def without_note() -> QuerySet[Refund]:
    """Return the refunds that lack a credit note, the oldest first."""
    of_line = Document.objects.filter(
        refund=OuterRef("refund"), suborder=OuterRef("line__suborder")
    )
    of_parcel = Document.objects.filter(refund=OuterRef("refund"), suborder=OuterRef("suborder"))
    lines = RefundLine.objects.filter(~Exists(of_line)).values("refund")
    parcels = RefundParcel.objects.filter(~Exists(of_parcel)).values("refund")
    return Refund.objects.filter(Q(pk__in=lines) | Q(pk__in=parcels)).order_by("pk")


def _credit(part: Suborder, refund: Refund, *, at: datetime) -> bool:
    """Make one credit note behind its invoice; False where somebody else made it."""
    issue_invoices(seller_key(part), at=at)
    with transaction.atomic():
        lock_one(Suborder.objects, part.pk)
        if not to_credit(refund).filter(pk=part.pk).exists():
            return False
        own = with_lines(Suborder.objects.filter(pk=part.pk)).get()
        invoice = Document.objects.get(suborder=own, kind=Document.Kind.INVOICE)
        paper = Paper(own, credited(own, refund), invoice, refund)
        series = lock_series(own.seller, Document.Kind.CREDIT_NOTE, at=at)
        about = {"suborder": own, "refund": refund, "invoice": invoice}
        write(series, partial(facts_of, paper, at=at), at=at, **about)
    return True
