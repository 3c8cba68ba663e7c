"""A part of the sample for tests: six stores, and what is asked about them."""

from __future__ import annotations

import io
import random
from datetime import UTC, datetime, timedelta

from wagtail.models import Collection

from sample.edition import Edition, edition
from sample.loading import load
from sample.progress import Progress
from shop.catalogue.models import Product
from shop.core.images.models import Picture
from shop.festivals.models import Deal, Festival
from shop.orders.models import Order, Shipment
from shop.people.merchants.models import Merchant
from shop.storefront.listings.models import Listing

# A morning in Nairobi, on the sixth of the festival's ten days.
DAY_0 = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)
SIX = {
    "cacaoterie-loh-djiboua",
    "draa-and-medina-outings",
    "gimbo-forest-gatherers",
    "iveti-hills-market",
    "keur-mbar-cordonnerie",
    "sava-and-sambirano",
}


def load_six() -> str:
    """Load six stores and return what was said."""
    said = io.StringIO()
    load(Progress(said), only=SIX)
    return said.getvalue()


def root_collection() -> Collection:
    """Return what Wagtail's migrations made; tests that commit empty every table behind them."""
    return Collection.get_first_root_node() or Collection.add_root(name="Root")


def six(at: datetime = DAY_0) -> Edition:
    """Return what the database is to hold of six stores."""
    return edition(at=at, only=SIX)


def counts() -> dict[str, int]:
    """Count the rows that a second load would double."""
    models = (Merchant, Product, Picture, Festival, Deal, Listing, Order, Shipment)
    return {model.__name__: model.objects.count() for model in models}


def flagship() -> Festival:
    """Return the festival that runs; three others are over or to come."""
    return Festival.objects.get(slug="100-stores-1000-products")


def product_ids() -> list[int]:
    """Return the ids of all products."""
    return list(Product.objects.order_by("pk").values_list("pk", flat=True))


def some_ids() -> list[int]:
    """Return the ids of all goods, and of one outing in ten: each has hundreds of seats' kinds."""
    outings = Product.objects.filter(kind=Product.Kind.EXPERIENCE).order_by("pk")
    goods = Product.objects.filter(kind=Product.Kind.GOODS).order_by("pk")
    return [
        *goods.values_list("pk", flat=True),
        *outings.values_list("pk", flat=True)[::10],
    ]


def instants(around: datetime, count: int, seed: int = 1) -> list[datetime]:
    """Return instants from before the first listing to after the festival."""
    chance = random.Random(seed)
    first, last = -125 * 86_400, 8 * 86_400
    return [around + timedelta(seconds=chance.randint(first, last)) for _ in range(count)]
