"""Regular prices. The rows are only added to, so that every past price can be shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shop.catalogue.models import Variant
from shop.core.currencies import price_wanted
from shop.core.errors import NotPossible
from shop.festivals.models import Deal, RegularPrice
from shop.festivals.prices import spans
from shop.festivals.pricing.items import first_rise
from shop.festivals.pricing.kinds import FOLLOWING
from shop.people.accounts.models import User


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
        NotPossible: the instant has passed, or a percent deal would become dearer while it runs.
    """
    if starts_at is not None and starts_at <= at:
        raise NotPossible(_("The date must be in the future"))
    if any(amount < 1 for amount in amounts.values()):
        raise NotPossible(price_wanted())
    products = set(Variant.objects.filter(pk__in=amounts).values_list("product_id", flat=True))
    since = spans.lock_prices(products, at=at)
    counts_from = max(since, starts_at) if starts_at else since
    RegularPrice.objects.bulk_create(
        RegularPrice(variant_id=pk, amount=amount, starts_at=counts_from, by=by)
        for pk, amount in amounts.items()
    )
    _refuse_rise_in_percent_deals(amounts, since=since)
    spans.rebuild(products, since=since, what="regular price")
    return counts_from


def _refuse_rise_in_percent_deals(variant_ids: Collection[int], *, since: datetime) -> None:
    # A percent deal follows the regular price, and its price may not rise once it runs.
    deals = Deal.objects.filter(
        variant_id__in=variant_ids, kind__in=FOLLOWING, effective_to__gt=since
    ).exclude(state__in=Deal.GONE)
    windows = list(deals.values_list("variant_id", "effective_from", "effective_to"))
    known = RegularPrice.objects.histories({variant_id for variant_id, _from, _to in windows})
    for variant_id, starts_at, ends_at in windows:
        if first_rise(known[variant_id], max(starts_at, since - spans.TICK), ends_at):
            raise NotPossible(
                _("A running deal follows this regular price, so the price cannot rise now.")
            )
