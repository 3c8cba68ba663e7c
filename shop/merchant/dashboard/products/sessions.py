"""A host's dates: opening them by a weekly pattern, who comes, and calling one off."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypedDict, cast

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Min, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from shop.catalogue.date_plans import guide_of, lacking, plan_of
from shop.catalogue.models import Product
from shop.catalogue.stock.models import Pool
from shop.core import clock
from shop.core.errors import ShopError
from shop.core.spreadsheets.tables import sheet
from shop.merchant.dashboard.access import MemberRequest, store_members
from shop.merchant.dashboard.products.session_forms import SessionsForm
from shop.merchant.dashboard.products.unusual_prices import ask_in_dates
from shop.money.payments.visits.few_guests import let_it_take_place
from shop.orders.tickets.models import Ticket
from shop.orders.tickets.needs import needs_of
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right
from shop.people.merchants.zones import zone_of
from shop.storefront.listings.sessions import Plan, open_sessions

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

SHOWN = 60
LATELY = timedelta(days=1)


@require_safe
@store_members(Right.ORDERS)
def sessions(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """List the dates of the store's experiences, or of one, from those of the last day on.

    A guest who comes late is still found at the door.
    """
    at = clock.moment_of(request)
    experiences = list(experiences_of(merchant).order_by("title"))
    asked = request.GET.get("of", "")
    chosen = next((one for one in experiences if str(one.pk) == asked), None)
    rows = pools_of(merchant, chosen, since=at - LATELY).order_by("starts", "pk")
    page = Paginator(rows, SHOWN).get_page(request.GET.get("page"))
    address = f"?of={chosen.pk}&page=" if chosen else "?page="
    context = {
        "part": "sessions",
        "sessions": [_facts(pool, at=at) for pool in page],
        "previous": f"{address}{page.number - 1}" if page.has_previous() else "",
        "next": f"{address}{page.number + 1}" if page.has_next() else "",
        "experiences": experiences,
        "chosen": chosen,
    }
    return render(request, "shop/merchant/dashboard/sessions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.PRICES)
def open_dates(request: MemberRequest, merchant: Merchant, product_id: int) -> HttpResponse:
    """Open dates of an experience by a weekly pattern."""
    product = get_object_or_404(experiences_of(merchant), pk=product_id)
    at = clock.moment_of(request)
    zone = zone_of(product.merchant.country)
    form = SessionsForm(request.POST or None, merchant=merchant, zone=zone, at=at)
    sure = ""
    if request.method == "POST" and form.is_valid():
        sure = ask_in_dates(request, form, product, at=at)
    if request.method == "POST" and form.is_valid():
        try:
            made = open_sessions(
                product, form.starts, cast("Plan", form.plan), at=at, by=request.user
            )
        except ShopError as refusal:
            form.add_error(None, str(refusal))
        else:
            _say_opened(request, len({variant.pool_id for variant in made}), len(form.starts))
            return redirect("workspace-sessions", merchant.slug)
    context = {"part": "sessions", "product": product, "form": form, "zone": zone, "sure": sure}
    return render(request, "shop/merchant/dashboard/open_dates.html", context,
                  status=422 if form.errors else 200)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.ORDERS, change=Right.ANSWER)
def session(request: MemberRequest, merchant: Merchant, pool_id: int) -> HttpResponse:
    """Show who comes to a date; let it take place with few guests."""
    pool: WithAnnotations[Pool, SessionFacts] = get_object_or_404(pools_of(merchant), pk=pool_id)
    at = clock.moment_of(request)
    if request.method == "POST":
        try:
            let_it_take_place(pool.pk, at=at, by=request.user)
        except ShopError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("It takes place. Whoever has booked is told."))
        return redirect("workspace-session", merchant.slug, pool.pk)
    tickets, needs = guests_of(pool), needs_of(pool.pk)
    for ticket in tickets:
        ticket.needs = needs.get(ticket.line.order_id, "")
    is_open = pool.cancelled is None and pool.starts > at
    plan = plan_of(pool)
    context = {
        "part": "sessions",
        "session": _facts(pool, at=at),
        "plan": plan,
        "few": plan.lacks(pool.sold) if is_open else 0,
        "tickets": tickets,
        "used": sum(ticket.used_at is not None for ticket in tickets),
        "may_call_off": Right.ANSWER in request.rights and is_open,
        "may_change": Right.PRICES in request.rights and is_open,
    }
    return render(request, "shop/merchant/dashboard/session.html", context)


@require_safe
@store_members(Right.ORDERS)
def guest_sheet(
    request: MemberRequest, merchant: Merchant, pool_id: int, kind: str
) -> HttpResponse:
    """Give the guests of a session as a sheet: who, how many, in which language, with which code.

    Mail addresses and prices are not on it: it lies at a door.
    """
    pool: WithAnnotations[Pool, SessionFacts] = get_object_or_404(pools_of(merchant), pk=pool_id)
    head = [_("Booked by"), _("Telephone"), _("Language"), _("Order"), _("Ticket"), _("People"),
            _("Code"), _("Needs"), _("Used at (UTC)")]  # fmt: skip
    languages, needs = dict(settings.LANGUAGES), needs_of(pool.pk)
    rows = [
        [ticket.line.order.contact.name, ticket.line.order.contact.phone,
         str(languages.get(ticket.line.order.language, "")), ticket.line.order.number,
         ticket.line.label, ticket.admits, ticket.number, needs.get(ticket.line.order_id, ""),
         ticket.used_at]
        for ticket in guests_of(pool)
    ]  # fmt: skip
    return sheet(f"guests-{pool.starts:%Y-%m-%d}-{pool.pk}", kind, {"Guests": (head, rows)})


def experiences_of(merchant: Merchant) -> QuerySet[Product]:
    """Return a merchant's experiences that are not withdrawn."""
    own = Product.objects.filter(merchant=merchant, kind=Product.Kind.EXPERIENCE).exclude(
        state=Product.State.WITHDRAWN
    )
    return own.select_related("merchant", "category")


class SessionFacts(TypedDict):
    """The columns that ``pools_of`` adds to a pool."""

    title: str
    starts: datetime
    zone: str | None
    cancelled: datetime | None
    kinds: int


def pools_of(
    merchant: Merchant,
    product: Product | None = None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[WithAnnotations[Pool, SessionFacts]]:
    """Return a merchant's sessions, or those of one product, as pools with title and start.

    Args:
        since: those that begin later; what is over is not read then.
        until: those that begin earlier.
    """
    own = Q(variants__product__merchant=merchant)
    own &= Q(variants__product__kind=Product.Kind.EXPERIENCE)
    if product:
        own &= Q(variants__product=product)
    dated = Q(variants__session_start__isnull=False)
    if since:
        dated = Q(variants__session_start__gt=since)
    if until:
        dated &= Q(variants__session_start__lt=until)
    rows = Pool.objects.filter(own & dated).select_related("plan__guide__user")
    return rows.annotate(
        starts=Min("variants__session_start"),
        zone=Min("variants__session_zone"),
        title=Min("variants__product__title"),
        cancelled=Min("variants__cancelled_at"),
        kinds=Count("variants", distinct=True),
    )


def guests_of(pool: Pool) -> list[Ticket]:
    """Return the tickets of a session with the names of those who booked. One statement."""
    rows = Ticket.objects.filter(line__pool=pool, cancelled_at=None)
    rows = rows.select_related("line__order__contact", "line__variant__product")
    return list(rows.order_by("line__order__contact__name", "line", "position"))


def _say_opened(request: MemberRequest, made: int, asked: int) -> None:
    if made:
        text = ngettext("%(count)d date is open.", "%(count)d dates are open.", made)
        messages.success(request, text % {"count": made})
    if known := asked - made:
        text = ngettext(
            "%(count)d date was open already and stays as it is.",
            "%(count)d dates were open already and stay as they are.",
            known,
        )
        messages.info(request, text % {"count": known})


def _facts(pool: WithAnnotations[Pool, SessionFacts], *, at: datetime) -> dict[str, object]:
    if not pool.zone:
        raise Http404
    return {
        "id": pool.pk,
        "title": pool.title,
        "starts": pool.starts,
        "zone": pool.zone,
        "booked": pool.sold,
        "held": pool.held,
        "seats": pool.on_hand,
        "lacks": lacking(pool),
        "guide": guide_of(pool),
        "is_cancelled": pool.cancelled is not None,
        "has_begun": pool.starts <= at,
    }
