"""Who may decide on what a store sends in: nobody who acts for it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from shop.accounts.models import User
from shop.errors import NotPossible
from shop.merchants.models import Membership


def refuse_own(merchant_id: int, by: User | None) -> None:
    """Refuse a decision about a store by one of its own members.

    Raises:
        NotPossible: they act for this store.
    """
    if by and Membership.objects.filter(merchant=merchant_id, user=by).exists():
        raise NotPossible(_("You are a member of this store. Somebody else has to decide."))
