import json
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from shop.catalogue.models import Product, Variant
from shop.catalogue.stock.models import Pool
from shop.core import clock
from shop.core.currencies import in_whole
from shop.festivals.models import Deal, Enrolment, Festival, Nomination, PriceSpan
from shop.festivals.nominations.approve import approve_all
from shop.festivals.pricing.kinds import Fixed
from shop.festivals.schedule import plan
from shop.festivals.schedule.publish import publish_festival
from shop.people.accounts.models import User
from shop.people.merchants.models import Membership
from shop.storefront.listings.festival_products import list_everything

PLENTY = 100_000


class Command(BaseCommand):
    """Plans a festival with many deals that opens in some seconds."""

    help = "Plan and publish a festival that opens soon; print its start, its slots and variants."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how many deals there are, their allotment, and when it opens."""
        parser.add_argument("--deals", type=int, default=100)
        parser.add_argument("--allotment", type=int, default=8)
        parser.add_argument("--opens-in", type=float, required=True, help="seconds")
        parser.add_argument("--members", action="store_true", help="let each store have one")

    @transaction.atomic
    def handle(
        self, *, deals: int, allotment: int, opens_in: float, members: bool, **options: Any
    ) -> None:
        """Plan it."""
        at = clock.now()
        starts_at = at + timedelta(seconds=opens_in)
        during = plan.Window(starts_at, starts_at + timedelta(days=1), "", "")
        festival = plan.create_festival(
            Festival(slug=f"opening-{at:%H%M%S}", title="Opening minute", zone="UTC"),
            during,
            at=at,
        )
        variants = list(_variants(deals))
        Pool.objects.filter(variants__in=variants).update(on_hand=PLENTY)
        nominations = [_nomination(festival, variant, allotment) for variant in variants]
        refused = [row for row in approve_all(nominations, at=at) if row.refusal]
        if refused:
            raise SystemExit(f"{len(refused)} deals are refused: {refused[0].refusal}")
        publish_festival(festival, at=at)
        list_everything(festival, at=at)
        if members:
            _hire(festival, at=at)
        facts = {
            "festival": festival.pk,
            "starts_at": starts_at.isoformat(),
            "variants": [row.pk for row in variants],
            "prices": {row.variant.product.slug: _told(row.value) for row in deals_of(festival)},
        }
        self.stdout.write(json.dumps(facts))


def deals_of(festival: Festival) -> list[Deal]:
    """Return the deals of a festival with their products."""
    rows = Deal.objects.filter(slot__festival=festival)
    return list(rows.select_related("variant__product").order_by("pk"))


def _hire(festival: Festival, *, at: datetime) -> None:
    """Give each store of a festival a member, who gets its mails."""
    for pk in Enrolment.objects.filter(festival=festival).values_list("merchant", flat=True):
        user = User.objects.create_user(f"member-{pk}@example.org")
        Membership.objects.create(merchant_id=pk, user=user, role="owner", joined_at=at)


def _told(amount: int) -> str:
    """Return an amount as pages tell it to machines."""
    return str(in_whole(amount, settings.SHOP_CURRENCY))


def _variants(count: int) -> list[Variant]:
    """Return one variant each of products that have no deal."""
    free = Variant.objects.filter(
        product__kind=Product.Kind.GOODS, deals=None, units_per_item=1, is_active=True
    )
    rows = free.select_related("product").order_by("product", "position", "pk")
    return list(rows.distinct("product")[:count])


def _nomination(festival: Festival, variant: Variant, allotment: int) -> int:
    enrolment, _made = Enrolment.objects.get_or_create(
        festival=festival,
        merchant_id=variant.product.merchant_id,
        defaults={"state": Enrolment.State.ACCEPTED, "commission_bp": 1000},
    )
    spans = PriceSpan.objects.filter(variant=variant, ends_at__gt=festival.starts_at)
    lowest = min(spans.values_list("price", flat=True))
    made = Nomination.objects.create(
        slot=festival.slots.get(),
        product=variant.product,
        enrolment=enrolment,
        state=Nomination.State.SUBMITTED,
        rule=Fixed.code,
        prices={str(variant.pk): lowest * 6 // 10},
        allotments={str(variant.pk): allotment},
    )
    return made.pk
