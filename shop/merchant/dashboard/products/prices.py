"""Changing regular prices, now or from a day on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop.catalogue.models import Product
from shop.core import clock, dates
from shop.core.currencies import price_wanted
from shop.core.errors import ShopError
from shop.core.forms.fields import AmountField
from shop.festivals.local_time import midnight
from shop.festivals.models import RegularPrice
from shop.festivals.prices.regular import change_prices
from shop.merchant.dashboard.access import MemberRequest, products_of, store_members
from shop.merchant.dashboard.products.price_effects import current_prices, effects
from shop.merchant.dashboard.products.unusual_prices import answer_to, is_sure
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right
from shop.storefront.listings.usual_prices import odd_prices

SHOWN_PRICES = 50


class PriceForm(forms.Form):
    """A new price for each variant, and the day from which it counts."""

    starts_on = forms.DateField(
        label=gettext_lazy("From this day on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Enter a date, like 27 3 2027")},
    )

    def __init__(
        self, variants: list[Any], merchant: Merchant, *args: Any, at: datetime, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.variants, self.zone = variants, merchant.zone
        zone = dates.zone_name(at, self.zone, get_language() or settings.LANGUAGE_CODE)
        hint = _("At 00:00, %(zone)s. Leave it empty to change the prices at once.")
        self.fields["starts_on"].help_text = hint % {"zone": zone}
        for variant in variants:
            name = gettext_lazy("New price: %(name)s") % {"name": variant.label or variant.sku}
            self.fields[f"price_{variant.pk}"] = AmountField(label=name, required=False)

    def rows(self) -> list[tuple[object, forms.BoundField]]:
        """Return each variant with its field."""
        return [(variant, self[f"price_{variant.pk}"]) for variant in self.variants]

    def amounts(self) -> dict[int, int]:
        """Return the prices that were typed, by variant id."""
        told = ((row.pk, self.cleaned_data.get(f"price_{row.pk}")) for row in self.variants)
        return {pk: price for pk, price in told if price is not None}

    def starts_at(self) -> datetime | None:
        """Return the instant at which the day that was typed begins where the store is."""
        day = self.cleaned_data["starts_on"]
        return midnight(day, self.zone) if day else None


@require_http_methods(["GET", "POST"])
@store_members(Right.PRICES)
def prices(request: MemberRequest, merchant: Merchant, product_id: int) -> HttpResponse:
    """Show a product's regular prices; show the effects of new ones, then save them."""
    at = clock.moment_of(request)
    product = get_object_or_404(products_of(merchant), pk=product_id, kind=Product.Kind.GOODS)
    variants = list(product.variants.filter(is_active=True).order_by("position", "pk"))
    form = PriceForm(variants, merchant, request.POST or None, at=at)
    shown, odd = [], _questions(form, product, at=at)
    sure = answer_to(form.amounts(), odd) if odd else ""
    if request.method == "POST" and form.is_valid():
        if not form.amounts():
            form.add_error(None, price_wanted())
        elif "confirm" in request.POST and is_sure(request, sure):
            if _save(request, form, at=at):
                messages.success(request, _("Your changes are saved."))
                return redirect("workspace-prices", merchant.slug, product.pk)
        elif (starts := form.starts_at()) and starts <= at:
            form.add_error("starts_on", _("The date must be in the future"))
        else:
            since = form.starts_at() or at
            shown = effects(variants, form.amounts(), questions=odd, at=since)
    now = current_prices(variants, at=at)
    for variant in variants:
        variant.price = now.get(variant.pk)
    history = RegularPrice.objects.filter(variant__product=product)
    context = {
        "part": "products",
        "product": product,
        "form": form,
        "effects": shown,
        "sure": sure,
        "at": at,
        "history": history.select_related("variant", "by").order_by("-starts_at", "-id")[
            :SHOWN_PRICES
        ],
    }
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/dashboard/prices.html", context, status=status)


def _questions(form: PriceForm, product: Product, *, at: datetime) -> dict[int, str]:
    """Return, by variant, the question about a price that is far from the usual one."""
    if not form.is_valid():
        return {}
    typed = form.amounts()
    return odd_prices(typed, category=product.category, product=product, anew=typed, at=at)


def _save(request: MemberRequest, form: PriceForm, *, at: datetime) -> bool:
    """Change the prices, or write into the form why not."""
    try:
        change_prices(form.amounts(), at=at, by=request.user, starts_at=form.starts_at())
    except ShopError as refusal:
        form.add_error(None, str(refusal))
        return False
    return True
