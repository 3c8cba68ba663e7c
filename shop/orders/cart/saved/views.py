"""The page of saved products, and the posts of hearts. Shared pages carry no token: tokenless."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from shop.catalogue.models import Variant
from shop.core import clock
from shop.core.errors import NotPossible
from shop.core.http import Request, see_other
from shop.orders.cart.came_from import note_link
from shop.orders.cart.current import cart_for_change, carts_of, remember_cart
from shop.orders.cart.saved import save
from shop.orders.cart.saved.page import saved_products
from shop.orders.cart.views import number
from shop.storefront.middleware import tokenless


@never_cache
@tokenless
@require_http_methods(["GET", "HEAD", "POST"])
def saved(request: Request) -> HttpResponse:
    """Show the saved products; a post saves one more."""
    at = clock.moment_of(request)
    if request.method != "POST":
        found = saved_products(carts_of(request), at=at, language=get_language())
        return render(request, "shop/orders/cart/saved.html", {"saved": found})
    product = save.savable(number(request.POST.get("product", "")))
    if product is None:
        raise NotPossible(_("This product is no longer on sale."))
    cart, token = cart_for_change(request, at=at)
    save.save(cart, product, at=at)
    return remember_cart(_done(request), token)


@never_cache
@tokenless
@require_POST
def remove(request: Request) -> HttpResponse:
    """Take a product off the saved ones."""
    if cart := carts_of(request).first():
        save.remove(cart, number(request.POST.get("product", "")))
    return _done(request)


@never_cache
@tokenless
@require_POST
def move(request: Request) -> HttpResponse:
    """Put a saved product into the cart, or show it where there is something to choose."""
    cart = carts_of(request).first()
    if cart is None:
        return see_other("saved")
    at = clock.moment_of(request)
    wanted = number(request.POST.get("product", ""))
    product = save.move_to_cart(cart, wanted, at=at)
    if product is None:  # it is in the cart
        note_link(cart, request, Variant.objects.filter(product=wanted), at=at)
    if product:
        return HttpResponseRedirect(reverse("product", args=[product.slug]), status=303)
    return see_other("cart")


def _done(request: Request) -> HttpResponse:
    return HttpResponse(status=204) if request.htmx else see_other("saved")
