"""Asks for a kit, and lets go of those that nobody wants any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from shop.catalogue.models import Product
from shop.core.errors import NotPossible
from shop.core.jobs import delete_some
from shop.core.rate_limits.store import limits
from shop.core.tasks import enqueue
from shop.festivals.models import Festival
from shop.merchant.share_kits.models import ShareKit
from shop.merchant.share_kits.tasks import draw_kit
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.storefront.share_links.links import link_for
from shop.storefront.share_links.models import ShareLink

MOST = 20
"""Kits that a store has at the most: the oldest goes. Each is about a megabyte."""
MOST_AN_HOUR = 40
KEPT_FOR = timedelta(days=30)
BATCH = 20
Channel = ShareLink.Channel


class KitChoice(NamedTuple):
    """What a kit is of, as a member chose it."""

    product: Product | None
    festival: Festival | None
    language: str


def ask(merchant: Merchant, wanted: KitChoice, *, at: datetime, by: User) -> ShareKit:
    """Have the pictures of a kit drawn, for the first time or anew, and return it.

    One that is being drawn is not asked for twice.

    Raises:
        NotPossible: the store asked for very many within an hour.
    """
    found = ShareKit.objects.filter(merchant=merchant, **wanted._asdict()).first()
    if found and found.is_waiting and not found.has_stopped(at=at):
        return found
    if limits.count(f"share-kits:{merchant.pk}", seconds=3600) > MOST_AN_HOUR:
        raise NotPossible(_("Your store made very many pictures. Go on in an hour."))
    with transaction.atomic():
        for channel in (Channel.POST, Channel.POSTER):
            link_for(merchant, wanted.product, channel, at=at, by=by)
        asked = {"asked_at": at, "asked_by": by, "made_at": None}
        kit, is_new = ShareKit.objects.get_or_create(
            merchant=merchant, **wanted._asdict(), defaults=asked
        )
        if not is_new:
            ShareKit.objects.filter(pk=kit.pk).update(**asked)
            kit.asked_at, kit.made_at = at, None
        _forget_oldest(merchant)
        enqueue(draw_kit, kit.pk)
    return kit


def is_shown(kit: ShareKit) -> bool:
    """Tell whether shoppers see what a kit is of."""
    if not kit.merchant.is_trading:
        return False
    return kit.product is None or kit.product.state == Product.State.PUBLISHED


def forget_kits(*, at: datetime) -> int:
    """Delete kits that nobody asked for lately, with their files; return how many."""
    rows = ShareKit.objects.filter(asked_at__lt=at - KEPT_FOR).order_by("asked_at")
    return delete_some(rows, batch=BATCH)


def _forget_oldest(merchant: Merchant) -> None:
    rows = ShareKit.objects.filter(merchant=merchant).order_by("-asked_at", "-pk")
    old = list(rows.values_list("pk", flat=True)[MOST:])
    ShareKit.objects.filter(pk__in=old).delete()
