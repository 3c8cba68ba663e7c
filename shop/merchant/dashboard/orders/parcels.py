"""Parcels on their way: one more of an order, a number that was wrong, many sent at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from shop.catalogue.delivery.carriers import WrongNumber, suggested
from shop.core import clock
from shop.core.errors import ShopError
from shop.core.forms.numbers import number_of
from shop.core.languages import labelled
from shop.merchant.dashboard.access import (
    MemberRequest,
    members_only,
    sold_by,
    store_members,
    suborders_of,
    work_on,
)
from shop.merchant.dashboard.orders.forms import MoreNumberForm, ShipmentForm
from shop.merchant.dashboard.paging import by_day
from shop.orders.after_sale.contents import note_contents
from shop.orders.models import Suborder
from shop.orders.ship import add_parcel, mend_parcel, ship
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right

MOST = 50
"""Parcels that are marked in one go."""


class ManySentForm(forms.Form):
    """Who carries the chosen parcels, and the number of each."""

    carrier = ShipmentForm.base_fields["carrier"]

    def __init__(self, parts: list[Suborder], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts = parts
        for part in parts:
            self.fields[f"sent_{part.pk}"] = forms.BooleanField(
                label=gettext_lazy("Sent"), required=False
            )
            self.fields[f"number_{part.pk}"] = forms.CharField(
                label=gettext_lazy("Tracking number"), max_length=60, required=False,
                widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            )  # fmt: skip
            self.fields[f"seen_{part.pk}"] = forms.IntegerField(
                required=False, widget=forms.HiddenInput, initial=part.order.contact_id
            )

    def rows(self) -> list[dict[str, Any]]:
        """Return each parcel with its fields."""
        return [
            {"part": part, "sent": self[f"sent_{part.pk}"], "number": self[f"number_{part.pk}"],
             "seen": self[f"seen_{part.pk}"]}
            for part in self.parts
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Read each number as the form of one parcel does; one at least has to be chosen."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        for part in self.chosen():
            if f"number_{part.pk}" in self.errors:
                continue
            one = ShipmentForm({"carrier": "-", "tracking_number": told[f"number_{part.pk}"]})
            if one.is_valid():
                told[f"number_{part.pk}"] = one.cleaned_data["tracking_number"]
            else:
                self.add_error(f"number_{part.pk}", one.errors["tracking_number"])
        if not self.chosen():
            self.add_error(None, _("Choose what was sent."))
        return told

    def chosen(self) -> list[Suborder]:
        """Return the parcels that were ticked."""
        return [part for part in self.parts if self.cleaned_data.get(f"sent_{part.pk}")]


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.ORDERS, change=Right.SEND)
def many_sent(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Mark many parcels as sent; one that cannot be is named, and the others are."""
    rows = sold_by(merchant).to_send().exclude(service="").filter(stopped_at=None)
    parts = list(rows.prefetch_related("lines").order_by(by_day("ship_by"), "pk")[:MOST])
    note_contents(parts)
    form = ManySentForm(parts, request.POST or None)
    if request.method == "POST" and form.is_valid():
        _send(request, form)
        _name_others(request, merchant, form)
        return redirect("workspace-many-sent", merchant.slug)
    context = {"part": "orders", "form": form, "carriers": suggested(merchant.country)}
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/dashboard/many_sent.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def parcel(
    request: MemberRequest, suborder_id: int, shipment_id: int | None = None
) -> HttpResponse:
    """Correct the carrier and the number of a parcel; without one, add a tracking number."""
    found = get_object_or_404(suborders_of(request), pk=suborder_id)
    work_on(request, found.merchant, Right.SEND)
    row = get_object_or_404(found.shipments, pk=shipment_id) if shipment_id else None
    first = {"carrier": row.carrier, "tracking_number": row.tracking_number} if row else {}
    form = (ShipmentForm if row else MoreNumberForm)(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("carrier", "tracking_number")}
        facts: dict[str, Any] = {**told, "at": clock.moment_of(request), "by": request.user}
        try:
            is_new = mend_parcel(row, **facts) if row else add_parcel(found, **facts)
        except WrongNumber as refusal:
            form.add_error("tracking_number", str(refusal))
        except ShopError as refusal:
            form.add_error(None, str(refusal))
        else:
            said = _("Saved. The shopper was mailed.") if is_new else _("Nothing was changed.")
            messages.success(request, said)
            return redirect("workspace-order", found.pk)
    context = {
        "part": "orders", "suborder": found, "shipment": row, "form": form,
        "carriers": suggested(found.merchant.country),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/dashboard/parcel.html", context, status=status)


def _name_others(request: MemberRequest, merchant: Merchant, form: ManySentForm) -> None:
    """Say of which ticked parcels the list has nothing any more: sent or stopped meanwhile."""
    there = {f"sent_{part.pk}" for part in form.parts}
    ticked = [name for name in request.POST if name.startswith("sent_") and name not in there]
    ids = [pk for name in ticked if (pk := number_of(name.removeprefix("sent_"))) is not None]
    for part in sold_by(merchant).filter(pk__in=ids):
        said = _("Only a paid parcel that has not left yet can be sent.")
        messages.error(request, labelled(part.order.number, said))


def _send(request: MemberRequest, form: ManySentForm) -> None:
    """Mark each chosen parcel as sent, and say of each that cannot be why."""
    told, done = form.cleaned_data, 0
    for part in form.chosen():
        try:
            ship(
                part, carrier=" ".join(told["carrier"].split()),
                tracking_number=told[f"number_{part.pk}"], seen=told[f"seen_{part.pk}"],
                at=clock.moment_of(request), by=request.user,
            )  # fmt: skip
        except ShopError as refusal:
            messages.error(request, labelled(part.order.number, str(refusal)))
        else:
            done += 1
    if done:
        text = ngettext("%(count)d parcel is marked as sent. The shopper was mailed.",
                        "%(count)d parcels are marked as sent. The shoppers were mailed.",
                        done)  # fmt: skip
        messages.success(request, text % {"count": done})
