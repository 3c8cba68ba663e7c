"""A merchant's figures and tasks of the morning, in a fixed number of statements."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce, TruncDate

from shop.catalogue.models import HAS_NO_NOTE, Product, Variant
from shop.catalogue.stock.models import free_units
from shop.core.conditions import under
from shop.core.statements.composed import AnyOf
from shop.festivals.enrolment.enrol import enrolling
from shop.festivals.local_time import midnight as midnight_of
from shop.festivals.local_time import wall_of
from shop.festivals.models import Deal, Enrolment, Festival, Nomination
from shop.merchant.dashboard.access import nominations_of, products_of, sold_by
from shop.merchant.moderation.models import PendingChange
from shop.orders.models import Suborder
from shop.people.merchants.models import Merchant
from shop.reports.charts import Chart, columns
from shop.storefront.listings.models import Listing

DAYS = 14
SHOWN = 6
LOOKED_AT = 500


def sums(merchant: Merchant, *, at: datetime) -> dict[str, int | None]:
    """Return the figures of a merchant's paid orders: all, of today, earned, to send, due.

    Two statements, each answered from an index. What went back to shoppers was not earned.
    """
    day = wall_of(at, merchant.zone).date()
    found = sold_by(merchant).aggregate(
        orders=Count("order", distinct=True),
        today=Count("order", distinct=True, filter=Q(paid_at__gte=midnight_of(day, merchant.zone))),
        earned=Coalesce(Sum(Suborder.EARNED - F("returned")), 0),
    )
    waiting = sold_by(merchant).to_send()
    return found | waiting.aggregate(
        waiting=Count("pk"), due=Count("pk", filter=Q(ship_by__lte=day))
    )


def orders_per_day(merchant: Merchant, *, at: datetime) -> Chart:
    """Return how many orders were paid on each of the last days, today last."""
    zone = merchant.zone
    first = wall_of(at, zone).date() - timedelta(days=DAYS - 1)
    sold = sold_by(merchant).filter(paid_at__gte=midnight_of(first, zone)).order_by()
    rows = (
        sold.annotate(day=TruncDate("paid_at", tzinfo=ZoneInfo(zone)))
        .values("day")
        .annotate(n=Count("order", distinct=True))
    )
    found = dict(rows.values_list("day", "n"))
    days = [first + timedelta(days=place) for place in range(DAYS)]
    counts = [(day, found.get(day, 0)) for day in days]
    return columns(counts, name=lambda day: str(day.day))


def running_low(merchant: Merchant) -> QuerySet[Variant]:
    """Return the variants on sale with the fewest units left; sessions of experiences not.

    Looked for among the ``LOOKED_AT`` products of the store that are bought most.
    """
    goods = Listing.objects.filter(merchant_id=merchant.pk, kind=Product.Kind.GOODS)
    bought = goods.order_by("-popularity").values("product")[:LOOKED_AT]
    return (
        Variant.objects.filter(
            AnyOf(F("product"), ArraySubquery(bought)),
            under("product", Product.PUBLIC),
            product__merchant=merchant,
            is_active=True,
            session_start__isnull=True,
        )
        .annotate(left=free_units("pool"))
        .filter(left__lt=merchant.low_stock)
        .select_related("product")
        .order_by("left", "pk")[:SHOWN]
    )


def unfinished(merchant: Merchant) -> QuerySet[Product]:
    """Return products taken down, refused changes, and drafts; those with a note first.

    Each kind by its own index, and the rows by their numbers.
    """
    own = products_of(merchant)
    left = own.filter(state__in=Product.UNFINISHED).order_by(HAS_NO_NOTE, "-pk")
    refused = PendingChange.objects.filter(
        state=PendingChange.State.REFUSED,
        product__merchant=merchant,
        product__state__in=Product.APPROVED,
    ).order_by("-product")
    found = left.values("pk")[:SHOWN].union(refused.values("product")[:SHOWN])
    rows = own.select_related("pending_change").filter(AnyOf(F("pk"), ArraySubquery(found)))
    is_refused = Q(pending_change__state=PendingChange.State.REFUSED)
    has_note = Case(When(is_refused | ~Q(review_note=""), 0), default=1)
    return rows.order_by(has_note, "-pk")[:SHOWN]


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
    """Return the sessions that begin next, with the seats that are taken.

    The next ones of each experience are looked up, and those of all are sorted.
    """
    dates = Variant.objects.filter(
        product=OuterRef("pk"), session_start__gt=at, cancelled_at__isnull=True
    )
    dates = dates.order_by("session_start", "pool_id", "pk")
    dates = dates.distinct("session_start", "pool_id")  # one of its kinds of tickets
    own = Product.objects.filter(merchant=merchant, kind=Product.Kind.EXPERIENCE).order_by()
    found = own.values_list(ArraySubquery(dates.values("pk")[:SHOWN]))
    ids = [pk for (next_ones,) in found for pk in next_ones]
    rows = Variant.objects.filter(pk__in=ids).select_related("product", "pool__plan")
    return rows.order_by("session_start", "pool_id", "pk")[:SHOWN]


def pieces_claimed(merchant: Merchant, *, at: datetime) -> dict[str, int | None]:
    """Return how many units of the running deals are set aside in all, and how many are sold."""
    running = Enrolment.objects.filter(
        merchant=merchant, festival__starts_at__lte=at, festival__ends_at__gt=at
    )
    deals = Deal.objects.open(at=at).filter(
        nomination__enrolment__in=running, allotment__isnull=False
    )
    return deals.aggregate(units=Sum("allotment"), sold=Sum("sold"))
