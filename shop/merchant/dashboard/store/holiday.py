"""The holiday of a store: from one day to another its parcels cannot be ordered."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from shop.core import clock
from shop.core.locks import lock_one
from shop.festivals.changelog import log
from shop.festivals.local_time import midnight
from shop.festivals.models import Deal
from shop.festivals.prices.spans import mark_change
from shop.merchant.dashboard.access import MemberRequest, sold_by, store_members, today_of
from shop.merchant.dashboard.store.day_range import DayRangeForm
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right

DAY = timedelta(days=1)


class HolidayForm(DayRangeForm):
    """The first and the last day of a holiday."""

    LONGEST = timedelta(days=120)
    TOO_LONG = gettext_lazy("At most 120 days. For longer take your products off sale.")


@transaction.atomic
def set_holiday(
    merchant: Merchant, first: date | None, last: date | None, *, at: datetime, by: User
) -> None:
    """Write a store's holiday down; none ends the one that there is."""
    now = lock_one(Merchant.objects, merchant.pk)
    before, after = (now.away_from, now.away_until), (first, last)
    if before == after:
        return
    Merchant.objects.filter(pk=now.pk).update(away_from=first, away_until=last)
    mark_change("store", at=at)
    log(now, "holiday", at=at, by=by, festival=None, before=_said(*before), after=_said(*after))


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.PRICES)
def holiday(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Show the holiday of a store, what it means, and set or end it."""
    at, today = clock.moment_of(request), today_of(request)
    first = {"first": merchant.away_from, "last": merchant.away_until}
    if request.method == "POST" and "end" in request.POST:
        set_holiday(merchant, None, None, at=at, by=request.user)
        messages.success(request, _("The holiday is taken away: parcels can be ordered."))
        return redirect("workspace-holiday", merchant.slug)
    form = HolidayForm(today, request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        set_holiday(merchant, told["first"], told["last"], at=at, by=request.user)
        messages.success(request, _("Kept. Shoppers are told from the first day on."))
        return redirect("workspace-holiday", merchant.slug)
    context = {
        "part": "profile", "form": form, "deals": _deals(merchant, at=at),
        "waiting": sold_by(merchant).to_send().count(),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/dashboard/holiday.html", context, status=status)


def _deals(merchant: Merchant, *, at: datetime) -> int:
    """Return how many deals of a store run in its holiday; nobody can buy at them."""
    if merchant.away_from is None or merchant.away_until is None:
        return 0
    begins = max(at, midnight(merchant.away_from, merchant.zone))
    ends = midnight(merchant.away_until + DAY, merchant.zone)
    rows = Deal.objects.filter(
        variant__product__merchant=merchant, effective_from__lt=ends, effective_to__gt=begins
    )
    return rows.exclude(state__in=Deal.GONE).count()


def _said(first: date | None, last: date | None) -> dict[str, str]:
    return {"first": str(first or ""), "last": str(last or "")}
