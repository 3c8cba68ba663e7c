"""Units and weights of everything on sale, on one page."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from shop.catalogue.stock import count
from shop.core import clock
from shop.core.errors import ShopError
from shop.core.forms.numbers import number_of
from shop.festivals.deals import reserved_stock
from shop.merchant.dashboard.access import MemberRequest, store_members
from shop.merchant.dashboard.products.many import called, note_meanwhile, page_of_many, warn_of_lost
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right
from shop.storefront.listings.refresh import note_stock
from shop.storefront.listings.variants import HEAVIEST, change_weights

WHATS = {"units": gettext_lazy("On the shelf"), "weight": gettext_lazy("Packed weight, g")}
HOWS = {"set": gettext_lazy("Set to"), "add": gettext_lazy("Raise by"),
        "less": gettext_lazy("Lower by")}  # fmt: skip


class ManyStockForm(forms.Form):
    """Units and weights by variant, beside the units known when the page was opened."""

    def __init__(self, variants: list[Any], *args: Any, weights: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.variants = variants
        for row in variants:
            self.fields[f"units_{row.pk}"] = forms.IntegerField(
                label=WHATS["units"],
                min_value=0, max_value=count.MOST, required=False, initial=row.pool.on_hand,
            )  # fmt: skip
            self.fields[f"was_units_{row.pk}"] = _hidden(row.pool.on_hand)
            if weights:
                self.fields[f"weight_{row.pk}"] = forms.IntegerField(
                    label=WHATS["weight"], min_value=1, max_value=HEAVIEST, required=False,
                    initial=row.weight_g or None,
                )  # fmt: skip
                self.fields[f"was_weight_{row.pk}"] = _hidden(row.weight_g or None)

    def clean(self) -> dict[str, Any]:
        """Say at each changed value whether somebody else changed it first."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        for row in self.variants:
            for what, now in (("units", row.pool.on_hand), ("weight", row.weight_g or None)):
                if self._is_changed(what, row) and told.get(f"was_{what}_{row.pk}") != now:
                    note_meanwhile(self, f"{what}_{row.pk}", f"was_{what}_{row.pk}", now)
        return told

    def rows(self) -> list[dict[str, Any]]:
        """Return each variant with its fields, and whether they say something new."""
        return [
            {
                "variant": row, "name": called(row), "units": self[f"units_{row.pk}"],
                "hidden": [self[name] for name in self.fields
                           if name in (f"was_units_{row.pk}", f"was_weight_{row.pk}")],
                "weight": self[f"weight_{row.pk}"] if f"weight_{row.pk}" in self.fields else None,
                "is_new": self._is_new(row),
            }
            for row in self.variants
        ]  # fmt: skip

    def counted(self) -> dict[int, int]:
        """Return the units that were changed, by pool id."""
        return {row.pool_id: self.cleaned_data[f"units_{row.pk}"]
                for row in self.variants if self._is_changed("units", row)}  # fmt: skip

    def seen(self) -> dict[int, int]:
        """Return the units that were known of what was changed, by pool id."""
        return {row.pool_id: self.cleaned_data[f"was_units_{row.pk}"]
                for row in self.variants if self._is_changed("units", row)}  # fmt: skip

    def weights(self) -> dict[int, int]:
        """Return the weights that were changed, by variant id."""
        return {row.pk: self.cleaned_data[f"weight_{row.pk}"]
                for row in self.variants if self._is_changed("weight", row)}  # fmt: skip

    def _is_changed(self, what: str, row: Any) -> bool:
        typed = self.cleaned_data.get(f"{what}_{row.pk}")
        return typed is not None and typed != self.cleaned_data.get(f"was_{what}_{row.pk}")

    def _is_new(self, row: Any) -> bool:
        pairs = ((f"units_{row.pk}", row.pool.on_hand), (f"weight_{row.pk}", row.weight_g or ""))
        return any(
            str(self[name].value()) not in (str(now), "", "None")
            for name, now in pairs if name in self.fields
        )  # fmt: skip


def _hidden(value: int | None) -> forms.IntegerField:
    """Return a field with the value that was shown, so that what was left alone is told."""
    return forms.IntegerField(widget=forms.HiddenInput, required=False, initial=value)


@transaction.atomic
def change_many(form: ManyStockForm, *, at: datetime, by: User) -> int:
    """Count and weigh as was typed, all or nothing; return how many values changed.

    Raises:
        TooFewCounted, StaleState, NotPossible: something cannot be; nothing is changed.
    """
    counted, seen = form.counted(), form.seen()
    fence = partial(reserved_stock.set_aside, at=at)
    # In the order of locks: pools, then products, then what lists show of them.
    changed = count.count(counted, fence=fence, seen=seen, at=at, by=by) if counted else []
    weighed = change_weights(form.weights(), at=at, by=by)
    if changed:
        note_stock(changed, at=at)
    return len(changed) + weighed


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.STOCK)
def many_stock(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Show units and weights of what is on sale, and change many of them at once."""
    at = clock.moment_of(request)
    many = page_of_many(request, merchant)
    weighs = Right.WORDS in request.rights
    aside = reserved_stock.set_aside([row.pool_id for row in many.variants], at=at)
    for row in many.variants:
        row.left = row.pool.free - aside.get(row.pool_id, 0)
    is_filling = "fill" in request.POST
    data = _filled(request, many.variants) if is_filling else request.POST
    form = ManyStockForm(many.variants, data if request.method == "POST" else None, weights=weighs)
    is_sent = request.method == "POST" and not is_filling
    if request.method == "POST":
        warn_of_lost(request, many.variants, "units")
    if is_sent and form.is_valid() and _save(request, form, at=at):
        return redirect(request.get_full_path())
    context = {
        "part": "products", "title": _("Stock"), "form": form, "many": many,
        "q": many.words, "weighs": weighs,
        "is_filled": is_filling, "whats": WHATS.items() if weighs else [("units", WHATS["units"])],
        "hows": HOWS.items(), "asked": request.POST,
    }  # fmt: skip
    status = 422 if not is_filling and form.errors else 200
    return render(request, "shop/merchant/dashboard/many_stock.html", context, status=status)


def _save(request: MemberRequest, form: ManyStockForm, *, at: datetime) -> bool:
    """Save what was typed, or write into the form why not."""
    try:
        changed = change_many(form, at=at, by=request.user)
    except count.TooFewCounted as refusal:
        row = next(row for row in form.variants if row.pool_id == refusal.pool_id)
        form.add_error(f"units_{row.pk}", str(refusal))
        return False
    except ShopError as refusal:
        form.add_error(None, str(refusal))
        return False
    text = ngettext("%(count)d value saved.", "%(count)d values saved.", changed)
    messages.success(request, text % {"count": changed})
    return True


def _filled(request: MemberRequest, variants: list[Any]) -> Any:
    """Return what was typed, with a value filled into a column of all rows."""
    data = request.POST.copy()
    what, how, typed = (data.get(name, "") for name in ("what", "how", "value"))
    if what not in WHATS or not typed.isdecimal() or len(typed) > 7:
        messages.error(request, _("Enter a whole number."))
        return data
    for row in variants:
        name = f"{what}_{row.pk}"
        now = data.get(name, "")
        before = min(number_of(now) or 0, count.MOST)
        value = {"add": before + int(typed), "less": max(0, before - int(typed))}.get(how)
        data[name] = str(int(typed) if value is None else value)
    return data
