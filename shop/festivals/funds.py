"""Money of sponsors: what benefits and subsidised deals may spend is committed before they begin.

So an order never has to ask a fund. Each function runs inside the caller's transaction.
"""

from __future__ import annotations

from django.db.models import F
from django.utils.translation import gettext as _

from shop.errors import NotPossible
from shop.festivals.models import Fund


def commit(fund: Fund, amount: int) -> None:
    """Set a part of a fund aside, in minor units.

    Raises:
        NotPossible: it has less left.
    """
    room = Fund.objects.filter(pk=fund.pk, amount__gte=F("committed") + amount)
    if not room.update(committed=F("committed") + amount):
        raise NotPossible(_("%(sponsor)s gives less than that.") % {"sponsor": fund.sponsor})


def release(fund: Fund, amount: int) -> None:
    """Give a part back that was set aside and is not needed."""
    Fund.objects.filter(pk=fund.pk).update(committed=F("committed") - amount)
