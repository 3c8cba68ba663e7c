"""Delivery of a store: when its parcels leave, how and where it sends, and what that costs."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from shop.catalogue.delivery.models import Country, OwnRate
from shop.core import clock, dates
from shop.core.errors import NotPossible, ShopError
from shop.core.forms.fields import LineField
from shop.core.locks import lock_one
from shop.festivals.changelog import log
from shop.festivals.prices.spans import mark_change
from shop.merchant.dashboard.access import MemberRequest, store_members, today_of
from shop.merchant.dashboard.store.day_range import DayRangeForm
from shop.merchant.dashboard.store.delivery_form import (
    Band,
    DeliveryForm,
    bands_of,
    example_of,
    zone_rows,
)
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right

FACTS = (
    "dispatch_from", "dispatch_to", "works_on", "services", "free_from", "is_free_in_africa_only",
    "closed_zones", "left_out", "closed_to",
)  # fmt: skip
MOST_DAYS_OFF = 30
NAMED_BY, BETWEEN = ("first", "last", "name"), "/"


class DayOffForm(DayRangeForm):
    """Days on which a store does not pack, though it sells."""

    LONGEST = timedelta(days=60)
    TOO_LONG = gettext_lazy("At most 60 days. For longer set a holiday.")

    field_order = ("name", "first", "last")
    name = LineField(label=gettext_lazy("What it is"), max_length=60, required=False)


@transaction.atomic
def set_delivery(
    merchant: Merchant, facts: dict[str, Any], own: dict[str, int | None], band: Band, *,
    at: datetime, by: User,
) -> bool:  # fmt: skip
    """Write down how a store sends; return whether anything is new.

    Args:
        own: the store's own price by zone, for one band of weight; None follows the table.
    """
    now = lock_one(Merchant.objects, merchant.pk)
    before = {name: getattr(now, name) for name in FACTS}
    after = facts | {"closed_to": _closed_to(facts["closed_zones"], facts["left_out"])}
    rows = OwnRate.objects.filter(merchant=now, service=band.service, weight_from=band.weight_from)
    prices = dict(rows.values_list("zone", "price"))
    wanted = {zone: price for zone, price in own.items() if price is not None}
    changed = {name: value for name, value in after.items() if before[name] != value}
    kept = {zone: price for zone, price in prices.items() if zone not in own} | wanted
    if not changed and kept == prices:
        return False
    Merchant.objects.filter(pk=now.pk).update(**changed)
    rows.delete()
    OwnRate.objects.bulk_create(
        OwnRate(merchant=now, zone=zone, service=band.service, weight_from=band.weight_from,
                price=price)
        for zone, price in kept.items()
    )  # fmt: skip
    mark_change("store", at=at)
    log(now, "delivery", at=at, by=by, festival=None,
        before={name: before[name] for name in changed} | _said(band, prices),
        after=changed | _said(band, kept))  # fmt: skip
    return True


@transaction.atomic
def change_days_off(
    merchant: Merchant, row: dict[str, str], *, is_off: bool, at: datetime, by: User
) -> bool:
    """Add days on which a store does not pack, or take them away; return whether that is new.

    Raises:
        NotPossible: they are too many.
    """
    now = lock_one(Merchant.objects, merchant.pk)
    if is_off == (row in now.days_off):
        return False
    days = [one for one in now.days_off if one != row] + [row] * is_off
    if is_off and len(days) > MOST_DAYS_OFF:
        raise NotPossible(_("At most 30 entries. Take one that is over away first."))
    days.sort(key=lambda one: one["first"])
    Merchant.objects.filter(pk=now.pk).update(days_off=days)
    mark_change("store", at=at)
    log(now, "days off", at=at, by=by, festival=None,
        before={"days": now.days_off}, after={"days": days})  # fmt: skip
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.PRICES)
def delivery(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Show how a store sends, with what a shopper sees of it, and change it."""
    at = clock.moment_of(request)
    bands = bands_of(merchant)
    band = next((one for one in bands if one.code == request.GET.get("band")), bands[0])
    zones = zone_rows(merchant, band)
    form = DeliveryForm(merchant, zones, request.POST or None, language=get_language() or "en")
    if request.method == "POST" and form.is_valid():
        is_new = set_delivery(
            merchant, form.facts(), form.own_prices(), band, at=at, by=request.user
        )
        said = _("Your changes are saved.") if is_new else _("Nothing was changed.")
        messages.success(request, said)
        return redirect(request.get_full_path())
    context = {
        "part": "profile", "form": form, "bands": bands, "band": band,
        "days": _shown_days(merchant), "day_form": DayOffForm(today_of(request)),
        "example": example_of(
            merchant, request.GET.get("to", ""), band, today=today_of(request),
            language=get_language() or "en",
        ),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/dashboard/delivery.html", context, status=status)


@require_POST
@store_members(Right.PRICES)
def days_off(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Add days on which a store does not pack, or take some away."""
    at, gone = clock.moment_of(request), request.POST.get("gone")
    form = DayOffForm(today_of(request), request.POST)
    if gone is None and not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return redirect("workspace-delivery", merchant.slug)
    values = gone.split(BETWEEN, 2) if gone is not None else [
        str(form.cleaned_data[name]) for name in NAMED_BY
    ]  # fmt: skip
    row = dict(zip(NAMED_BY, values, strict=False))
    try:
        is_new = change_days_off(merchant, row, is_off=gone is None, at=at, by=request.user)
        said = _("Your changes are saved.") if is_new else _("Nothing was changed.")
        messages.success(request, said)
    except ShopError as refusal:
        messages.error(request, str(refusal))
    return redirect("workspace-delivery", merchant.slug)


def _shown_days(merchant: Merchant) -> list[tuple[str, str, str]]:
    """Return the days off as people read them: what a button calls them, name, from when to when.

    Their place would name others once some are taken away elsewhere.
    """
    language, found = get_language() or "en", []
    for row in merchant.days_off:
        days = [dates.day_of_year(date.fromisoformat(row[end]), language)
                for end in ("first", "last")]  # fmt: skip
        text = days[0] if days[0] == days[1] else _("%(from)s to %(to)s") % {
            "from": days[0], "to": days[1],
        }  # fmt: skip
        found.append((BETWEEN.join(row[name] for name in NAMED_BY), row["name"], text))
    return found


def _closed_to(zones: list[str], left_out: list[str]) -> list[str]:
    """Return every country to which a store sends nothing."""
    codes = Country.objects.filter(zone__in=zones).values_list("code", flat=True) if zones else []
    return sorted({*codes, *left_out})


def _said(band: Band, prices: dict[str, int]) -> dict[str, Any]:
    return {"own prices": {"service": band.service, "from": band.weight_from, **prices}}
