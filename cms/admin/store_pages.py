"""What a store tells on its own page, as shoppers see it, and taking it away."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cms.admin.acts import Act, perform, reason_form
from cms.admin.history import lines_about
from cms.admin.pages import button, show
from cms.admin.permissions import needs
from shop import clock
from shop.amending import taking_down
from shop.merchants.models import Merchant


@require_safe
@needs("review_nomination")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a store tells of itself, and what was done to it."""
    rows = Merchant.objects.select_related("logo", "banner", "amendment")
    store = get_object_or_404(rows, pk=pk)
    down = reverse("desk:store-page-clear", args=[pk])
    buttons = [button("Take its words and pictures down", down, "warning")]
    if store.state == Merchant.State.APPROVED:
        buttons.append(button("In the shop", reverse("store", args=[store.slug]), "view"))
    return show(
        request, "store_page.html", store.name, icon="group", store=store,
        buttons=buttons, trail=[(reverse("desk_stores:index"), "Merchants")],
        amendment=getattr(store, "amendment", None), **lines_about(store),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs("review_nomination")
def clear(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the words and pictures of a store's page away; the effect is shown first."""
    store = get_object_or_404(Merchant, pk=pk)
    back = reverse("desk:store-page", args=[pk])

    def run(answers: dict[str, Any]) -> str:
        at = clock.moment_of(request)
        taking_down.clear_page(store, answers["reason"], at=at, by=request.user)
        return "Taken down. The store is told by mail, with your reason."

    def barred() -> str:
        now = Merchant.objects.get(pk=pk)
        bare = "The page of this store has no words or pictures of its own."
        return "" if taking_down.page_words(now) else bare

    gone = (
        f"Tagline, story, certificates, logo and banner of {store.name} are gone from its page "
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
