"""Taking a product out of the shop at once, and putting it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cms.dashboard.confirm import Act, perform, reason_form, told, unless
from cms.dashboard.permissions import needs
from shop.catalogue.models import Product
from shop.core import clock
from shop.merchant.moderation import take_down as moderation_take_down
from shop.merchant.moderation.models import PendingChange
from shop.people.accounts.requests import SignedIn
from shop.storefront.listings import publish

State = Product.State


@require_http_methods(["GET", "HEAD", "POST"])
@needs("review_nomination")
def take_down(request: SignedIn, pk: int) -> HttpResponse:
    """Take a product down; its effect is shown first."""
    return _perform(request, pk, _down, State.PUBLISHED, "This product is not on sale")


@require_http_methods(["GET", "HEAD", "POST"])
@needs("review_nomination")
def put_back(request: SignedIn, pk: int) -> HttpResponse:
    """Put a product that was taken down on sale again, as it was approved."""
    return _perform(request, pk, _back, State.TAKEN_DOWN, "This product is not taken down")


def _perform(request: SignedIn, pk: int, act: Any, state: str, otherwise: str) -> HttpResponse:
    rows = Product.objects.select_related("merchant").exclude(state=State.DRAFT)
    product = get_object_or_404(rows, pk=pk)
    back = reverse("desk:product-review", args=[pk])
    barred = unless(product, state, otherwise)
    made = act(request, product, clock.moment_of(request))
    return perform(request, made, back=back, barred=barred, trail=[(back, product.title)])


def _down(request: SignedIn, product: Product, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        made = moderation_take_down.take_down(product, answers["reason"], at=at, by=request.user)
        count = made.open_orders
        ended = f" {count} open orders are being ended." if count else ""
        return f"Taken down.{ended} The store is told by mail, with your reason."

    deals = moderation_take_down.deals_of(product, at=at).count()
    gone = (
        f"Nothing of {product.title} of {product.merchant.name} is sold or shown from this moment: "
        "its page, lists, search and carts say that it is no longer on sale."
    )
    effects = [
        gone,
        *told(moderation_take_down.effect_of(product), "UTC", kept=False)[:1],
        "Paid orders stay: the store sends them, unless somebody refunds them.",
        "The store cannot put it back. It can send a changed version, and you can put it back.",
    ]
    if deals:
        effects.insert(1, f"Its deals ({deals}) give no price while it is down, and count again "
                          "once it is back.")  # fmt: skip
    form = reason_form("The store gets it by mail, word for word.")
    title = f"Take {product.title} down"
    return Act(title, "Take it down", effects, run, form, is_grave=True)


def _back(request: SignedIn, product: Product, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        publish.put_back(product, at=at, by=request.user)
        return "It is on sale again. The store is told by mail."

    effects = [
        f"{product.title} is on sale at once, with the words and pictures that were approved.",
        "Its deals that are not over count again.",
    ]
    if PendingChange.objects.filter(product=product).exists():
        effects.append("The store proposed a change. It is not put on sale by this: look at it.")
    return Act(f"Put {product.title} back", "Put it back", effects, run)
