"""The wishes of a festival's organizers, and the stores that have answered."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from cms.dashboard.enrolment.invite import countries
from cms.dashboard.listing import FestivalListView
from cms.dashboard.permissions import needs
from cms.dashboard.tables import BREAK, QUIET, Column, element, hidden, joined, link, posted
from shop.catalogue.delivery.names import country_name
from shop.catalogue.models import Category, Variant
from shop.core import clock
from shop.core.currencies import written
from shop.core.errors import ShopError
from shop.core.forms.fields import AmountField, LineField
from shop.festivals.models import Festival, Nomination, ProductRequest, Slot
from shop.festivals.nominations.wishes import forget, want
from shop.people.accounts.requests import SignedIn

MOST = 200


class ProductRequestForm(forms.Form):
    """One wish: its product, category or country, its slot, its price."""

    fields: dict[str, Any]

    sku = forms.CharField(
        label="SKU of a product", max_length=161, required=False,
        help_text="Or name a category, a country, or both. Where two stores have the SKU, write "
        "the one of which in front: adire-house:AD-TH-140.",
    )  # fmt: skip
    category = forms.ModelChoiceField(Category.objects.order_by("path"), required=False)
    country = forms.ChoiceField(label="Country of the store", required=False)
    slot: forms.ModelChoiceField[Slot] = forms.ModelChoiceField(
        None, required=False, help_text="Empty: any slot."
    )
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
        """Return the variant that has a SKU: of the store in front of it, if one is there."""
        store, _colon, sku = self.cleaned_data["sku"].strip().rpartition(":")
        if not sku:
            return None
        rows = Variant.objects.filter(sku=sku).select_related("product__merchant")
        found = list(rows.filter(merchant__slug=store) if store else rows)
        if not found:
            raise forms.ValidationError("No product has this SKU.")
        if len(found) > 1:
            each = ", ".join(sorted(f"{row.product.merchant.slug}:{sku}" for row in found))
            raise forms.ValidationError(f"Several stores have this SKU. Write one of: {each}.")
        return found[0]

    def row(self) -> ProductRequest:
        """Return the wish that was typed."""
        told = dict(self.cleaned_data)
        variant = told.pop("sku")
        product = variant.product if variant else None
        return ProductRequest(festival=self.festival, product=product, variant=variant, **told)


def _what(row: ProductRequest) -> str:
    if row.product is not None:
        size = f", {row.variant.sku}" if row.variant else ""
        return f"{row.product.title}{size} ({row.product.merchant.name})"
    parts = [row.category.name if row.category else "Anything"]
    if row.country:
        parts.append(f"from {country_name(row.country, 'en')}")
    return " ".join(parts)


def _proposed(row: ProductRequest) -> str:
    if row.percent:
        return f"{row.percent} % off"
    return written(row.price, settings.SHOP_CURRENCY, "en") if row.price else "–"


def _answers(row: ProductRequest) -> SafeString | str:
    lines = [
        format_html(
            "{} ({}, {})",
            link(one.product.title, reverse("desk:nomination", args=[row.festival_id, one.pk])),
            one.product.merchant.name, one.get_state_display().lower(),
        )
        for one in row.answers.all()
    ]  # fmt: skip
    return joined(BREAK, lines) or "none yet"


class ProductRequestsView(FestivalListView):
    """The wishes of a festival with their answers; posting adds one."""

    needed, to_post = "view_festival", "change_festival"
    http_method_names: ClassVar[list[str]] = ["get", "head", "post"]
    template_name = "cms/dashboard/wanted.html"
    page_title = "Wanted"
    header_icon = "search"
    table_label = "Wishes"
    paginate_by: int | None = None
    about = (
        "Stores that can answer a wish read it on their page of the festival, with a button that "
        "fills in the nomination."
    )
    none = "Nothing is asked for yet."

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list, with the button to remove a wish for those who may."""
        return [
            Column("Wanted", _what), Column("Slot", lambda row: row.slot or "any"),
            Column("Proposed", _proposed), Column("Note", "note"), Column("Answers", _answers),
            Column(hidden("Remove"), self.removal_of, empty=""),
        ]  # fmt: skip

    def removal_of(self, row: ProductRequest) -> SafeString | str:
        """Return the button that takes a wish away; nothing for those who may not."""
        if not self.may("change_festival"):
            return ""
        url = reverse("desk:wanted-remove", args=[row.festival_id, row.pk])
        press = element("button", "Remove", class_=f"{QUIET} no", aria_label=f"Remove {_what(row)}")
        return posted(self.request, url, press)

    def get_queryset(self) -> QuerySet[ProductRequest]:
        """Return the first wishes with who answered."""
        answers = Nomination.objects.exclude(state=Nomination.State.WITHDRAWN)
        answers = answers.select_related("product__merchant").order_by("pk")
        rows = self.festival.wanted.select_related(
            "product__merchant", "variant", "category", "slot"
        )
        return rows.prefetch_related(Prefetch("answers", answers))[:MOST]

    @cached_property
    def form(self) -> ProductRequestForm:
        """Return the form, as it was sent or empty."""
        return ProductRequestForm(
            self.request.POST if self.request.method == "POST" else None, festival=self.festival,
            initial={"slot": self.request.GET.get("slot", "")},
        )  # fmt: skip

    def post(self, request: SignedIn, pk: int) -> HttpResponse:
        """Add a wish, or show the form with its errors."""
        if self.form.is_valid():
            try:
                want(self.form.row(), at=self.at, by=request.user)
            except ShopError as refusal:
                self.form.add_error(None, str(refusal))
            else:
                messages.success(request, "Stores that can answer read it on their page.")
                return redirect("desk:festival-wanted", pk)
        response = self.get(request)
        response.status_code = 422
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the context of the screen, with the form."""
        facts = {"form": self.form, "may_write": self.may("change_festival")}
        return super().get_context_data(**kwargs) | facts


@require_POST
@needs("change_festival")
def remove(request: SignedIn, pk: int, wanted_id: int) -> HttpResponse:
    """Take a wish away."""
    found = get_object_or_404(ProductRequest, festival=pk, pk=wanted_id)
    forget(found, at=clock.moment_of(request), by=request.user)
    messages.success(request, "Stores do not see it any more.")
    return redirect("desk:festival-wanted", pk)
