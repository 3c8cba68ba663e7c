"""Regular prices of everything on sale, on one page: what follows is shown, then they are saved."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from shop.core import clock
from shop.core.currencies import currencies, price_wanted
from shop.core.errors import ShopError
from shop.core.forms.fields import AmountField
from shop.festivals.prices.regular import change_prices
from shop.merchant.dashboard.access import MemberRequest, store_members
from shop.merchant.dashboard.products.many import called, note_meanwhile, page_of_many, warn_of_lost
from shop.merchant.dashboard.products.price_effects import current_prices, effects
from shop.merchant.dashboard.products.unusual_prices import answer_to, is_sure
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right
from shop.storefront.listings.usual_prices import odd_prices

HOWS = {"percent_up": gettext_lazy("Raise by per cent"),
        "percent_down": gettext_lazy("Lower by per cent"),
        "up": gettext_lazy("Raise by"), "down": gettext_lazy("Lower by"),
        "set": gettext_lazy("Set to")}  # fmt: skip
WHOLE = 10_000  # basis points


class ManyPricesForm(forms.Form):
    """A price for each variant."""

    def __init__(self, variants: list[Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.variants = variants
        for row in variants:
            self.fields[f"price_{row.pk}"] = AmountField(
                label=gettext_lazy("Price"), required=False,
                initial=row.price,
            )  # fmt: skip
            self.fields[f"was_price_{row.pk}"] = forms.IntegerField(
                widget=forms.HiddenInput, required=False, initial=row.price
            )

    def clean(self) -> dict[str, Any]:
        """Say at each changed price whether somebody else changed it first."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        for row in self.variants:
            if row.pk in self.amounts() and told.get(f"was_price_{row.pk}") != row.price:
                note_meanwhile(self, f"price_{row.pk}", f"was_price_{row.pk}", row.price)
        return told

    def rows(self) -> list[dict[str, Any]]:
        """Return each variant with its field, and whether it says something new."""
        shown = AmountField()
        return [
            {"variant": row, "name": called(row), "price": (field := self[f"price_{row.pk}"]),
             "hidden": self[f"was_price_{row.pk}"],
             "is_new": self.is_bound and field.value() != shown.prepare_value(row.price)}
            for row in self.variants
        ]  # fmt: skip

    def amounts(self) -> dict[int, int]:
        """Return the prices that were changed, by variant id."""
        typed = {row.pk: self.cleaned_data.get(f"price_{row.pk}") for row in self.variants}
        was = {pk: self.cleaned_data.get(f"was_price_{pk}") for pk in typed}
        return {pk: new for pk, new in typed.items() if new is not None and new != was[pk]}


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.PRICES)
def many_prices(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Show the prices of what is on sale; show what follows from new ones, then save them."""
    at = clock.moment_of(request)
    many = page_of_many(request, merchant)
    now = current_prices(many.variants, at=at)
    for row in many.variants:
        row.price = now.get(row.pk)
        row.left = row.price and row.price - row.price * merchant.commission_bp // WHOLE
    is_filling = "fill" in request.POST
    data = _filled(request, many.variants) if is_filling else request.POST
    form = ManyPricesForm(many.variants, data if request.method == "POST" else None)
    shown, sure = [], ""
    if request.method == "POST":
        warn_of_lost(request, many.variants, "price")
    if request.method == "POST" and not is_filling and form.is_valid():
        amounts = form.amounts()
        odd = _questions(many.variants, amounts, at=at)
        sure = answer_to(amounts, odd) if odd else ""
        if not amounts:
            form.add_error(None, _("No price is changed yet."))
        elif "confirm" in request.POST and is_sure(request, sure):
            if _save(request, form, at=at):
                return redirect(request.get_full_path())
        else:
            shown = effects(many.variants, amounts, questions=odd, at=at)
    context = {
        "part": "products", "title": _("Prices"), "whats": [], "form": form,
        "many": many, "q": many.words, "effects": shown,
        "sure": sure, "hows": HOWS.items(), "asked": request.POST, "is_filled": is_filling,
        "commission": merchant.commission_bp,
    }  # fmt: skip
    status = 422 if not is_filling and form.errors else 200
    return render(request, "shop/merchant/dashboard/many_prices.html", context, status=status)


def _save(request: MemberRequest, form: ManyPricesForm, *, at: datetime) -> bool:
    """Change the prices, all or none, or write into the form why not."""
    try:
        change_prices(form.amounts(), at=at, by=request.user)
    except ShopError as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Your changes are saved."))
    return True


def _questions(variants: list[Any], amounts: dict[int, int], *, at: datetime) -> dict[int, str]:
    """Return, by variant, the question about a price that is far from the usual one."""
    own: dict[Any, dict[int, int]] = defaultdict(dict)
    for row in variants:
        if row.pk in amounts:
            own[row.product][row.pk] = amounts[row.pk]
    found: dict[int, str] = {}
    for product, typed in own.items():
        found |= odd_prices(typed, category=product.category, product=product, anew=typed, at=at)
    return found


def _filled(request: MemberRequest, variants: list[Any]) -> Any:
    """Return what was typed, with all prices raised, lowered or set."""
    data = request.POST.copy()
    try:
        value = Decimal(data.get("value", "").strip().replace(",", "."))
    except InvalidOperation:
        value = Decimal(-1)
    how = data.get("how", "")
    if how not in HOWS or not value.is_finite() or not 0 < value < 10**7:
        messages.error(request, price_wanted() if how == "set" else _("Enter a number, like 5."))
        return data
    digits = currencies()[settings.SHOP_CURRENCY].exponent
    field = AmountField()
    for row in variants:
        price = _reckoned(row.price, how, value, digits)
        if price is not None:
            data[f"price_{row.pk}"] = field.prepare_value(price)
    return data


def _reckoned(price: int | None, how: str, value: Decimal, digits: int) -> int | None:
    """Return a price in minor units after a change; None where there was none to change."""
    step = value.scaleb(digits)
    if how == "set":
        return int(step.to_integral_value(ROUND_HALF_UP))
    if price is None:
        return None
    sign = 1 if how.endswith("up") else -1
    by = price * value / 100 if how.startswith("percent") else step
    return max(1, int((price + sign * by).to_integral_value(ROUND_HALF_UP)))
