"""Publishing a festival: its deals count from their slots on, and from no moment before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.locks import lock, lock_one
from shop.festivals.changelog import log
from shop.festivals.models import Deal, Festival, Nomination
from shop.festivals.models.deals import DealQuerySet
from shop.festivals.prices import spans
from shop.people.accounts.models import User


@transaction.atomic
def publish_festival(
    festival: Festival,
    *,
    at: datetime,
    by: User | None = None,
    reason: str = "",
    missing: Sequence[str] = (),
) -> None:
    """Make a festival public: its deals count from their slots on, without a further job.

    Args:
        reason: why it may be published although something is missing; kept in the log.
        missing: what was said to be missing and kept nobody from publishing; kept there as well.
    """
    festival = lock_one(Festival.objects, festival.pk)
    lock(Nomination.objects.filter(slot__festival=festival, state=Nomination.State.APPROVED))
    if festival.state != Festival.State.DRAFT:
        raise NotPossible(_("Only a draft can be published."))
    festival.move_to(Festival.State.PUBLISHED)
    deals = Deal.objects.filter(slot__festival=festival)
    lock(deals)
    products = sorted(set(deals.values_list("variant__product_id", flat=True)))
    since = spans.lock_prices(products, at=at)
    _begin_late(deals, since)
    spans.rebuild(products, since=since, what="festival published")
    after = {"missing": list(missing)} if missing else {}
    log(festival, "publish", at=at, by=by, festival=festival, reason=reason, after=after)


def _begin_late(deals: DealQuerySet, since: datetime) -> None:
    """Start deals at publication at the earliest, and withdraw those that would be over by then."""
    over = deals.filter(effective_to__lte=since, state__in=Deal.LIVING)
    ids = set(over.values_list("nomination", flat=True))
    over.move_to(Deal.State.WITHDRAWN)
    Nomination.objects.filter(pk__in=ids).without_deals().move_to(Nomination.State.WITHDRAWN)
    deals.filter(effective_from__lt=since, effective_to__gt=since).update(effective_from=since)
