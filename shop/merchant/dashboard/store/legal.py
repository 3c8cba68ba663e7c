"""Who a store is by law, as its owners change it."""

from __future__ import annotations

from dataclasses import asdict

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop.core import clock
from shop.core.errors import ShopError
from shop.core.forms.numbers import number_of
from shop.festivals.changelog import version_of
from shop.merchant.dashboard.access import MemberRequest, store_members
from shop.merchant.moderation.legal import LegalFacts, LegalForm, PrefixTaken, change_legal
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.ACCOUNT)
def legal(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Show the seller that papers name, and change it."""
    form = LegalForm(request.POST or None, initial=asdict(LegalFacts.of(merchant)))
    if request.method == "POST" and form.is_valid():
        seen = number_of(request.POST.get("version", "")) or 0
        at = clock.moment_of(request)
        try:
            change_legal(merchant, form.facts(), seen=seen, at=at, by=request.user)
        except ShopError as refusal:
            where = "invoice_prefix" if isinstance(refusal, PrefixTaken) else None
            form.add_error(where, str(refusal))
        else:
            messages.success(request, _("Saved. New invoices name it."))
            return redirect("workspace-legal", merchant.slug)
    context = {"part": "profile", "form": form, "version": version_of(merchant)}
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/dashboard/legal.html", context, status=status)
