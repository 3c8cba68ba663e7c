"""Goods that a store sends once more: what it offers by itself, and one replacement to send."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop.catalogue.delivery.carriers import suggested
from shop.catalogue.delivery.names import address_lines
from shop.core import clock
from shop.core.errors import ShopError
from shop.merchant.dashboard.access import (
    MemberRequest,
    members_only,
    refuse_without,
    suborders_of,
    today_of,
    work_on,
)
from shop.merchant.dashboard.orders.forms import PiecesForm, ShipmentForm
from shop.money.returns.replace import MOST_WORDS, cancel, left_to_replace, send, send_again
from shop.money.returns.words import replacement_words
from shop.orders.models import Replacement
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right

SHOWN = 8


class CancelForm(forms.Form):
    """Why a replacement is not sent."""

    reason = forms.CharField(max_length=MOST_WORDS)


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def offer(request: MemberRequest, suborder_id: int) -> HttpResponse:
    """Let a store send goods of a parcel once more; what follows is said before the button."""
    part = get_object_or_404(suborders_of(request), pk=suborder_id)
    work_on(request, part.merchant, Right.ANSWER)
    left = left_to_replace(part)
    if not left:
        raise Http404
    form = PiecesForm(left, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = send_again(
                part.pk, form.units, reason=form.cleaned_data["reason"],
                at=clock.moment_of(request), by=request.user,
            )  # fmt: skip
        except ShopError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The shopper is told. The units are set aside."))
            return redirect("workspace-replacement", made.pk)
    context = {"part": "orders", "suborder": part, "form": form}
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/dashboard/send_again.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def replacement(request: MemberRequest, replacement_id: int) -> HttpResponse:
    """Show goods to send once more, and record that they left, or do not leave."""
    rows = Replacement.objects.filter(suborder__in=suborders_of(request))
    rows = rows.select_related("suborder__merchant", "suborder__order__contact", "contact")
    found = get_object_or_404(rows, pk=replacement_id)
    work_on(request, found.suborder.merchant, Right.ORDERS, change=Right.SEND)
    order = found.suborder.order
    form: forms.Form = ShipmentForm(initial={"seen": order.contact_id})
    if request.method == "POST":
        is_cancelled = request.POST.get("do") == "cancel"
        refuse_without(request, Right.ANSWER if is_cancelled else None)
        form = (CancelForm if is_cancelled else ShipmentForm)(request.POST)
        if form.is_valid():
            try:
                said = _change(request, found, form)
            except ShopError as refusal:
                form.add_error(None, str(refusal))
                found.refresh_from_db(fields=["state"])
            else:
                messages.success(request, said)
                return redirect("workspace-replacement", found.pk)
    text, tag = replacement_words(found.state)
    context: dict[str, Any] = {
        "part": "orders",
        "row": found,
        "order": order,
        "state": text,
        "tag": tag,
        "lines": list(found.lines.select_related("line")),
        "address": address_lines(found.contact or order.contact, "en"),
        "contact": found.contact or order.contact,
        "form": form,
        "ship_form": form if isinstance(form, ShipmentForm) else ShipmentForm(),
        "carriers": suggested(found.suborder.merchant.country),
        "today": today_of(request),
    }
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/dashboard/replacement.html", context, status=status)


def to_send_again(merchant: Merchant) -> list[Replacement]:
    """Return what a store has to send once more, the soonest first. One statement."""
    rows = Replacement.objects.to_send().filter(suborder__merchant=merchant)
    return list(rows.select_related("suborder__order").order_by("ship_by", "pk")[:SHOWN])


def _change(request: MemberRequest, found: Replacement, form: forms.Form) -> str:
    at, by = clock.moment_of(request), request.user
    if isinstance(form, CancelForm):
        cancel(found.pk, **form.cleaned_data, at=at, by=by)
        return _("Cancelled. The shopper is told, and the units can be sold again.")
    send(found.pk, **form.cleaned_data, at=at, by=by)
    return _("The replacement is marked as sent. The shopper was mailed.")
