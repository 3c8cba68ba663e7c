"""What a bank gave to somebody who was owed a refund is that refund: nobody bears it twice."""

from __future__ import annotations

from datetime import datetime

from shop.core.locks import lock
from shop.money.ledger.posting import disputes as books
from shop.money.payments.disputes.models import Dispute
from shop.money.payments.external.match import lower, unsent_refunds
from shop.money.payments.models import Operation
from shop.money.payments.operations import queue_refund


def cover(dispute: Dispute, *, at: datetime) -> None:
    """Take what a lost dispute gave to the shopper for refunds that are owed and have not gone.

    Called under the order's lock; the caller saves the dispute.
    """
    order = dispute.payment.order
    for row in lock(unsent_refunds(dispute.payment)):
        if part := min(row.amount, dispute.to_bear):
            entry = dispute.next_entry(at=at)
            books.post_dispute_covered(order, part, **entry, operation=row.pk)
            lower(row, part, how="dispute", at=at)
            dispute.covered += part


def uncover(dispute: Dispute, *, at: datetime) -> None:
    """Owe a shopper again what a lost dispute had covered: the bank took it back from him."""
    if dispute.covered:
        payment, cause = dispute.payment, Operation.Cause.RETURNED
        books.post_dispute_uncovered(payment.order, dispute.covered, **dispute.next_entry(at=at))
        queue_refund(payment, dispute.covered, cause=cause, at=at)
        dispute.covered = 0
