"""The vouchers of an account, and claiming one. Shared pages carry no token: tokenless."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shop.core import clock
from shop.core.errors import NeedsAccount, ShopError
from shop.core.http import see_other
from shop.festivals.promotions.vouchers import vouchers_to_claim
from shop.orders.cart.current import (
    Shopper,
    cart_for_change,
    has_verified_email,
    shopper_of,
    signed_in,
)
from shop.orders.cart.views import cart_page
from shop.orders.cart.vouchers.claim import claim_for_cart, claim_for_later
from shop.orders.cart.vouchers.wallet import claimed_vouchers, within_reach
from shop.people.accounts.requests import SignedIn
from shop.storefront.middleware import tokenless


@never_cache
@login_required
@require_safe
def vouchers(request: SignedIn) -> HttpResponse:
    """Show the vouchers of the signed-in person, and those within reach."""
    return _wallet(request)


@never_cache
@tokenless
@require_POST
def claim(request: SignedIn, promotion_id: int) -> HttpResponse:
    """Claim a voucher for the signed-in shopper; one that can be used now goes into the cart.

    A guest signs in first and finds the voucher on the page of vouchers.
    """
    user = signed_in(request)
    if user is None:
        return redirect_to_login(reverse("vouchers"))
    at = clock.moment_of(request)
    promotion = get_object_or_404(vouchers_to_claim(), pk=promotion_id)
    try:
        if promotion.use_from > at:
            claim_for_later(promotion, user, at=at)
            messages.success(request, _("Voucher claimed. It waits in your account."))
            return see_other("vouchers")
        cart, _token = cart_for_change(request, at=at)
        claim_for_cart(cart, promotion, cast("Shopper", shopper_of(request)), at=at)
    except ShopError as refusal:
        if request.htmx:
            return cart_page(request, status=409, voucher_error=str(refusal))
        return _wallet(request, refusal=refusal, status=409)
    messages.success(request, _("Voucher claimed. It waits in your cart."))
    if request.htmx:
        return cart_page(request)
    # An empty cart shows no vouchers.
    return see_other("cart" if cart.lines.exists() else "vouchers")


def _wallet(
    request: SignedIn, *, refusal: ShopError | None = None, status: int = 200
) -> HttpResponse:
    at, user = clock.moment_of(request), request.user
    context = {
        "vouchers": claimed_vouchers(user, at=at),
        "open": within_reach(user, at=at),
        "is_verified": has_verified_email(user),
        "refusal": "" if refusal is None or isinstance(refusal, NeedsAccount) else str(refusal),
    }
    return render(request, "shop/orders/cart/wallet.html", context, status=status)
