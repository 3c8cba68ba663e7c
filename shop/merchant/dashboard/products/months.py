"""A host's dates by month, and the same dates in a calendar of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shop.catalogue.date_plans import guide_of, lacking
from shop.catalogue.stock.models import Pool
from shop.core import clock, dates
from shop.merchant.dashboard.access import MemberRequest, store_members, today_of
from shop.merchant.dashboard.products.sessions import SessionFacts, experiences_of, pools_of
from shop.orders.tickets.own_calendar import address_of, close_address, new_address
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right
from shop.storefront.product.date_month import day_asked

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
MOST = 1_000
"""So many dates of one month are shown at the most; an experience can be chosen."""
IN_BOX = 2
"""So many dates of a day stand in its box; the list below has all of them."""
MARGIN = timedelta(days=1)
"""No clock on earth is further off UTC."""


@dataclass(frozen=True, slots=True)
class DateShown:
    """One date of an experience, as a calendar shows it."""

    id: int
    title: str
    starts: datetime
    """In the zone of the place where it is."""
    zone: str
    booked: int
    seats: int
    is_cancelled: bool
    has_begun: bool
    lacks: int
    guide: str

    @property
    def left(self) -> int:
        """Return how many seats nobody has booked."""
        return max(0, self.seats - self.booked)


@dataclass(frozen=True, slots=True)
class DayShown:
    """One day of a month, with its dates by their hours."""

    day: date
    is_inside: bool
    is_today: bool
    dates: list[DateShown]


@require_safe
@store_members(Right.ORDERS)
def month(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Show the dates of one month, those of today's unless another is asked for."""
    at, today = clock.moment_of(request), today_of(request)
    first = _asked(request.GET.get("m", "")) or today.replace(day=1)
    experiences = list(experiences_of(merchant).order_by("title"))
    wanted = request.GET.get("of", "")
    chosen = next((one for one in experiences if str(one.pk) == wanted), None)
    since, until = _midnight(first) - MARGIN, _midnight(_next(first)) + MARGIN
    pools = pools_of(merchant, chosen, since=since, until=until).order_by("starts", "pk")
    shown = [_date(pool, at=at) for pool in pools[: MOST + 1]]
    weeks = weeks_of(first, shown[:MOST], today=today)
    days = [one for week in weeks for one in week if one.is_inside]
    shown_day = _shown_day(days, day_asked(request.GET), today=today)
    context = {
        "part": "sessions",
        "first": first,
        "weeks": weeks,
        "shown_day": shown_day,
        "in_box": f":{IN_BOX}",
        "before": _previous(first),
        "after": _next(first),
        "is_now": (first.year, first.month) == (today.year, today.month),
        "is_cut": len(shown) > MOST,
        "guests": sum(one.booked for day in days for one in day.dates if not one.is_cancelled),
        "experiences": experiences,
        "chosen": chosen,
    }
    return render(request, "shop/merchant/dashboard/month.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.ORDERS)
def own_address(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Show the secret address of a member's calendar; make another one, or close it."""
    if request.method == "POST":
        if request.POST.get("do") == "close":
            close_address(request.membership)
            messages.success(request, _("The address is closed: it leads nowhere any more."))
        else:
            new_address(request.membership)
            messages.success(request, _("Your address is made. Put it into your calendar."))
        return redirect("workspace-calendar", merchant.slug)
    address = address_of(request.membership)
    context = {
        "part": "sessions",
        "address": address,
        "subscribe": re.sub(r"^https?:", "webcal:", address),
    }
    return render(request, "shop/merchant/dashboard/own_calendar.html", context)


def weeks_of(first: date, shown: list[DateShown], *, today: date) -> list[list[DayShown]]:
    """Return a month in whole weeks, as the reader's language begins them.

    Args:
        first: the first day of the month.
        shown: its dates in their order; those of other months are left out.
    """
    by_day: dict[date, list[DateShown]] = {}
    for one in shown:
        by_day.setdefault(one.starts.date(), []).append(one)

    def cell(day: date) -> DayShown:
        is_inside = day.month == first.month
        return DayShown(day, is_inside, day == today, by_day.get(day, []) if is_inside else [])

    return [[cell(day) for day in week] for week in dates.weeks_of_month(first)]


def _shown_day(days: list[DayShown], asked: date | None, *, today: date) -> DayShown | None:
    """Return the day whose dates are listed: the one asked for, else the next that has any."""
    if found := next((one for one in days if one.day == asked), None):
        return found
    with_dates = [one for one in days if one.dates]
    coming = (one for one in with_dates if one.day >= today)
    return next(coming, next(iter(with_dates), None))


def _date(pool: WithAnnotations[Pool, SessionFacts], *, at: datetime) -> DateShown:
    zone = pool.zone or "UTC"
    return DateShown(
        id=pool.pk,
        title=pool.title,
        starts=pool.starts.astimezone(ZoneInfo(zone)),
        zone=zone,
        booked=pool.sold,
        seats=pool.on_hand,
        is_cancelled=pool.cancelled is not None,
        has_begun=pool.starts <= at,
        lacks=lacking(pool),
        guide=guide_of(pool),
    )


def _asked(text: str) -> date | None:
    found = MONTH.fullmatch(text)
    return date(int(found[1]), int(found[2]), 1) if found else None


def _next(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _previous(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
