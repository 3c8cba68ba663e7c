"""Deals of a festival: the list, and one deal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from cms.admin.festivals import trail_of
from cms.admin.history import first_lines
from cms.admin.pages import Trail, show
from cms.admin.permissions import needs
from cms.admin.wrong_prices import sales_of
from shop import clock
from shop.currencies import written
from shop.festivals.models import Closure, Deal, Festival, PriceSpan
from shop.festivals.walltime import wall_of
from shop.orders.effects import effect_on_deals

PAGE = 50
STATES = (
    ("open", "Not over yet"), ("", "All"), ("approved", "Approved"), ("paused", "Paused"),
    ("sold_out", "Sold out"), ("withdrawn", "Withdrawn"), ("void", "Void"),
)  # fmt: skip
SOLD_OUT = Q(closures__reason=Closure.Reason.SOLD_OUT, closures__ends_at=None)


@dataclass(frozen=True, slots=True)
class DealRow:
    """A deal as organizers read it; amounts are written out."""

    deal: Deal
    price: str
    starts: datetime
    ends: datetime
    left: int | None
    percent: int
    is_over: bool


@require_safe
@needs("view_deal")
def deals(request: HttpRequest, pk: int) -> HttpResponse:
    """List the deals of a festival. Four statements."""
    festival = get_object_or_404(Festival, pk=pk)
    at = clock.moment_of(request)
    asked = {name: request.GET.get(name, "")[:80] for name in ("q", "slot", "state")}
    asked["state"] = request.GET.get("state", "open" if festival.ends_at > at else "")[:20]
    found = _asked(_of(festival), asked, at=at)
    after = request.GET.get("after", "")
    if after.isdecimal() and len(after) < 19:
        found = found.filter(pk__gt=int(after))
    page = list(found.order_by("pk")[: PAGE + 1])
    context = {
        "festival": festival,
        "rows": [row_of(deal, at=at) for deal in page[:PAGE]],
        "slots": festival.slots.order_by("starts_at"),
        "states": STATES,
        "asked": asked,
        "next": page[PAGE - 1].pk if len(page) > PAGE else None,
    }
    return show(request, "deals.html", "Deals", trail=trail_of(festival), icon="tag", **context)


@require_safe
@needs("view_deal")
def deal(request: HttpRequest, pk: int, deal_id: int) -> HttpResponse:
    """Show one deal: its price, its units, what was done, what can be done."""
    found = deal_of(pk, deal_id)
    at = clock.moment_of(request)
    span = PriceSpan.objects.filter(variant=found.variant, starts_at__lte=at, ends_at__gt=at)
    now = span.first()
    context = {
        "row": row_of(found, at=at),
        "festival": found.slot.festival,
        "public": written(now.price, settings.SHOP_CURRENCY, "en") if now else "",
        "effect": effect_on_deals(Q(pk=found.pk)),
        "acts": possible(found, at=at) if request.user.has_perm("shop.publish_festival") else [],
        "closures": found.closures.order_by("starts_at"),
        "can_decide": request.user.has_perm("shop.publish_festival"),
    }
    context |= first_lines(found, found.slot.festival)
    if found.state == Deal.State.VOID:
        context |= sales_of(found)
    return show(
        request, "deal.html", str(found.variant.product.title), trail=trail_of_deals(found),
        icon="tag", **context,
    )  # fmt: skip


def possible(deal: Deal, *, at: datetime) -> list[tuple[str, str]]:
    """Return what can be done about a deal now, with a word for each."""
    if deal.effective_to <= at or deal.state in Deal.GONE:
        return []
    found = [("pause", "Pause")] if deal.state == Deal.State.APPROVED else [("resume", "Resume")]
    if deal.allotment is not None:
        found.append(("raise", "Raise the allotment"))
    return [*found, ("void", "Void a wrong price")]


def row_of(deal: Deal, *, at: datetime) -> DealRow:
    """Return a deal as organizers read it."""
    zone = deal.slot.festival.zone
    fixed = deal.kind == Deal.Kind.FIXED
    gone = deal.held + deal.sold
    return DealRow(
        deal=deal,
        price=written(deal.value, settings.SHOP_CURRENCY, "en") if fixed else f"−{deal.value} %",
        starts=wall_of(deal.effective_from, zone),
        ends=wall_of(deal.effective_to, zone),
        left=None if deal.allotment is None else deal.allotment - gone,
        percent=gone * 100 // deal.allotment if deal.allotment else 0,
        is_over=deal.effective_to <= at,
    )


def _of(festival: Festival) -> QuerySet[Deal]:
    rows = Deal.objects.filter(slot__festival=festival)
    return rows.select_related("slot__festival", "variant__product__merchant", "nomination")


def _asked(rows: QuerySet[Deal], asked: dict[str, str], *, at: datetime) -> QuerySet[Deal]:
    if words := asked["q"].replace("\0", "").strip():
        product = Q(variant__product__title__icontains=words) | Q(variant__sku__icontains=words)
        rows = rows.filter(product | Q(variant__product__merchant__name__icontains=words))
    if asked["slot"].isdecimal() and len(asked["slot"]) < 19:
        rows = rows.filter(slot=int(asked["slot"]))
    if asked["state"] == "sold_out":
        return rows.filter(SOLD_OUT)
    if asked["state"] == "open":
        return rows.filter(effective_to__gt=at).exclude(state__in=Deal.GONE)
    return rows.filter(state=asked["state"]) if asked["state"] in Deal.State.values else rows


def deal_of(pk: int, deal_id: int) -> Deal:
    """Return a deal of a festival, or answer 404."""
    return get_object_or_404(_of(get_object_or_404(Festival, pk=pk)), pk=deal_id)


def trail_of_deals(deal: Deal) -> Trail:
    """Return the way back to the list of deals."""
    festival = deal.slot.festival
    return [*trail_of(festival), (reverse("desk:festival-deals", args=[festival.pk]), "Deals")]
