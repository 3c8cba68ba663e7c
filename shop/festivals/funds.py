"""The only writer of what is promised of a sponsor's money."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _

from shop.currencies import written
from shop.errors import NotPossible
from shop.festivals.models import Deal, Fund


def commit(fund: Fund, amount: int) -> None:
    """Promise a part of a fund, in minor units, inside the caller's transaction.

    The row stays locked; in the order of locks it stands with promotions, before deals.

    Raises:
        NotPossible: the fund has less left.
    """
    enough = Fund.objects.filter(pk=fund.pk, amount__gte=F("committed") + amount)
    if not enough.update(committed=F("committed") + amount):
        raise short(Fund.objects.get(pk=fund.pk), amount)


def release(fund: Fund, amount: int) -> None:
    """Take a promise of a fund's money back, in minor units."""
    Fund.objects.filter(pk=fund.pk).update(committed=F("committed") - amount)


def short(fund: Fund, amount: int) -> NotPossible:
    """Return the refusal of a fund that has less left than would be promised."""
    text = _("%(sponsor)s has %(left)s left to promise; this needs %(amount)s.")
    return NotPossible(
        text
        % {
            "sponsor": fund.sponsor,
            "left": written(fund.amount - fund.committed, settings.SHOP_CURRENCY, "en"),
            "amount": written(amount, settings.SHOP_CURRENCY, "en"),
        }
    )


def release_unsold(deals: Iterable[Deal]) -> None:
    """Take back what deals that end now were promised for units that nobody has bought or holds.

    Their funds are locked already. Reads each deal's nomination.
    """
    left: Counter[int] = Counter()
    for deal in deals:
        if deal.nomination.fund_id and deal.allotment is not None:
            units = deal.allotment - deal.held - deal.sold
            left[deal.nomination.fund_id] += units * deal.subsidy
    for fund_id, amount in sorted(left.items()):
        Fund.objects.filter(pk=fund_id).update(committed=F("committed") - amount)


def lock_funds(festival_id: int) -> None:
    """Lock the funds of a festival, before its deals as everywhere."""
    rows = Fund.objects.filter(festival=festival_id).order_by("pk")
    list(rows.select_for_update(no_key=True))
