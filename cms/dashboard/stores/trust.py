"""Trusting a store with its words and pictures, and no more."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cms.dashboard.confirm import Act, perform, reason_form
from cms.dashboard.permissions import needs
from cms.dashboard.stores.edit import stores_trail
from shop.core import clock
from shop.merchant.moderation import trust as moderation_trust
from shop.people.accounts.requests import SignedIn
from shop.people.merchants.models import Merchant


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_merchant")
def trust(request: SignedIn, pk: int) -> HttpResponse:
    """Trust a store, or no more; what it means and what it did so far is shown first."""
    store = get_object_or_404(Merchant, pk=pk)
    back = reverse("desk:store-page", args=[pk])
    at = clock.moment_of(request)

    def run(answers: dict[str, Any]) -> str:
        moderation_trust.set_trust(
            store, not store.is_trusted, answers["reason"], at=at, by=request.user
        )
        return "The store is told by mail, with your reason."

    known = moderation_trust.record_of(store, at=at)
    so_far = (
        f"Within a year {known.approved} change{pluralize(known.approved)} of it "
        f"{pluralize(known.approved, 'was,were')} approved and {known.refused} refused; products "
        f"were taken down {known.taken_down} time{pluralize(known.taken_down)}."
    )
    if store.is_trusted:
        effects = ["Its changes wait for a look again before shoppers see them.", so_far]
        title, label = f"Trust {store.name} no more", "Trust it no more"
    else:
        effects = [
            so_far,
            "Its changes of words and pictures are public at once, and wait to be looked at later.",
            "New products and certificates are looked at before, as of every store.",
            "It ends by itself when something of it is taken down, or it is suspended.",
        ]
        title, label = f"Trust {store.name}", "Trust it"
    form = reason_form("The store gets it by mail, word for word.")
    made = Act(title, label, effects, run, form)
    return perform(request, made, back=back, trail=[*stores_trail(), (back, store.name)])
