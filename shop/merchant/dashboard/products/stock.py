"""Counting a product's units."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from shop.catalogue.models import Product
from shop.catalogue.stock import count
from shop.catalogue.stock.models import StockMove
from shop.core import clock
from shop.core.errors import ShopError
from shop.core.forms.fields import LineField
from shop.festivals.deals import reserved_stock
from shop.merchant.dashboard.access import MemberRequest, products_of, store_members
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right
from shop.storefront.listings.refresh import note_stock

SHOWN_MOVES = 30


class StockForm(forms.Form):
    """Units of each pool, as counted, beside those known when the page was opened."""

    note = LineField(label=gettext_lazy("Note"), max_length=200, required=False)

    def __init__(self, variants: list[Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.variants = {variant.pool_id: variant for variant in variants}
        for pool_id, variant in self.variants.items():
            name = gettext_lazy("Counted: %(name)s") % {"name": variant.label or variant.sku}
            self.fields[f"units_{pool_id}"] = forms.IntegerField(
                label=name, min_value=0, max_value=count.MOST, required=False
            )
            self.fields[f"seen_{pool_id}"] = forms.IntegerField(
                widget=forms.HiddenInput, required=False, initial=variant.pool.on_hand
            )

    def counted(self) -> dict[int, int]:
        """Return the units that were typed, by pool id."""
        return self._typed("units")

    def seen(self) -> dict[int, int]:
        """Return the units that were known, by pool id."""
        return self._typed("seen")

    def rows(self) -> list[dict[str, object]]:
        """Return each variant with its field."""
        return [
            {"variant": variant, "field": self[f"units_{pk}"], "seen": self[f"seen_{pk}"]}
            for pk, variant in self.variants.items()
        ]

    def _typed(self, what: str) -> dict[int, int]:
        told = ((pk, self.cleaned_data.get(f"{what}_{pk}")) for pk in self.variants)
        return {pk: units for pk, units in told if units is not None}


@transaction.atomic
def count_stock(
    counted: Mapping[int, int],
    *,
    seen: Mapping[int, int] | None,
    note: str,
    at: datetime,
    by: User,
) -> int:
    """Set pools to the units that were counted, and note products sold out or back in stock.

    Returns:
        How many pools changed.
    """
    changed = count.count(
        counted, fence=partial(reserved_stock.set_aside, at=at), seen=seen, note=note, at=at, by=by
    )
    if changed:
        note_stock(changed, at=at)
    return len(changed)


@require_http_methods(["GET", "POST"])
@store_members(Right.STOCK)
def stock(request: MemberRequest, merchant: Merchant, product_id: int) -> HttpResponse:
    """Show the units of a product and take a count."""
    at = clock.moment_of(request)
    product = get_object_or_404(products_of(merchant), pk=product_id, kind=Product.Kind.GOODS)
    variants: list[Any] = list(product.variants.select_related("pool").order_by("position", "pk"))
    aside = reserved_stock.set_aside([variant.pool_id for variant in variants], at=at)
    for variant in variants:
        variant.aside = aside.get(variant.pool_id, 0)
        variant.left = variant.pool.free - variant.aside
    form = StockForm(variants, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            changed = count_stock(
                form.counted(), seen=form.seen(), note=form.cleaned_data["note"], at=at,
                by=request.user,
            )  # fmt: skip
        except count.TooFewCounted as refusal:
            form.add_error(f"units_{refusal.pool_id}", str(refusal))
        except ShopError as refusal:
            form.add_error(None, str(refusal))
        else:
            text = ngettext("%(count)d count saved.", "%(count)d counts saved.", changed)
            messages.success(request, text % {"count": changed})
            return redirect("workspace-stock", merchant.slug, product.pk)
    moves = StockMove.objects.filter(pool__in=[variant.pool_id for variant in variants])
    context = {
        "part": "products",
        "product": product,
        "form": form,
        "moves": moves.select_related("by").order_by("-at", "-pk")[:SHOWN_MOVES],
        "names": {variant.pool_id: variant.label or variant.sku for variant in variants},
    }
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/dashboard/stock.html", context, status=status)
