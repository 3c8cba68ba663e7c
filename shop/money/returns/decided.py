"""Who decided a request, and whether its shopper may still ask an organizer to decide."""

from __future__ import annotations

from shop.festivals.models import ChangeLog
from shop.money.returns.models import ReturnRequest
from shop.people.merchants.models import Membership


def is_by_organizer(request: ReturnRequest) -> bool:
    """Tell whether what was answered last is an organizer's word, and not the store's.

    Whoever acts for a store never decides on it as an organizer: its members speak for it, also
    when they say after an appeal that the goods came back otherwise than agreed, and after they
    have left.
    """
    who = request.answered_by
    if who is None:
        return False
    store = request.suborder.merchant_id
    left = ChangeLog.objects.filter(
        subject="merchant", subject_id=store, action="member left", after__email=who.email
    )
    return not (Membership.objects.filter(merchant=store, user=who).exists() or left.exists())


def may_appeal(request: ReturnRequest) -> bool:
    """Tell whether its shopper may ask an organizer: once, about what was refused."""
    return request.state == ReturnRequest.State.REFUSED and not request.appealed_at
