"""A store objects to what organizers did: to a product that was taken down, or to itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop.catalogue.models import Product
from shop.core import clock
from shop.core.errors import NotPossible
from shop.merchant.content_reports.forms import ObjectionForm
from shop.merchant.content_reports.models import ContentReport
from shop.merchant.content_reports.write import is_down, last_decision, object_for_store, objections
from shop.merchant.dashboard.access import MemberRequest, products_of, store_members
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.WORDS)
def of_product(request: MemberRequest, merchant: Merchant, product_id: int) -> HttpResponse:
    """Let a store object to the taking down of a product."""
    product = get_object_or_404(products_of(merchant), pk=product_id)
    back = reverse("workspace-product", args=[merchant.slug, product.pk])
    return _object(request, merchant, product, back)


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.WORDS)
def of_store(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Let a store object to its suspension, or to the clearing of its page."""
    where = "workspace-store" if merchant.is_suspended else "workspace-profile"
    return _object(request, merchant, None, reverse(where, args=[merchant.slug]))


def _object(
    request: MemberRequest, merchant: Merchant, product: Product | None, back: str
) -> HttpResponse:
    form = ObjectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            object_for_store(
                merchant, product, form.cleaned_data["text"], at=clock.moment_of(request),
                by=request.user,
            )  # fmt: skip
        except NotPossible as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Somebody who did not decide before reads it."))
            return redirect(back)
    own = ContentReport.objects.filter(
        merchant=merchant, product=product, reason=ContentReport.Reason.DECISION
    )
    context: dict[str, Any] = {
        "part": "products" if product else "overview", "form": form, "product": product,
        "back": back, "said": own.order_by("-pk"),
        "is_down": is_down(merchant, product),
        "has_objected": objections(merchant, product).exists(),
        "reason": _reason(merchant, product),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/dashboard/object.html", context, status=status)


def _reason(merchant: Merchant, product: Product | None) -> str:
    """Return why organizers did it, as the store was told."""
    if product:
        return product.review_note
    if merchant.is_suspended:
        return merchant.note
    line = last_decision(merchant, None)
    return line.reason if line else ""
