"""The savings of a festival on whole orders, as a page tells them; codes stay secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from shop.core import dates
from shop.festivals import local_time
from shop.festivals.models import Promotion
from shop.festivals.promotions.text import left_text, title_and_terms
from shop.storefront.cache.catalogue_version import KnownFestival

MOST = 12


@dataclass(frozen=True, slots=True)
class OfferCard:
    """A promotion: its discount, its time, and of vouchers how many are left.

    ``opens_at`` is set before its time; ``opens_own`` then are the words for the reader's clock.

    ``claim`` is where its voucher is claimed, if it has to be and can be now. The number is that
    of the moment at which the page was written: at most half a minute old, and nobody's own.
    """

    title: str
    gives: str
    until: str
    opens_at: datetime | None
    opens_own: str
    zone: str
    left: str
    claim: str


def offers(festival: KnownFestival, *, at: datetime, language: str) -> list[OfferCard]:
    """Return the promotions that can be used at an instant or will be. One statement."""
    rows = (
        Promotion.objects.offered()
        .filter(
            ~Q(trigger=Promotion.Trigger.CODE),
            festival_id=festival.id,
            use_to__gt=at,
            instead_of=None,
        )
        .order_by("use_from", "pk")[:MOST]
    )
    return [_offer(row, festival, at=at, language=language) for row in rows]


def _offer(row: Promotion, festival: KnownFestival, *, at: datetime, language: str) -> OfferCard:
    is_voucher = row.trigger == Promotion.Trigger.CLAIM
    left = None if row.max_claims is None or not is_voucher else row.max_claims - row.claimed
    is_open = (row.claim_from is None or row.claim_from <= at) and (
        row.claim_to is None or row.claim_to > at
    )
    can_claim = is_voucher and is_open and (left is None or left > 0)
    title, terms = title_and_terms(row, language)
    return OfferCard(
        title=title,
        gives=terms,
        until=_when(row, festival, at=at, language=language),
        opens_at=row.use_from if row.use_from > at else None,
        opens_own=_("Valid from %(date)s") % {"date": dates.own_words()},
        zone=festival.zone,
        left=left_text(left),
        claim=reverse("voucher-claim", args=[row.pk]) if can_claim else "",
    )


def _when(row: Promotion, festival: KnownFestival, *, at: datetime, language: str) -> str:
    if row.use_from > at:
        is_far = dates.is_far(row.use_from.date(), at)
        starts = dates.moment(row.use_from, festival.zone, language, has_year=is_far)
        return _("Valid from %(date)s") % {"date": starts}
    last = dates.day(local_time.last_day(row.use_to, festival.zone), language, since=at)
    return _("Valid until %(date)s") % {"date": last}
