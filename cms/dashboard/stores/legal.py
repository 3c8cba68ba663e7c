"""Who a store is by law, as organizers see and change it."""

from __future__ import annotations

from dataclasses import asdict

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cms.dashboard.permissions import needs
from cms.dashboard.screens import show, version_seen, words_of
from cms.dashboard.stores.edit import stores_trail
from shop.core import clock
from shop.core.errors import ShopError
from shop.festivals.changelog import version_of
from shop.merchant.moderation.legal import LegalFacts, LegalForm, PrefixTaken, change_legal
from shop.people.accounts.requests import SignedIn
from shop.people.merchants.models import Merchant
from shop.people.merchants.own_stores import refuse_own

ABOUT = (
    "Invoices and credit notes that are made from now on name this seller; those that were made "
    "stay as they are. The store can change it as well."
)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_merchant")
def legal(request: SignedIn, pk: int) -> HttpResponse:
    """Show the seller that a store's papers name, and change it."""
    store = get_object_or_404(Merchant, pk=pk)
    form = LegalForm(request.POST or None, initial=asdict(LegalFacts.of(store)))
    if request.method == "POST" and form.is_valid():
        at, seen = clock.moment_of(request), version_seen(request)
        try:
            refuse_own(pk, by=request.user)
            is_new = change_legal(store, form.facts(), seen=seen, at=at, by=request.user)
        except ShopError as refusal:
            where = "invoice_prefix" if isinstance(refusal, PrefixTaken) else None
            form.add_error(where, words_of(refusal))
        else:
            messages.success(request, "Saved." if is_new else "Nothing was changed.")
            return redirect("desk:store-page", pk)
    trail = [*stores_trail(), (reverse("desk:store-page", args=[pk]), store.name)]
    return show(
        request, "form.html", "Seller on papers", trail=trail, icon="group", form=form,
        save="Save", about=ABOUT, version=version_of(store), status=422 if form.errors else 200,
    )  # fmt: skip
