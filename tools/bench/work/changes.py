"""The changes whose cost should depend on how much changes, and not on how large the shop is.

What is changed are the first products, which were there before any were copied: the same ones
however large the shop is.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import cycle, islice

from django.db import connection
from django.db.models import Min

from shop.catalogue.models import Product, Variant
from shop.catalogue.stock.models import Pool
from shop.core.errors import NotPossible
from shop.festivals.models import Deal, Enrolment, Festival, Nomination, PriceSpan
from shop.festivals.prices.regular import change_prices
from shop.festivals.pricing.kinds import Fixed
from shop.festivals.schedule import plan
from shop.festivals.schedule.publish import publish_festival
from shop.people.merchants.models import Merchant
from shop.storefront.listings.festival_products import approve_all
from shop.storefront.listings.models import Listing
from shop.storefront.listings.search_index import BATCH, index
from tools.bench.work.metering import Meter

DEALS, PRICES = 1_000, 5_000
PLENTY = 1_000_000
SOON = timedelta(hours=1)
BLANKED = "UPDATE shop_listing SET text = NULL, edition = 0 WHERE product_id = ANY(%s)"
IN_FORCE = """
SELECT count(*) FROM shop_pricespan s JOIN shop_deal d ON d.id = s.deal_id
WHERE d.slot_id = %s AND s.starts_at <= %s AND s.ends_at > %s
"""


class Opening:
    """A festival with many deals that is approved, published, and then opens."""

    def __init__(self, *, at: datetime) -> None:
        self.at, self.starts_at = at, at + SOON
        window = plan.Window(self.starts_at, self.starts_at + timedelta(days=1), "", "")
        festival = Festival(slug=f"bench-{at:%H%M%S%f}", title="Bench", zone="UTC")
        self.festival = plan.create_festival(festival, window, at=at)
        self.slot = self.festival.slots.get()
        self._nominations = [row.pk for row in self._nominate()]

    def approve(self) -> None:
        """Approve what is nominated: each makes its deals, and is listed in the festival."""
        refused = [row for row in approve_all(self._nominations, at=self.at) if row.refusal]
        count = Deal.objects.filter(slot=self.slot).count()
        if count < DEALS * 9 // 10:
            told = refused[0].refusal if refused else "too little can have one"
            raise NotPossible(f"Only {count} deals came into being: {told}")

    def publish(self) -> None:
        """Publish the festival; from then on all prices say what its deals cost once it opens."""
        publish_festival(self.festival, at=self.at)
        with connection.cursor() as cursor:
            cursor.execute(IN_FORCE, [self.slot.pk, self.starts_at, self.starts_at])
            shown = cursor.fetchone()[0]
        if not shown:
            raise NotPossible("No price says that the festival has opened.")

    def _nominate(self) -> list[Nomination]:
        variants = _first_goods(DEALS)
        Pool.objects.filter(variants__in=variants).update(on_hand=PLENTY)
        spans = PriceSpan.objects.filter(variant__in=variants).order_by().values("variant_id")
        lowest = dict(spans.annotate(least=Min("price")).values_list("variant_id", "least"))
        products: dict[Product, list[int]] = defaultdict(list)
        for variant in variants:
            products[variant.product].append(variant.pk)
        stores = {product.merchant_id for product in products}
        enrolments = {pk: self._enrolment(pk) for pk in sorted(stores)}
        return Nomination.objects.bulk_create(
            Nomination(
                slot=self.slot,
                product=product,
                enrolment=enrolments[product.merchant_id],
                state=Nomination.State.SUBMITTED,
                rule=Fixed.code,
                prices={str(pk): max(1, lowest[pk] * 6 // 10) for pk in own},
                allotments={str(pk): 5 for pk in own},
            )
            for product, own in products.items()
        )

    def _enrolment(self, merchant: int) -> Enrolment:
        return Enrolment.objects.create(
            festival=self.festival,
            merchant_id=merchant,
            state=Enrolment.State.ACCEPTED,
            commission_bp=1000,
        )


def lower_prices(*, at: datetime) -> None:
    """Change many regular prices at once, as a sheet of them would; each falls a little."""
    variants = Variant.objects.filter(is_active=True, product__state=Product.State.PUBLISHED)
    ids = list(variants.order_by("pk").values_list("pk", flat=True)[:PRICES])
    spans = PriceSpan.objects.filter(variant__in=ids, starts_at__lte=at, ends_at__gt=at)
    prices = dict(spans.values_list("variant_id", "regular"))
    change_prices({pk: max(1, price - 1) for pk, price in prices.items()}, at=at)


def index_many(meter: Meter, count: int) -> None:
    """Index as many products as a large import brings; a small shop's again and again."""
    ids = cycle(Listing.objects.order_by("pk").values_list("pk", flat=True)[:count])
    for _number in range(-(-count // BATCH)):
        some = sorted(set(islice(ids, BATCH)))
        with meter.apart(), connection.cursor() as cursor:
            cursor.execute(BLANKED, [some])
        index(some)


def _first_goods(count: int) -> list[Variant]:
    """Return the first variants that can have a deal each."""
    rows = Variant.objects.filter(
        product__kind=Product.Kind.GOODS,
        product__state=Product.State.PUBLISHED,
        product__merchant__state=Merchant.State.APPROVED,
        is_active=True,
        units_per_item=1,
    )
    return list(rows.select_related("product").order_by("product_id", "pk")[:count])
