"""The sample as it is on one day: its sheets, its plan, and the moments that they count from."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.text import slugify

from sample.flagship import flagship_plan
from sample.plans import FlagshipPlan, NominationPlan
from sample.reading import festivals, stores
from sample.sheets import FestivalSheet, ProductSheet, SheetError, StoreSheet, moment_in
from shop.festivals.models import Festival

# Days before the day of loading: who joined, who nominated what, and when it was approved.
ENROLMENT_OPENS, ENROLMENT_CLOSES, SUBMITTED, APPROVED = -60, -8, -9, -7
# Every product has been on sale for longer than any earlier price matters.
LISTED_OVER_DAYS = 60


@dataclass(frozen=True, slots=True)
class Edition:
    """What the database is to hold. ``loaded_on`` is day 0 of all the plan's days."""

    stores: tuple[StoreSheet, ...]
    festival: FestivalSheet
    others: tuple[FestivalSheet, ...]
    plan: FlagshipPlan
    loaded_on: date

    def at(self, days: int, hour: int = 0) -> datetime:
        """Return what a wall clock of the festival shows so many days after day 0."""
        return moment_in(self.festival.zone, self.loaded_on, days, hour)

    def spread(self, name: str, first: int, days: int) -> datetime:
        """Return a moment by day, always the same for a name, on one of so many days."""
        number = crc32(name.encode())
        return self.at(first + number % days, 7 + number // days % 12)

    def listed_at(self, product: ProductSheet) -> datetime:
        """Return since when a product is on sale."""
        return self.spread(product.sku, -self.plan.listed_days_ago, LISTED_OVER_DAYS)

    def products(self) -> Iterator[tuple[StoreSheet, ProductSheet]]:
        """Go through the products with their stores."""
        for store in self.stores:
            for product in store.products:
                yield store, product

    @property
    def skus(self) -> list[str]:
        """The SKUs of all variants: by them the sample's products are known."""
        return [variant.sku for _, product in self.products() for variant in product.variants]

    @property
    def slugs(self) -> list[str]:
        """The addresses of the products: by them the rows of the sample are known."""
        return [slugify(product.title) for _, product in self.products()]

    @property
    def festival_slugs(self) -> list[str]:
        """The addresses of all its festivals."""
        return [sheet.slug for sheet in (self.festival, *self.others)]

    @property
    def nominations(self) -> list[NominationPlan]:
        """The nominations of these stores' products."""
        own = {product.sku for _, product in self.products()}
        return [nomination for nomination in self.plan.nominations if nomination.sku in own]


def edition(*, at: datetime, only: Collection[str] | None = None) -> Edition:
    """Read the sheets. Day 0 is today, or the day on which the sample was loaded first.

    Args:
        only: slugs of stores; all of them when not given.

    Raises:
        SheetError: a sheet is wrong, or its prices are in another currency than the shop's.
    """
    if settings.SHOP_CURRENCY != "USD":
        raise SheetError("The sample's prices are in US dollars: set SHOP_CURRENCY=USD.")
    every, copy = stores(), festivals()
    plan = flagship_plan(every, copy)
    festival = next(sheet for sheet in copy if sheet.slug == plan.festival)
    wanted = tuple(store for store in every if only is None or store.slug in only)
    others = tuple(sheet for sheet in copy if sheet.slug != plan.festival)
    return Edition(wanted, festival, others, plan, _day_0(festival, at=at))


def _day_0(sheet: FestivalSheet, *, at: datetime) -> date:
    zone = ZoneInfo(sheet.zone)
    starts_at = Festival.objects.filter(slug=sheet.slug).values_list("starts_at", flat=True).first()
    if starts_at is None:
        return at.astimezone(zone).date()
    return starts_at.astimezone(zone).date() - timedelta(days=sheet.starts_in_days)
