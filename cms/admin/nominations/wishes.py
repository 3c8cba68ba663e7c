"""What the organizers of a festival are looking for, and which stores have answered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from cms.admin.enrolment.invite import countries
from cms.admin.festivals.views import trail_of
from cms.admin.permissions import needs
from cms.admin.screens import show
from shop import clock
from shop.catalogue.models import Category, Variant
from shop.currencies import written
from shop.delivery.names import country_name
from shop.errors import ShopError
from shop.festivals.models import Festival, Nomination, Wanted
from shop.festivals.nominations.wishes import forget, want
from shop.workspace.fields import AmountField, LineField

MOST = 200


class WantedForm(forms.Form):
    """One wish: what, for which slot, at which price."""

    sku = forms.CharField(
        label="SKU of a product", max_length=40, required=False,
        help_text="Or name a category, a country, or both.",
    )  # fmt: skip
    category = forms.ModelChoiceField(Category.objects.order_by("path"), required=False)
    country = forms.ChoiceField(label="Country of the store", required=False)
    slot = forms.ModelChoiceField(None, required=False, help_text="Empty: any slot.")
    price = AmountField(label="Proposed price", required=False)
    percent = forms.IntegerField(label="Or percent off", min_value=1, max_value=99, required=False)
    note = LineField(
        max_length=300, required=False, help_text="Stores read it: why, how many, for whom."
    )

    def __init__(self, *args: Any, festival: Festival, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.festival = festival
        self.fields["country"].choices = [("", "Any"), *countries()]
        self.fields["slot"].queryset = festival.slots.order_by("starts_at")
        self.fields["slot"].empty_label = self.fields["category"].empty_label = "Any"

    def clean_sku(self) -> Variant | None:
        """Return the variant that has a SKU."""
        sku = self.cleaned_data["sku"].strip()
        if not sku:
            return None
        found = Variant.objects.filter(sku=sku).select_related("product").first()
        if found is None:
            raise forms.ValidationError("No product has this SKU.")
        return found

    def row(self) -> Wanted:
        """Return what was typed."""
        told = dict(self.cleaned_data)
        variant = told.pop("sku")
        product = variant.product if variant else None
        return Wanted(festival=self.festival, product=product, variant=variant, **told)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("view_festival", to_post="change_festival")
def wanted(request: HttpRequest, pk: int) -> HttpResponse:
    """List the wishes with their answers; add one."""
    festival = get_object_or_404(Festival, pk=pk)
    form = WantedForm(
        request.POST if request.method == "POST" else None, festival=festival,
        initial={"slot": request.GET.get("slot", "")},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            want(form.row(), at=clock.moment_of(request), by=request.user)
        except ShopError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Stores that can answer read it on their page.")
            return redirect("desk:festival-wanted", pk)
    answers = Nomination.objects.exclude(state=Nomination.State.WITHDRAWN)
    answers = answers.select_related("product__merchant").order_by("pk")
    rows = festival.wanted.select_related("product__merchant", "variant", "category", "slot")
    rows = rows.prefetch_related(Prefetch("answers", answers))[:MOST]
    context = {
        "festival": festival,
        "rows": [(row, _what(row), _proposed(row)) for row in rows],
        "form": form,
        "may_write": request.user.has_perm("shop.change_festival"),
    }
    return show(
        request, "wanted.html", "Wanted", trail=trail_of(festival), icon="search",
        status=422 if form.errors else 200, **context,
    )  # fmt: skip


@require_POST
@needs("change_festival")
def remove(request: HttpRequest, pk: int, wanted_id: int) -> HttpResponse:
    """Take a wish away."""
    found = get_object_or_404(Wanted, festival=pk, pk=wanted_id)
    forget(found, at=clock.moment_of(request), by=request.user)
    messages.success(request, "Stores do not see it any more.")
    return redirect("desk:festival-wanted", pk)


def _what(row: Wanted) -> str:
    if row.product is not None:
        size = f", {row.variant.sku}" if row.variant else ""
        return f"{row.product.title}{size} ({row.product.merchant.name})"
    parts = [row.category.name if row.category else "Anything"]
    if row.country:
        parts.append(f"from {country_name(row.country, 'en')}")
    return " ".join(parts)


def _proposed(row: Wanted) -> str:
    if row.percent:
        return f"{row.percent} % off"
    return written(row.price, settings.SHOP_CURRENCY, "en") if row.price else "–"
