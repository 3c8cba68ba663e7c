"""Who decided a request, and whether its shopper may still ask an organizer to decide."""

from __future__ import annotations

from shop.merchants.models import Membership
from shop.returns.models import ReturnRequest


def is_by_organizer(request: ReturnRequest) -> bool:
    """Tell whether what was answered last is an organizer's word, and not the store's.

    Whoever acts for a store never decides on it as an organizer: its members speak for it, also
    when they say after an appeal that the goods came back otherwise than agreed.
    """
    if request.answered_by_id is None:
        return False
    members = Membership.objects.filter(merchant=request.suborder.merchant_id)
    return not members.filter(user=request.answered_by_id).exists()


def may_appeal(request: ReturnRequest) -> bool:
    """Tell whether its shopper may ask an organizer: once, about what was refused."""
    return request.state == ReturnRequest.State.REFUSED and not request.appealed_at
