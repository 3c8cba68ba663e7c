"""Three festivals at once over thousands of nominations, made in bulk."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from shop.catalogue.models import Category, Product, Variant
from shop.catalogue.stock.models import Pool
from shop.festivals.models import (
    Enrolment,
    Festival,
    Fund,
    Nomination,
    Participation,
    RegularPrice,
    Slot,
)
from shop.festivals.prices import spans
from shop.festivals.promotions import manage
from shop.people.merchants.models import Merchant
from tests import make
from tests.make import END, LONG_AGO, START

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BEFORE = START - 5 * DAY
MERCHANTS, SLOTS = 12, 3


@dataclass(frozen=True)
class World:
    """What there is to play with."""

    festivals: list[Festival]
    slots: list[Slot]
    variants: list[Variant]
    nominations: list[int]


def build(nominations: int, dice: random.Random) -> World:
    """Return a world with so many submitted nominations, some of which cannot be approved."""
    festivals = [
        make.festival(priority=2, max_extensions=3),
        make.festival(starts_at=START + 2 * DAY, ends_at=END + 3 * DAY, max_extensions=3),
        make.festival(starts_at=START - DAY, ends_at=START + 5 * DAY, priority=2),
    ]
    funds = {}
    for festival in festivals:
        for number in range(SLOTS):
            starts = festival.starts_at + number * DAY + dice.randrange(20) * HOUR
            make.slot(festival, starts_at=starts, ends_at=starts + dice.randrange(1, 30) * HOUR)
        fund = Fund.objects.create(festival=festival, sponsor="Chamber", amount=900_00)
        funds[festival.pk] = fund
        _benefits(festival, fund)
    merchants = [make.merchant(commission_bp=800) for _number in range(MERCHANTS)]
    slots = list(Slot.objects.select_related("festival").order_by("pk"))
    variants = _variants(merchants, nominations // 4, dice)
    enrolments = {
        (row.festival_id, row.merchant_id): row
        for row in Enrolment.objects.bulk_create(
            Enrolment(festival=f, merchant=m, state="accepted", commission_bp=dice.randrange(1500))
            for f in festivals
            for m in merchants
        )
    }
    pairs = dice.sample([(s, v) for s in slots for v in variants], nominations)
    rows = Nomination.objects.bulk_create(
        [
            _nomination(slot, variant, enrolments, funds[slot.festival_id], dice)
            for slot, variant in pairs
        ],
        1_000,
    )
    taking_part = {(slot.festival_id, variant.product_id) for slot, variant in pairs}
    Participation.objects.bulk_create(
        Participation(festival_id=f, product_id=p) for f, p in sorted(taking_part)
    )
    return World(festivals, slots, variants, [row.pk for row in rows])


def _benefits(festival: Festival, fund: Fund) -> None:
    save = make.promotion(festival, kind="step", value=4_00, every=30_00, max_steps=3,
                          state="draft", organizer_share=70, budget=400_00, fund=fund)  # fmt: skip
    manage.activate(save, at=BEFORE)
    make.promotion(festival, group="shipping", kind="free_shipping", min_spend=40_00,
                   organizer_share=50, max_uses=15)  # fmt: skip


def _variants(merchants: list[Merchant], count: int, dice: random.Random) -> list[Variant]:
    category, _ = Category.objects.get_or_create(path="home/kitchen", defaults={"name": "Kitchen"})
    products = Product.objects.bulk_create(
        Product(slug=f"thing-{n}", title=f"Thing {n}", state="published", category=category,
                published_at=LONG_AGO, merchant=merchants[n % MERCHANTS])
        for n in range(count)
    )  # fmt: skip
    pools = Pool.objects.bulk_create(Pool(on_hand=dice.randrange(2, 40)) for _ in products)
    variants = Variant.objects.bulk_create(
        Variant(product=product, sku=f"THING-{product.pk}", pool=pool, listed_at=LONG_AGO,
                weight_g=500)
        for product, pool in zip(products, pools, strict=True)
    )  # fmt: skip
    RegularPrice.objects.bulk_create(
        RegularPrice(variant=variant, amount=dice.randrange(5_00, 60_00), starts_at=at)
        for variant in variants
        for at in (LONG_AGO, START - dice.randrange(10, 60) * DAY)
    )
    with transaction.atomic():
        ids = [product.pk for product in products]
        spans.rebuild(ids, since=spans.lock_prices(ids, at=LONG_AGO), what="made")
    return variants


def _nomination(
    slot: Slot, variant: Variant, enrolments: dict, fund: Fund, dice: random.Random
) -> Nomination:
    product = variant.product
    is_percent = dice.random() < 0.6
    units = dice.choice([None, None, 1, 2, 5, 12])
    subsidy = dice.choice([0, 0, 50])
    return Nomination(
        slot=slot,
        product=product,
        enrolment=enrolments[slot.festival_id, product.merchant_id],
        state="submitted",
        submitted_at=BEFORE,
        rule="percent" if is_percent else "fixed",
        percent=dice.randrange(5, 50) if is_percent else None,
        prices={} if is_percent else {str(variant.pk): dice.randrange(2_00, 30_00)},
        allotments={} if units is None else {str(variant.pk): units},
        per_shopper=dice.choice([None, None, None, 2]),
        subsidy=subsidy,
        fund=fund if subsidy and units else None,
    )
