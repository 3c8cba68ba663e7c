"""A product as shoppers would see it, a copy of it, and a draft that is deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.catalogue.fields.table import FIELDS
from shop.catalogue.models import Product
from shop.core import clock
from shop.core.errors import ShopError
from shop.core.forms.numbers import number_of
from shop.festivals.models import RegularPrice
from shop.merchant.dashboard.access import MemberRequest, products_of, store_members
from shop.merchant.moderation.contents import content_of, new_rows, pending_change_of, pictures_of
from shop.merchant.moderation.drafts import copy_product, delete_draft
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right
from shop.storefront.cache.catalogue_version import current_version
from shop.storefront.preferences import country_of, currency_of
from shop.storefront.product.choice import AskedVariant, posted_options
from shop.storefront.product.date_month import day_asked
from shop.storefront.product.delivery import Reader
from shop.storefront.product.page import product_page, read_product
from shop.storefront.product.variants import VariantNow, variants_now


@require_safe
@store_members(Right.WORDS)
def preview(request: MemberRequest, merchant: Merchant, product_id: int) -> HttpResponse:
    """Show a product with what its store has written so far, as shoppers would see it."""
    own = get_object_or_404(products_of(merchant), pk=product_id)
    at, language = clock.moment_of(request), get_language()
    found = read_product(own.slug, language)
    if found is None:
        raise Http404
    _write_over(found)
    page = product_page(
        found, version=current_version(at=at), at=at,
        reader=Reader(language, currency_of(request), country_of(request)),
        asked=_asked(request), variants=_variants(found, at=at),
    )  # fmt: skip
    # In the place of the button, which would fill a real cart with what is on sale.
    said = _("This is a preview. Nothing can be bought here.")
    page = replace(page, away=said, visit=None, url=request.path)
    context = {"page": page, "product_id": found.pk, "draft": own}
    return render(request, "shop/merchant/dashboard/product_preview.html", context)


@require_POST
@store_members(Right.WORDS)
def copy(request: MemberRequest, merchant: Merchant, product_id: int) -> HttpResponse:
    """Make a draft that begins as a copy of a product."""
    product = get_object_or_404(products_of(merchant).select_related("merchant"), pk=product_id)
    try:
        made = copy_product(product, at=clock.moment_of(request), by=request.user)
    except ShopError as refusal:
        messages.error(request, str(refusal))
        return redirect("workspace-product", merchant.slug, product.pk)
    messages.success(request, _("This is the copy, a draft: change its name and what differs."))
    return redirect("workspace-product", merchant.slug, made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.WORDS)
def delete(request: MemberRequest, merchant: Merchant, product_id: int) -> HttpResponse:
    """Say what goes with a draft, and delete it."""
    product = get_object_or_404(products_of(merchant), pk=product_id)
    if request.method == "POST":
        try:
            delete_draft(product, at=clock.moment_of(request), by=request.user)
        except ShopError as refusal:
            messages.error(request, str(refusal))
            return redirect("workspace-product", merchant.slug, product.pk)
        messages.success(request, _("The draft is deleted."))
        return redirect("workspace-products", merchant.slug)
    context = {"part": "products", "product": product}
    return render(request, "shop/merchant/dashboard/product_delete.html", context)


def _asked(request: MemberRequest) -> AskedVariant:
    variant = number_of(request.GET.get("variant", ""))
    return AskedVariant(variant, posted_options(request.GET), day_asked(request.GET))


def _write_over(product: Product) -> None:
    """Write the proposed change over a product in memory."""
    pending_change = pending_change_of(product)
    if pending_change is None:
        return
    words = content_of(product, pending_change).words
    for name in FIELDS:
        setattr(product, name, getattr(words, name))
    rows = pictures_of(product, pending_change)
    product.gallery = [
        {"alt": row.alt, "sizes": row.sizes, "is_illustration": row.is_illustration} for row in rows
    ]


def _variants(product: Product, *, at: Any) -> list[VariantNow]:
    """Return the variants with the prices that they would have, new ones of a change too."""
    rows = variants_now(product.pk, at=at)
    prices = RegularPrice.objects.filter(variant__in=[row.id for row in rows]).amounts()
    pending_change = pending_change_of(product)
    labels = pending_change.options if pending_change else {}
    found = [
        row._replace(
            price=row.price or prices.get(row.id), options=labels.get(str(row.id), row.options)
        )
        for row in rows
    ]
    if pending_change and found:
        first = found[0]
        found += [
            first._replace(
                id=-row.number - 1,
                options=list(row.options),
                weight_g=row.weight_g,
                price=row.price,
                free=row.units or 0,
            )
            for row in new_rows(pending_change)
        ]
    return found
