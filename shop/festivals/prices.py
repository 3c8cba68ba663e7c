"""Regular prices. The rows are only added to, so that every past price can be shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shop.accounts.models import User
from shop.catalogue.models import Variant
from shop.errors import NotPossible
from shop.festivals import spans
from shop.festivals.models import Deal, RegularPrice


@transaction.atomic
def change_prices(
    amounts: Mapping[int, int],
    *,
    at: datetime,
    by: User | None = None,
    starts_at: datetime | None = None,
) -> datetime:
    """Set the regular prices of variants from now or from a later instant on.

    Args:
        amounts: minor units, by variant id.
        starts_at: when a scheduled change counts; None is now.

    Returns:
        The instant from which the prices count.

    Raises:
        NotPossible: the instant has passed, or a percent deal runs whose price would rise.
    """
    if starts_at is not None and starts_at <= at:
        raise NotPossible(_("The date must be in the future"))
    if any(amount < 1 for amount in amounts.values()):
        raise NotPossible(_("Enter a price, like 48.00"))
    products = set(Variant.objects.filter(pk__in=amounts).values_list("product_id", flat=True))
    since = spans.lock_prices(products, at=at)
    counts_from = max(since, starts_at) if starts_at else since
    _refuse_rise_in_running_percent_deal(amounts, at=counts_from)
    RegularPrice.objects.bulk_create(
        RegularPrice(variant_id=pk, amount=amount, starts_at=counts_from, by=by)
        for pk, amount in amounts.items()
    )
    spans.rebuild(products, since=since, what="regular price")
    return counts_from


def _refuse_rise_in_running_percent_deal(amounts: Mapping[int, int], *, at: datetime) -> None:
    # A percent deal follows the regular price, and its price may not change once it runs.
    running = Deal.objects.filter(
        variant_id__in=amounts,
        kind=Deal.Kind.PERCENT,
        effective_from__lte=at,
        effective_to__gt=at,
    ).exclude(state__in=Deal.GONE)
    variants = list(running.values_list("variant_id", flat=True))
    prices = RegularPrice.objects.filter(variant_id__in=variants, starts_at__lte=at)
    newest = prices.order_by("variant_id", "-starts_at", "-id").distinct("variant_id")
    for variant_id, amount in newest.values_list("variant_id", "amount"):
        if amounts[variant_id] > amount:
            raise NotPossible(
                _("A percent deal of this product is running. Its regular price cannot rise now.")
            )
