"""A date that is open: its seats, prices and time are changed, its sale is stopped or goes on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from shop import clock
from shop.catalogue.models import Variant
from shop.errors import NotPossible, ShopError, StaleState
from shop.festivals.local_time import instant, wall_of
from shop.festivals.models import RegularPrice
from shop.forms.fields import AmountField, ProseField
from shop.listings.sessions import MOST_SEATS
from shop.mail.send import composed_mail
from shop.merchants.models import Merchant
from shop.merchants.roles import Right
from shop.stock.models import Pool
from shop.tickets.change import (
    LONGEST_WORDS,
    SessionWish,
    change_session,
    kinds_of,
    set_on_sale,
)
from shop.tickets.tasks import booked_orders, first_booked, moved_context
from shop.workspace.access import MemberRequest, store_members
from shop.workspace.products.sessions import pools_of


class SessionChangeForm(forms.Form):
    """The time, the seats and the prices of a date.

    ``shown`` is when it began as the form was opened: another may have moved it since.
    """

    fields: dict[str, Any]

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
        return told

    @property
    def is_stale(self) -> bool:
        """Tell whether it was opened while the session began at another time."""
        return self.cleaned_data["shown"] not in ("", self.starts.isoformat())

    def amounts(self) -> dict[int, int]:
        """Return the prices that were changed, by variant id."""
        typed = {row.pk: self.cleaned_data[f"price_{row.pk}"] for row in self.kinds}
        return {pk: amount for pk, amount in typed.items() if amount != self.prices.get(pk)}

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
    letter: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        if form.is_stale:  # shown anew: what was typed was meant for another time
            messages.error(request, str(StaleState()))
            return redirect(request.path)
        is_moved = form.cleaned_data["starts"] != starts
        guests = booked_orders(pool.pk).count() if is_moved else 0
        if guests and "confirm" not in request.POST:
            letter = _letter(pool, form, starts) | {"guests": guests}
        elif _save(request, form, pool, at=at):
            return redirect("workspace-session", merchant.slug, pool.pk)
    context = {
        "part": "sessions", "session": pool, "form": form, "zone": zone, "starts": starts,
        "letter": letter, "is_on_sale": any(row.is_active for row in kinds),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "shop/workspace/session_change.html", context, status=status)


def _save(request: MemberRequest, form: SessionChangeForm, pool: Pool, *, at: datetime) -> bool:
    """Save all that was changed, or nothing, and write into the form why not."""
    told = form.cleaned_data
    try:
        wish = SessionWish(
            told["seats"], told["starts"], form.amounts(), told["words"], seen=form.starts
        )
        change_session(pool, wish, at=at, by=request.user)
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
