"""What a store says about a disputed order, for the answer to the shopper's bank."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shop.accounts.models import User
from shop.errors import NotPossible
from shop.orders import end
from shop.orders.models import Suborder
from shop.payments.disputes.models import Dispute, DisputeEvidence

MOST_WORDS = 2_000
MOST = 20
"""So often a store says something about one dispute."""


@transaction.atomic
def give(
    part: Suborder, dispute_id: int, *, text: str, tracking_number: str, at: datetime, by: User
) -> DisputeEvidence:
    """Keep what a store says about a dispute of its order; organizers answer the bank with it.

    A second press of the button adds nothing.

    Raises:
        NotPossible: it says nothing, the bank has decided, or the store said enough.
    """
    said, number = text.strip()[:MOST_WORDS], tracking_number.strip()[:60]
    if not said and not number:
        raise NotPossible(_("Write what happened, or give the tracking number."))
    end.lock(part.order_id)
    rows = Dispute.objects.filter(payment__order=part.order_id)
    dispute = rows.get(pk=dispute_id)
    if not dispute.is_live:
        raise NotPossible(_("The bank has decided: nothing can be added any more."))
    own = dispute.evidence.filter(suborder=part)
    if same := own.filter(text=said, tracking_number=number).first():
        return same
    if own.count() >= MOST:
        raise NotPossible(_("You have said a lot already. Write to the organizers."))
    return DisputeEvidence.objects.create(
        dispute=dispute, suborder=part, text=said, tracking_number=number, at=at, by=by
    )
