"""The addresses of feeds: secret, made anew and closed by those who may, and read by machines."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.urls import reverse

from shop.catalogue.models import Product, ProductQuerySet
from shop.core.keys.links import key_of
from shop.festivals.changelog import log
from shop.festivals.models import Festival
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.storefront.feeds.demands import CHANNELS, Channel
from shop.storefront.feeds.models import Feed

SALT = "shop.feeds"


@dataclass(frozen=True, slots=True)
class FeedScope:
    """Whose products are meant: those of a store, of a festival, or of the whole programme."""

    merchant: Merchant | None = None
    festival: Festival | None = None

    def products(self) -> ProductQuerySet:
        """Return the products that everybody can see by now."""
        rows = Product.objects.public()
        if self.merchant is not None:
            rows = rows.filter(merchant=self.merchant)
        if self.festival is not None:
            rows = rows.filter(participations__festival=self.festival)
        return rows

    @property
    def name(self) -> str:
        """Return whose they are, in words; empty for the programme."""
        if self.merchant is not None:
            return self.merchant.name
        return "" if self.festival is None else self.festival.title


PROGRAMME = FeedScope()


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """The whole address of a channel's feed, in the language of the page."""

    channel: Channel
    url: str


def feed_of(scope: FeedScope) -> Feed | None:
    """Return the address that somebody made, if there is one. One statement."""
    rows = Feed.objects.select_related("by")
    return rows.filter(merchant=scope.merchant, festival=scope.festival).first()


def feeds_of(festivals: Collection[Festival]) -> dict[int | None, Feed]:
    """Return the addresses of festivals by their ids; under None that of the programme."""
    of_all = Q(merchant=None, festival=None)
    rows = Feed.objects.filter(of_all | Q(festival__in=festivals)).select_related("by")
    return {feed.festival_id: feed for feed in rows}


@transaction.atomic
def new_address(scope: FeedScope, *, at: datetime, by: User) -> None:
    """Make an address; the one before leads nowhere any more."""
    made = Feed(merchant=scope.merchant, festival=scope.festival, made_at=at, by=by)
    [kept] = Feed.objects.bulk_create(
        [made], update_conflicts=True, unique_fields=["merchant", "festival"],
        update_fields=["key", "made_at", "by"],
    )  # fmt: skip
    log(kept, "new address", at=at, by=by, festival=scope.festival)


@transaction.atomic
def close_address(scope: FeedScope, *, at: datetime, by: User) -> None:
    """Let an address lead nowhere, for good."""
    for feed in Feed.objects.filter(merchant=scope.merchant, festival=scope.festival):
        log(feed, "close address", at=at, by=by, festival=scope.festival)
        feed.delete()


def addresses_of(feed: Feed | None) -> list[FeedAddress]:
    """Return the addresses of a feed, one for each channel."""
    if feed is None:
        return []
    signed = signing.Signer(salt=SALT).sign_object([feed.pk, feed.key.hex])
    return [
        FeedAddress(channel, settings.SITE_URL + reverse("feed", args=[signed, channel.file]))
        for channel in CHANNELS.values()
    ]


def read_address(token: str) -> tuple[Feed, FeedScope]:
    """Return the feed of an address, with whose products it holds. One statement.

    Raises:
        Http404: the key is not, or not any more, that of a feed; its store does not trade, its
            festival is not public.
    """
    found = key_of(token)
    if found is None:
        raise Http404
    pk, key = found
    rows = Feed.objects.select_related("merchant", "festival")
    feed = rows.filter(pk=pk, key=key).first()  # the key is the secret, whoever signed it
    if feed is None or (feed.merchant and not feed.merchant.is_trading):
        raise Http404
    if feed.festival and feed.festival.state != Festival.State.PUBLISHED:
        raise Http404
    return feed, FeedScope(feed.merchant, feed.festival)
