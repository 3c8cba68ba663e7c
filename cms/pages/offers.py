"""What a festival saves on whole orders, as a page tells it; codes stay secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from shop.festivals.models import Promotion
from shop.storefront import dates
from shop.storefront.cards import lang_mark
from shop.storefront.epoch import KnownFestival

MOST = 12


@dataclass(frozen=True, slots=True)
class Offer:
    """A promotion; ``claim`` is where its voucher is claimed, if it has to be and can be now."""

    title: str
    lang: str
    until: str
    claim: str


def offers(festival: KnownFestival, *, at: datetime, language: str) -> list[Offer]:
    """Return the promotions that can be used at an instant or will be. One statement."""
    rows = (
        Promotion.objects.filter(
            ~Q(trigger=Promotion.Trigger.CODE),
            festival_id=festival.id,
            state=Promotion.State.ACTIVE,
            use_to__gt=at,
        )
        .order_by("use_from", "pk")
        .annotate(is_gone=Q(max_claims__isnull=False, claimed__gte=F("max_claims")))[:MOST]
    )
    return [_offer(row, festival, at=at, language=language) for row in rows]


def _offer(row: Promotion, festival: KnownFestival, *, at: datetime, language: str) -> Offer:
    last = dates.day(dates.last_day(row.use_to, festival.zone), language)
    is_open = (row.claim_from is None or row.claim_from <= at) and (
        row.claim_to is None or row.claim_to > at
    )
    can_claim = row.trigger == Promotion.Trigger.CLAIM and is_open and not row.is_gone
    return Offer(
        title=row.title,
        lang=lang_mark(None, language),
        until=_("Valid until %(date)s") % {"date": last},
        claim=reverse("voucher-claim", args=[row.pk]) if can_claim and row.use_from <= at else "",
    )
