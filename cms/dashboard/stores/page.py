"""A store as organizers see it, and clearing the words and pictures of its own page."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.widgets.button import HeaderButton

from cms.dashboard.confirm import Act, perform, reason_form
from cms.dashboard.festivals.history import lines_about
from cms.dashboard.permissions import may, needs
from cms.dashboard.screens import button, show
from cms.dashboard.stores.edit import stores_trail
from cms.dashboard.stores.people import people_tables
from shop.catalogue.delivery.names import country_name
from shop.core import clock
from shop.merchant.moderation import suspend, take_down
from shop.people.accounts.requests import SignedIn
from shop.people.merchants.models import Merchant

CAN = ("change_merchant", "review_nomination", "view_order")


@require_safe
@needs("view_merchant")
def page(request: SignedIn, pk: int) -> HttpResponse:
    """Show a store: its state, its members, its own words, and its history."""
    rows = Merchant.objects.select_related("logo", "banner", "pending_change")
    store = get_object_or_404(rows, pk=pk)
    at = clock.moment_of(request)
    can = {name: may(request.user, name) for name in CAN}
    return show(
        request, "store_page.html", store.name, icon="group", store=store,
        buttons=_buttons(store, can), trail=stores_trail(), can=can,
        country=country_name(store.country, "en"), effect=suspend.effect_of(store, at=at),
        **(people_tables(store, at=at) if can["change_merchant"] else {}),
        pending_change=getattr(store, "pending_change", None), **lines_about(store),
    )  # fmt: skip


def _buttons(store: Merchant, can: dict[str, bool]) -> list[HeaderButton]:
    """Return the buttons for a store that its viewer may use."""
    found = []
    if can["change_merchant"]:
        found += [
            button("Invite somebody", reverse("desk:store-invite", args=[store.pk]), "mail"),
            button("Change", reverse("desk:store-edit", args=[store.pk]), "edit"),
            button("Seller on papers", reverse("desk:store-legal", args=[store.pk]), "form"),
            button("Add a certificate", reverse("desk:store-certificate", args=[store.pk]), "plus"),
        ]
        if store.is_trading:
            label = "Trust it no more" if store.is_trusted else "Trust it"
            found.append(button(label, reverse("desk:store-trust", args=[store.pk]), "check"))
            found.append(
                button("Suspend", reverse("desk:store-suspend", args=[store.pk]), "no-view")
            )
        elif store.is_suspended:
            found.append(button("Reopen", reverse("desk:store-reopen", args=[store.pk]), "view"))
            label, name = ("Let it stay", "stay") if store.is_leaving else ("Let it leave", "leave")
            found.append(button(label, reverse(f"desk:store-{name}", args=[store.pk]), "resubmit"))
    if can["review_nomination"]:
        down = reverse("desk:store-page-clear", args=[store.pk])
        found.append(button("Take its words and pictures down", down, "warning"))
    if store.is_trading:
        found.append(button("In the shop", reverse("store", args=[store.slug]), "view"))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@needs("review_nomination")
def clear(request: SignedIn, pk: int) -> HttpResponse:
    """Take the words and pictures of a store's page away; the effect is shown first."""
    store = get_object_or_404(Merchant, pk=pk)
    back = reverse("desk:store-page", args=[pk])

    def run(answers: dict[str, Any]) -> str:
        at = clock.moment_of(request)
        take_down.clear_page(store, answers["reason"], at=at, by=request.user)
        return "Taken down. The store is told by mail, with your reason."

    def barred() -> str:
        now = Merchant.objects.get(pk=pk)
        bare = "The page of this store has no words or pictures of its own."
        return "" if take_down.page_words(now) else bare

    gone = (
        f"Tagline, story, logo and banner of {store.name} are gone from its page "
        "from this moment. Its name, its products and its orders stay."
    )
    after = (
        "The store cannot put them back. It can mend them and send them again for a look; or you "
        "approve them as they were, under Changes, refused ones."
    )
    form = reason_form("The store gets it by mail, word for word.")
    act = Act(f"Take the page of {store.name} down", "Take it down", [gone, after], run, form,
              is_grave=True)  # fmt: skip
    return perform(request, act, back=back, trail=[(back, store.name)], barred=barred)
