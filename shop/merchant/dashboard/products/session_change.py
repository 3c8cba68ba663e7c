"""A date that is open: its seats, prices and time are changed, its sale is stopped or goes on."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from shop.catalogue.date_plans import plan_of
from shop.catalogue.models import Variant
from shop.catalogue.stock.models import Pool
from shop.core import clock
from shop.core.errors import NotPossible, ShopError, StaleState
from shop.core.forms.fields import AmountField, ProseField
from shop.core.mail.send import composed_mail
from shop.festivals.local_time import instant, wall_of
from shop.festivals.models import RegularPrice
from shop.merchant.dashboard.access import MemberRequest, store_members
from shop.merchant.dashboard.products.date_plans import DatePlanForm
from shop.merchant.dashboard.products.session_forms import CallOffForm
from shop.merchant.dashboard.products.sessions import pools_of
from shop.money.payments.call_off import call_off, to_give_back
from shop.orders.tickets.change import (
    LONGEST_WORDS,
    SessionWish,
    change_series,
    kinds_of,
    later_alike,
    set_on_sale,
)
from shop.orders.tickets.tasks import booked_orders, first_booked, moved_context
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right
from shop.storefront.listings.sessions import MOST_SEATS

LATER = "later"
OTHERS = 3
"""Dates that are shown to whoever calls one off."""


class SessionChangeForm(DatePlanForm):
    """The time, the seats, the prices and the plan of a date, and of those that follow it.

    ``shown`` is when it began as the form was opened: another may have moved it since.
    """

    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    day = forms.DateField(
        label=gettext_lazy("Date"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    hour = forms.TimeField(
        label=gettext_lazy("Begins"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    seats = forms.IntegerField(label=gettext_lazy("Seats"), min_value=1, max_value=MOST_SEATS)
    words = ProseField(
        label=gettext_lazy("Add a few words"), max_length=LONGEST_WORDS, required=False,
        help_text=gettext_lazy("Guests read them as you write them, where the time changes."),
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip

    repeat = forms.ChoiceField(
        label=gettext_lazy("Which dates"), required=False, widget=forms.RadioSelect
    )

    def __init__(
        self, kinds: list[Variant], starts: datetime, zone: str, data: Any, *, seats: int
    ) -> None:
        wall = wall_of(starts, zone)
        first = {"day": wall.date(), "hour": wall.time(), "seats": seats,
                 "shown": starts.isoformat()}  # fmt: skip
        super().__init__(data, initial=first)
        self.kinds, self.starts, self.zone = kinds, starts, zone
        prices = RegularPrice.objects.filter(variant__in=kinds).amounts()
        for row in kinds:
            self.fields[f"price_{row.pk}"] = AmountField(
                label=row.label or row.sku, initial=prices.get(row.pk)
            )
        self.prices = prices

    def offer_repeat(self, later: int, weekday: str) -> None:
        """Offer to change the dates that follow as well, where there are some."""
        more = ngettext(
            "This one and %(count)d later on the same weekday (%(day)s)",
            "This one and %(count)d later ones on the same weekday (%(day)s)",
            later,
        )
        choices = [("", _("This date only")), (LATER, more % {"count": later, "day": weekday})]
        self.fields["repeat"].choices = choices if later else choices[:1]

    def clean(self) -> dict[str, Any]:
        """Work out the instant at which the session begins; day and hour as they were keep it."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if told.get("day") and told.get("hour"):
            try:
                wall = datetime.combine(told["day"], told["hour"])
                is_kept = wall == wall_of(self.starts, self.zone).replace(second=0, microsecond=0)
                told["starts"] = (
                    self.starts if is_kept else instant(wall, self.zone, is_second=False)
                )
            except NotPossible as refusal:
                self.add_error("hour", str(refusal))
            if told.get("repeat") and wall.date() != wall_of(self.starts, self.zone).date():
                self.add_error("day", _("A date that moves to another day is changed alone."))
        return told

    @property
    def is_stale(self) -> bool:
        """Tell whether it was opened while the session began at another time."""
        return self.cleaned_data["shown"] not in ("", self.starts.isoformat())

    def amounts(self) -> dict[int, int]:
        """Return the prices that were changed, by variant id."""
        typed = {row.pk: self.cleaned_data[f"price_{row.pk}"] for row in self.kinds}
        return {pk: amount for pk, amount in typed.items() if amount != self.prices.get(pk)}

    def wish(self) -> SessionWish:
        """Return what this date is to be."""
        told = self.cleaned_data
        return SessionWish(told["seats"], told["starts"], self.amounts(), told["words"],
                           seen=self.starts, plan=self.plan_wish())  # fmt: skip

    def wish_for(self, kinds: list[Variant]) -> SessionWish:
        """Return what a later date is to be: its day stays, and kinds are known by their names.

        Raises:
            NotPossible: on its day the clock has no such hour.
        """
        told, named = self.cleaned_data, {tuple(row.options): row.pk for row in kinds}
        starts = cast("datetime", kinds[0].session_start)
        if told["starts"] != self.starts:
            day = wall_of(starts, self.zone).date()
            wall = datetime.combine(day, told["hour"])
            starts = instant(wall, self.zone, is_second=False)
        by_name = {tuple(row.options): row.pk for row in self.kinds}
        amounts = self.amounts()
        same = {named[name]: amounts[pk] for name, pk in by_name.items()
                if name in named and pk in amounts}  # fmt: skip
        return SessionWish(told["seats"], starts, same, told["words"], plan=self.plan_wish())

    def price_fields(self) -> list[forms.BoundField]:
        """Return the fields of the prices."""
        return [self[f"price_{row.pk}"] for row in self.kinds]


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.PRICES)
def change(request: MemberRequest, merchant: Merchant, pool_id: int) -> HttpResponse:
    """Show a date with what can be changed of it; say who is told before its time changes."""
    pool = get_object_or_404(pools_of(merchant), pk=pool_id)
    at = clock.moment_of(request)
    kinds = list(kinds_of(pool))
    starts = kinds[0].session_start if kinds else None
    if starts is None or starts <= at:
        messages.error(request, _("This session has begun, or is called off."))
        return redirect("workspace-session", merchant.slug, pool.pk)
    if "sale" in request.POST:
        return _steer_sale(request, merchant, pool, at=at)
    zone = kinds[0].session_zone or "UTC"
    form = SessionChangeForm(kinds, starts, zone, request.POST or None, seats=pool.on_hand)
    later, plan = later_alike(pool, at=at), plan_of(pool)
    form.offer_plan(merchant, plan, at=at)
    form.offer_repeat(len(later), date_format(wall_of(starts, zone), "l"))
    letter: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        if form.is_stale:  # shown anew: what was typed was meant for another time
            messages.error(request, str(StaleState()))
            return redirect(request.path)
        is_moved = form.cleaned_data["starts"] != starts
        meant = [pool, *(later if form.cleaned_data["repeat"] else ())]
        guests = sum(booked_orders(one.pk).count() for one in meant) if is_moved else 0
        if guests and "confirm" not in request.POST:
            letter = _letter(pool, form, starts) | {"guests": guests}
        elif _save(request, form, meant, at=at):
            return redirect("workspace-session", merchant.slug, pool.pk)
    context = {
        "part": "sessions", "session": pool, "form": form, "zone": zone, "starts": starts,
        "letter": letter, "is_on_sale": any(row.is_active for row in kinds), "later": len(later),
        "plan": plan,
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/dashboard/session_change.html", context, status=status)


def _save(
    request: MemberRequest, form: SessionChangeForm, meant: list[Pool], *, at: datetime
) -> bool:
    """Save all that was changed, or nothing, and write into the form why not."""
    first, *later = meant
    try:
        wishes = {first: form.wish()}
        wishes |= {pool: form.wish_for(list(kinds_of(pool))) for pool in later}
        change_series(wishes, at=at, by=request.user)
    except ShopError as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Your changes are saved."))
    return True


def _letter(pool: Pool, form: SessionChangeForm, before: datetime) -> dict[str, Any]:
    """Return the mail that the first guest would get."""
    found = first_booked(pool.pk)
    if found is None:
        return {}
    order, lines = found
    for line in lines:  # as it would be
        line.variant.session_start = form.cleaned_data["starts"]
    context = moved_context(order, lines, before, form.cleaned_data["words"])
    context |= {"order_link": "…"}  # opens the order: it is the guest's alone
    subject, body = composed_mail("session-moved", language=order.language, context=context)
    return {"subject": subject, "body": body, "language": order.language}


def _steer_sale(
    request: MemberRequest, merchant: Merchant, pool: Pool, *, at: datetime
) -> HttpResponse:
    """Stop the sale of a date, or go on with it."""
    is_on = request.POST["sale"] == "on"
    try:
        set_on_sale(pool, is_on=is_on, at=at, by=request.user)
    except ShopError as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("This date is sold again.") if is_on else _(
            "This date is sold no more. Who has booked comes."
        )  # fmt: skip
        messages.success(request, said)
    return redirect("workspace-session-change", merchant.slug, pool.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.ANSWER)
def stop(request: MemberRequest, merchant: Merchant, pool_id: int) -> HttpResponse:
    """Call a date off: say before what goes back to whom, and which other dates guests can take."""
    pool = get_object_or_404(pools_of(merchant), pk=pool_id)
    at = clock.moment_of(request)
    kinds = list(kinds_of(pool).select_related("product"))
    starts = kinds[0].session_start if kinds else None
    if starts is None or starts <= at:
        messages.error(request, _("This session has begun, or is called off."))
        return redirect("workspace-session", merchant.slug, pool.pk)
    form = CallOffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            count = call_off(pool, reason=form.cleaned_data["reason"], at=at, by=request.user)
        except ShopError as refusal:
            form.add_error(None, str(refusal))
        else:
            text = ngettext(
                "The session is called off. %(count)d order is refunded.",
                "The session is called off. %(count)d orders are refunded.",
                count,
            )
            messages.success(request, text % {"count": count})
            return redirect("workspace-session", merchant.slug, pool.pk)
    others = pools_of(merchant, kinds[0].product, since=at).filter(cancelled=None)
    others = others.exclude(pk=pool.pk).filter(on_hand__gt=F("held") + F("sold"))
    context = {
        "part": "sessions", "session": pool, "form": form, "starts": starts,
        "zone": kinds[0].session_zone or "UTC", "back": to_give_back(pool.pk),
        "others": others.order_by("starts", "pk")[:OTHERS],
        "sees_amounts": Right.AMOUNTS in request.rights,
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/dashboard/session_stop.html", context, status=status)
