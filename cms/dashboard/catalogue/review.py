"""New products that wait for a decision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods
from wagtail.admin.widgets.button import HeaderButton

from cms.dashboard.catalogue.pending_changes import SideColumn
from cms.dashboard.festivals.history import lines_about
from cms.dashboard.listing import ListView
from cms.dashboard.permissions import needs, own_stores
from cms.dashboard.screens import button, seen_at, show, words
from cms.dashboard.tables import Column, HeadColumn, Table, link
from shop.catalogue.fields.row import FormSection
from shop.catalogue.fields.table import FIELDS
from shop.catalogue.models import Product, Variant
from shop.core import clock
from shop.core.currencies import written
from shop.core.errors import ShopError
from shop.festivals.models import RegularPrice
from shop.merchant.moderation.sent_back import sent_back
from shop.people.accounts.requests import SignedIn
from shop.storefront.listings import publish
from shop.storefront.listings.mail import tell_decided
from shop.storefront.listings.usual_prices import odd_prices

MOST_VARIANTS = 100
QUEUE = "desk:product-queue"
ORDER = (
    FormSection.EXPERIENCE,
    FormSection.CLOTHES,
    FormSection.SENDING,
    FormSection.WORDS,
    FormSection.ELSEWHERE,
)


def _title(product: Product) -> SafeString:
    return link(product.title, reverse("desk:product-review", args=[product.pk]))


class QueueView(ListView):
    """The products that wait, the one that waits longest first."""

    needed = "review_nomination"
    queryset = Product.objects.filter(state=Product.State.SUBMITTED).select_related(
        "merchant", "category"
    )
    default_ordering = ("submitted_at", "pk")
    page_title = "New products"
    header_icon = "tag"
    columns = (
        Column("Product", _title), Column("Store", "merchant.name"),
        Column("Category", "category.name"), Column("Submitted", "submitted_at"),
    )  # fmt: skip
    none = "No product waits. Stores submit them on their own desk."

    @property
    def about(self) -> SafeString:
        """Return the sentences that explain the list."""
        return format_html(
            "Shoppers see a product for the first time after somebody here has read it. Open one "
            "to decide. What stores want to change later stands under {}.",
            link("Changes", reverse("desk:pending-changes")),
        )


SINCE = (
    HeadColumn("What", "name"),
    SideColumn("As it was sent back", "before", "del"), SideColumn("Now", "after", "ins"),
)  # fmt: skip
VARIANT = (
    Column("Variant", "0.label"), Column("SKU", "0.sku"), Column("Price", "1"),
    Column("On hand", "0.pool.on_hand"), Column("Weight, g", "0.weight_g"),
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs("review_nomination")
def review(request: SignedIn, pk: int) -> HttpResponse:
    """Show a product as its merchant submitted it, and decide."""
    rows = Product.objects.select_related("merchant", "category", "pending_change")
    if request.method == "POST":
        return _decide(request, get_object_or_404(rows, pk=pk))
    product = get_object_or_404(rows.exclude(state=Product.State.DRAFT), pk=pk)
    variants, at = _variants(product), clock.moment_of(request)
    context: dict[str, Any] = {
        "product": product,
        "facts": list(_facts(product)),
        "pictures": [row.picture for row in product.shown_pictures.select_related("picture")],
        "variants": Table("Variants of the product", VARIANT, variants),
        "doubts": _doubts(product, [row for row, _price in variants], at=at),
        "is_own": product.merchant_id in own_stores(request),
        "gaps": publish.gaps(product, at=at),
        "pending_change": getattr(product, "pending_change", None),
        **_sent_back(product),
        "buttons": _buttons(product),
        **lines_about(product),
    }
    trail = [(reverse(QUEUE), "New products")]
    return show(request, "product.html", product.title, trail=trail, icon="tag", **context)


def _facts(product: Product) -> Iterator[tuple[str, str]]:
    """Yield the label and the value of each field that has a line for organizers."""
    is_experience = product.kind == Product.Kind.EXPERIENCE
    for name, row in sorted(FIELDS.items(), key=lambda pair: ORDER.index(pair[1].place)):
        line = row.organizers
        if line is None or (row.place == FormSection.EXPERIENCE and not is_experience):
            continue
        shown: Any = getattr(product, f"get_{name}_display", None)
        value = shown() if shown else getattr(product, name)
        if value or line.is_missed:
            text = ", ".join(value) if isinstance(value, list) else str(value)
            yield row.label_of(product, line), line.text.format(text) if value else "–"


def _sent_back(product: Product) -> dict[str, Any]:
    """Return why a product that waits was sent back, and what its store changed since."""
    found = sent_back(product) if product.state == Product.State.SUBMITTED else None
    if found is None:
        return {}
    table = Table("Words before and after", SINCE, found.words,
                  classname="listing desk-before-after")  # fmt: skip
    return {"sent_back": found, "since": table}


def _buttons(product: Product) -> list[HeaderButton]:
    """Return the buttons for a product that was approved once."""
    if product.state == Product.State.PUBLISHED:
        down = reverse("desk:product-take-down", args=[product.pk])
        page = reverse("product", args=[product.slug])
        found = [button("Take it down", down, "warning")]
        return [*found, button("In the shop", page, "view")] if product.is_public else found
    if product.state == Product.State.TAKEN_DOWN:
        back = reverse("desk:product-put-back", args=[product.pk])
        return [button("Put it back", back, "rotate")]
    return []


def _variants(product: Product) -> list[tuple[Variant, str]]:
    """Return the variants of a product with their newest regular price."""
    prices = RegularPrice.objects.filter(variant=OuterRef("pk")).newest()
    rows = product.variants.filter(is_active=True).select_related("pool")
    rows = rows.annotate(amount=Subquery(prices.values("amount")[:1])).order_by("position", "pk")
    return [
        (row, written(row.amount, settings.SHOP_CURRENCY, "en") if row.amount else "–")
        for row in rows[:MOST_VARIANTS]
    ]


def _doubts(product: Product, variants: list[Variant], *, at: datetime) -> list[str]:
    """Return a question for each price that is far from the usual ones of the category."""
    typed = {row.pk: row.amount for row in variants if row.amount and row.session_start is None}
    odd = odd_prices(typed, category=product.category, product=product, anew=typed, at=at)
    named = {row.pk: row.sku for row in variants}
    return [f"{named[pk]}: {text}" for pk, text in odd.items()]


def _decide(request: SignedIn, product: Product) -> HttpResponse:
    at = clock.moment_of(request)
    try:
        with transaction.atomic():  # nothing is decided without its mail
            publish.refuse_if_newer(product, seen=seen_at(request))
            if "approve" in request.POST:
                publish.approve(product, at=at, by=request.user)
                said = "published"
            else:
                note = words(request, "note", most=1000)
                publish.request_changes(product, note, at=at, by=request.user)
                said = "sent back for changes"
            tell_decided(product)
    except ShopError as refusal:
        messages.error(request, str(refusal))
        waits = Product.objects.filter(pk=product.pk, state=Product.State.SUBMITTED).exists()
        return redirect("desk:product-review", product.pk) if waits else redirect(QUEUE)
    messages.success(request, f"“{product.title}” is {said}. The store is told by mail.")
    return redirect(QUEUE)
