"""What a merchant should know this morning, in a fixed number of statements."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, NullIf, TruncDate

from shop.amending.models import Amendment
from shop.catalogue.models import Product, Variant
from shop.festivals.enrolling import enrolling
from shop.festivals.models import Deal, Enrolment, Festival, Nomination
from shop.festivals.walltime import midnight as midnight_of
from shop.festivals.walltime import wall_of
from shop.merchants.models import Merchant
from shop.orders.models import RefundLine, Suborder
from shop.workspace.chart import Chart, chart
from shop.workspace.own import nominations_of, products_of, sold_by

DAYS = 14
FEW = 10  # units: from here on it is time to make more
SHOWN = 6


def sums(merchant: Merchant, *, at: datetime) -> dict[str, int | None]:
    """Return the figures of a merchant's paid orders: all, to send, due, of today, earned.

    Two statements. What went back to shoppers was not earned.
    """
    waiting = Suborder.TO_SEND
    today = wall_of(at, merchant.zone).date()
    midnight = midnight_of(today, merchant.zone)
    found = sold_by(merchant).aggregate(
        orders=Count("pk"),
        waiting=Count("pk", filter=waiting),
        due=Count("pk", filter=waiting & Q(ship_by__lte=today)),
        today=Count("pk", filter=Q(order__paid_at__gte=midnight)),
        earned=Coalesce(Sum(Suborder.EARNED), 0),
        unsent=Coalesce(Sum(F("refund_parcel__paid") + F("refund_parcel__funded")), 0),
    )
    went_back = RefundLine.objects.filter(line__suborder__merchant=merchant)
    goods = went_back.aggregate(amount=Coalesce(Sum(RefundLine.EARNED), 0))["amount"]
    return found | {"earned": found["earned"] - found.pop("unsent") - goods}


def orders_per_day(merchant: Merchant, *, at: datetime) -> Chart:
    """Return how many orders were paid on each of the last days, today last."""
    zone = merchant.zone
    first = wall_of(at, zone).date() - timedelta(days=DAYS - 1)
    rows = sold_by(merchant).filter(order__paid_at__gte=midnight_of(first, zone)).order_by()
    rows = (
        rows.annotate(day=TruncDate("order__paid_at", tzinfo=ZoneInfo(zone)))
        .values("day")
        .annotate(n=Count("pk"))
    )
    found = dict(rows.values_list("day", "n"))
    days = [first + timedelta(days=place) for place in range(DAYS)]
    return chart([(day, found.get(day, 0)) for day in days])


def running_low(merchant: Merchant) -> QuerySet[Variant]:
    """Return the variants on sale with the fewest units left; sessions of experiences not."""
    return (
        Variant.objects.filter(
            product__merchant=merchant,
            product__state=Product.State.PUBLISHED,
            is_active=True,
            session_start__isnull=True,
        )
        .annotate(left=F("pool__on_hand") - F("pool__held") - F("pool__sold"))
        .filter(left__lt=FEW)
        .select_related("product")
        .order_by("left", "pk")[:SHOWN]
    )


def unfinished(merchant: Merchant) -> QuerySet[Product]:
    """Return what was taken down, refused changes, and drafts; first those with a note."""
    refused = Q(amendment__state=Amendment.State.REFUSED, state__in=Product.APPROVED)
    open_ones = Q(state__in=(Product.State.DRAFT, Product.State.TAKEN_DOWN))
    rows = products_of(merchant).select_related("amendment").filter(open_ones | refused)
    note = Coalesce(NullIf("amendment__note", Value("")), "review_note")
    return rows.order_by(note.desc(), "-pk")[:SHOWN]


def sent_back(merchant: Merchant) -> QuerySet[Nomination]:
    """Return nominations in which a reviewer asks for changes."""
    return nominations_of(merchant).filter(state=Nomination.State.CHANGES_REQUESTED)[:SHOWN]


def invitations(
    merchant: Merchant, *, at: datetime, most: int | None = SHOWN
) -> list[tuple[Festival, Enrolment | None]]:
    """Return the festivals that take stores now, each with the merchant's part in it, if any.

    Args:
        most: how many of them, the next ones; None for all.
    """
    festivals = list(enrolling(at=at)[:most])
    rows = Enrolment.objects.filter(merchant=merchant, festival__in=festivals)
    own = {row.festival_id: row for row in rows}
    return [(festival, own.get(festival.pk)) for festival in festivals]


def next_sessions(merchant: Merchant, *, at: datetime) -> QuerySet[Variant]:
    """Return the sessions that begin next, with the seats that are taken."""
    return (
        Variant.objects.filter(
            product__merchant=merchant, session_start__gt=at, cancelled_at__isnull=True
        )
        .select_related("product", "pool")
        .order_by("session_start", "pool_id", "pk")
        .distinct("session_start", "pool_id")[:SHOWN]  # one of its kinds of tickets
    )


def pieces_claimed(merchant: Merchant, *, at: datetime) -> dict[str, int | None]:
    """Return how many units of the running deals are set aside in all, and how many are sold."""
    deals = Deal.objects.filter(
        variant__product__merchant=merchant,
        state=Deal.State.APPROVED,
        allotment__isnull=False,
        effective_from__lte=at,
        effective_to__gt=at,
    )
    return deals.aggregate(units=Sum("allotment"), sold=Sum("sold"))
