"""A wrong price: the deal ends at once and for good, and the mistake stays on record.

Orders are nobody's business here: ``payments.void`` ends those that are open, and people
decide about those that are paid.

Organizers read the refusals, whose desk is in English.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.festivals.changelog import log
from shop.festivals.mail import tell_changed
from shop.festivals.models import Deal, Nomination, WrongPrice
from shop.festivals.prices import spans
from shop.festivals.promotions import sponsors
from shop.people.accounts.models import User
from shop.people.merchants.own_stores import refuse_own


@transaction.atomic
def end_price(deal: Deal, *, reason: str, at: datetime, by: User | None = None) -> datetime:
    """End a deal whose price is a mistake; its fence goes with it.

    Past price spans stay: the wrong price was public, and a prior price has to know of it. The
    product can be nominated for the slot again.

    Returns:
        The instant from which the regular price counts.

    Raises:
        NotPossible: there is no reason, or the deal is over.
    """
    if not reason.strip():
        raise NotPossible("Say why: shoppers whose order is refunded read it.")
    refuse_own(deal.variant.product.merchant_id, by=by)
    lock_one(Nomination.objects, deal.nomination_id)
    sponsors.lock_funds(deal.slot.festival_id)
    rows = Deal.objects.select_related("variant", "slot__festival", "nomination")
    deal = lock_one(rows, deal.pk)
    if deal.state not in Deal.LIVING:
        raise NotPossible("Only a deal that has not ended can be voided.")
    product_id = deal.variant.product_id
    since = spans.lock_prices([product_id], at=at)
    if deal.effective_to <= since:
        raise NotPossible("Only a deal that has not ended can be voided.")
    # A deal that has not begun leaves no trace in the past: it ends where it would begin.
    ends_at = max(since, deal.effective_from)
    deal.move_to(Deal.State.VOID, effective_to=ends_at)
    deal.closures.filter(ends_at=None).update(ends_at=ends_at)
    mine = Nomination.objects.filter(pk=deal.nomination_id)
    mine.without_deals().move_to(Nomination.State.WITHDRAWN)
    WrongPrice.objects.create(deal=deal, reason=reason.strip(), at=since, by=by)
    sponsors.reckon(deal.slot.festival_id, at=since)
    spans.rebuild([product_id], since=since, what="wrong price")
    line = log(deal, "void", at=since, by=by, festival=deal.slot.festival, reason=reason,
               before={"kind": deal.kind, **deal.rule.columns})  # fmt: skip
    tell_changed(line, deal.nomination_id)
    return since
