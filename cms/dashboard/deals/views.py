"""Deals of a festival: the list, and one deal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from cms.dashboard.addresses import trail_of
from cms.dashboard.deals.rows import OPEN, STATES, DealRow, deals_of, row_of, sought
from cms.dashboard.deals.wrong_prices import sales_of
from cms.dashboard.festivals.history import first_lines
from cms.dashboard.listing import ChoiceFilter, Choices, FestivalListView, ListFilters, WordsFilter
from cms.dashboard.permissions import needs, own_stores
from cms.dashboard.screens import Trail, show
from cms.dashboard.tables import Column, WhenColumn, link, portion, small, status
from shop.core import clock, dates
from shop.core.currencies import written
from shop.festivals.models import Deal, Festival, PriceSpan
from shop.orders.effects import effect_on_deals
from shop.people.accounts.requests import SignedIn

TONES = {"running": "primary", "void": "critical"}


class DealFilters(ListFilters):
    q = WordsFilter("Product, SKU or store")
    slot = ChoiceFilter("Slot", every="All")
    state = ChoiceFilter("State", STATES)

    def filter_queryset(self, queryset: QuerySet[Deal]) -> QuerySet[Deal]:
        """Keep the deals that are asked for: running ones first, then by their start."""
        return sought(queryset, self.form.cleaned_data, at=clock.moment_of(self.request))


def _product(row: DealRow) -> SafeString:
    product = row.deal.variant.product
    url = reverse("desk:deal", args=[row.deal.slot.festival_id, row.deal.pk])
    return small(link(product.title, url), f"{row.choice}, {product.merchant.name}")


def _gone(row: DealRow) -> SafeString | str:
    return portion(row.percent, "Held or sold") if row.deal.allotment else ""


class DealsView(FestivalListView):
    """The deals of a festival. Four statements."""

    needed = "view_deal"
    filterset_class = DealFilters
    page_title = "Deals"
    header_icon = "tag"
    columns = (
        Column("Product", _product), Column("Slot", "deal.slot.label"), Column("Price", "price"),
        Column("State", lambda row: status(row.standing, TONES.get(row.standing, ""))),
        WhenColumn("From", "starts", "j M, H:i"), WhenColumn("To", "ends", "j M, H:i"),
        Column("Gone", _gone), Column("Held", "deal.held"), Column("Sold", "deal.sold"),
        Column("Left", "left", empty="everyday stock"),
    )  # fmt: skip
    none_fits = "No deal fits. Take a filter away."

    @property
    def about(self) -> str:
        """Say whose times these are."""
        festival = self.festival
        return f"Times are those of {dates.zone_name(festival.starts_at, festival.zone, 'en')}."

    @property
    def none(self) -> SafeString:
        """Say where deals come from."""
        url = reverse("desk:festival-nominations", args=[self.festival.pk])
        return format_html(
            "No deal is approved yet. Deals come into being when you approve {}.",
            link("nominations", url),
        )

    @property
    def usual(self) -> dict[str, str]:
        """Ask for the deals that are not over, while the festival is not."""
        return {"state": OPEN if self.festival.ends_at > self.at else ""}

    def get_choices(self) -> dict[str, Choices]:
        """Offer the slots of the festival."""
        slots = self.festival.slots.order_by("starts_at")
        return {"slot": [(str(slot.pk), slot.label) for slot in slots]}

    def get_base_queryset(self) -> QuerySet[Deal]:
        """Return the deals with all that a row says."""
        return deals_of(self.festival, at=self.at)

    def rows_of(self, found: Iterable[Deal]) -> list[DealRow]:
        """Return the deals as organizers read them."""
        return [row_of(deal, at=self.at) for deal in found]


@require_safe
@needs("view_deal")
def deal(request: SignedIn, pk: int, deal_id: int) -> HttpResponse:
    """Show one deal: its price, its units, its history, and the possible actions."""
    at = clock.moment_of(request)
    found = deal_of(pk, deal_id, at=at)
    span = PriceSpan.objects.in_force(at=at).filter(variant=found.variant)
    now = span.first()
    may_act = request.user.has_perm("shop.publish_festival")
    is_own = found.variant.product.merchant_id in own_stores(request)
    open_to = {"raise"} if is_own else {"pause", "resume", "raise", "stop", "void"}
    context: dict[str, Any] = {
        "row": row_of(found, at=at),
        "is_undercut": found.is_running(at) and found.rule.is_undercut(found.regular),
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
        context |= sales_of(found, can_decide=context["can_decide"])
    return show(
        request, "deal.html", str(found.variant.product.title), trail=trail_of_deals(found),
        icon="tag", **context,
    )  # fmt: skip


def possible(deal: Deal, *, at: datetime) -> list[tuple[str, str]]:
    """Return the possible actions on a deal now, with a label for each."""
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
