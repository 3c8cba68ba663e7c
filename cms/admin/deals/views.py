"""Deals of a festival: the list, and one deal."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from cms.admin.deals.rows import STATES, deals_of, is_undercut, row_of, sought
from cms.admin.deals.wrong_prices import sales_of
from cms.admin.festivals.history import first_lines
from cms.admin.festivals.views import trail_of
from cms.admin.permissions import needs, own_stores
from cms.admin.screens import Trail, page_number, show
from shop import clock
from shop.currencies import written
from shop.festivals.models import Deal, Festival, PriceSpan
from shop.orders.effects import effect_on_deals

PAGE = 50


@require_safe
@needs("view_deal")
def deals(request: HttpRequest, pk: int) -> HttpResponse:
    """List the deals of a festival. Four statements."""
    festival = get_object_or_404(Festival, pk=pk)
    at = clock.moment_of(request)
    asked = {name: request.GET.get(name, "")[:80] for name in ("q", "slot", "state")}
    asked["state"] = request.GET.get("state", "open" if festival.ends_at > at else "")[:20]
    number, query = page_number(request), f"?{urlencode(asked)}"
    found = sought(deals_of(festival, at=at), asked, at=at)
    page = list(found[(number - 1) * PAGE : number * PAGE + 1])
    context = {
        "festival": festival,
        "rows": [row_of(deal, at=at) for deal in page[:PAGE]],
        "slots": festival.slots.order_by("starts_at"),
        "states": STATES,
        "asked": asked,
        "page": number,
        "back": f"{query}&page={number - 1}" if number > 1 else "",
        "next": f"{query}&page={number + 1}" if len(page) > PAGE else "",
    }
    return show(request, "deals.html", "Deals", trail=trail_of(festival), icon="tag", **context)


@require_safe
@needs("view_deal")
def deal(request: HttpRequest, pk: int, deal_id: int) -> HttpResponse:
    """Show one deal: its price, its units, what was done, what can be done."""
    at = clock.moment_of(request)
    found = deal_of(pk, deal_id, at=at)
    span = PriceSpan.objects.in_force(at=at).filter(variant=found.variant)
    now = span.first()
    may_act = request.user.has_perm("shop.publish_festival")
    is_own = found.variant.product.merchant_id in own_stores(request)
    open_to = {"raise"} if is_own else {"pause", "resume", "raise", "stop", "void"}
    context = {
        "row": row_of(found, at=at),
        "is_undercut": is_undercut(found, at=at),
        "festival": found.slot.festival,
        "public": written(now.price, settings.SHOP_CURRENCY, "en") if now else "",
        "effect": effect_on_deals(Q(pk=found.pk)),
        "acts": [act for act in possible(found, at=at) if may_act and act[0] in open_to],
        "is_own": is_own,
        "closures": found.closures.order_by("starts_at"),
        "can_decide": may_act and not is_own,
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
    return [*found, ("stop", "Stop it"), ("void", "Void a wrong price")]


def deal_of(pk: int, deal_id: int, *, at: datetime) -> Deal:
    """Return a deal of a festival with all that a row says, or answer 404."""
    return get_object_or_404(deals_of(get_object_or_404(Festival, pk=pk), at=at), pk=deal_id)


def trail_of_deals(deal: Deal) -> Trail:
    """Return the way back to the list of deals."""
    festival = deal.slot.festival
    return [*trail_of(festival), (reverse("desk:festival-deals", args=[festival.pk]), "Deals")]
