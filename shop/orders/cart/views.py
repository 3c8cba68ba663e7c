"""The cart page and its posts. Every address answers a fragment or a page."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.db.models import Sum
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shop.catalogue.models import Product, Variant
from shop.core import clock, cookies
from shop.core.errors import NotPossible, ShopError, TooManyTries
from shop.core.forms.numbers import number_of
from shop.core.http import Request, see_other
from shop.core.languages import listed
from shop.orders.cart import change, price_changes
from shop.orders.cart.came_from import note_link
from shop.orders.cart.current import (
    Shopper,
    cart_for_change,
    carts_of,
    has_verified_email,
    remember_cart,
    shopper_of,
    signed_in,
)
from shop.orders.cart.forms import CountryForm, LineForm
from shop.orders.cart.limits import needs_confirming, own_limits
from shop.orders.cart.models import Cart, CartLine, SavedProduct
from shop.orders.cart.page import show_cart
from shop.orders.cart.pricing import PricedCart, price_cart
from shop.orders.cart.vouchers.claim import claimable
from shop.orders.cart.vouchers.guesses import one_try
from shop.storefront.cache.catalogue_version import current_version
from shop.storefront.language_offer import note_offer, offered
from shop.storefront.middleware import tokenless
from shop.storefront.preferences import COUNTRY_COOKIE, country_of, currency_of, remember
from shop.storefront.previews.preview import preview_of
from shop.storefront.product.choice import posted_options
from shop.storefront.waiting_room.queued import queued

MOST_KINDS = 20  # of tickets, on the page of one experience


@never_cache
@tokenless
@require_POST
def add(request: Request) -> HttpResponse:
    """Put units of a variant into the cart, on top of those that are there."""
    at = clock.moment_of(request)
    quantity = number(request.POST.get("quantity", "1"))
    change.check_quantity(quantity)
    variant_id = _variant(request.POST)
    if not change.is_buyable(variant_id, at=at):
        raise NotPossible(_("This product is no longer on sale."))
    cart, token = cart_for_change(request, at=at)
    change.add(cart, variant_id, quantity, at=at)
    note_link(cart, request, [variant_id], at=at)
    if not request.htmx:
        return remember_cart(see_other("cart"), token)
    response = render(request, "shop/orders/cart/added.html")
    response.headers["HX-Trigger"] = "cart-changed"
    return remember_cart(response, token)


def _variant(posted: QueryDict) -> int:
    """Return the id of the variant that was chosen, by itself or by its options.

    Raises:
        NotPossible: nothing was chosen, or no variant has just these options.
    """
    if "variant" in posted or "product" not in posted:
        return number(posted.get("variant", ""))
    product = Product.objects.filter(pk=number(posted.get("product", ""))).first()
    names = product.option_names if product else []
    missing = [_(name) for place, name in enumerate(names) if f"option{place}" not in posted]
    if missing:
        raise NotPossible(_("Choose this first: %(what)s") % {"what": listed(missing)})
    chosen = Variant.objects.filter(
        product=product, options=list(posted_options(posted)), is_active=True
    )
    if found := chosen.values_list("pk", flat=True).first():
        return found
    raise NotPossible(_("There is none with these options. Choose others."))


@never_cache
@tokenless
@require_POST
def reserve(request: Request) -> HttpResponse:
    """Put tickets for a session into the cart: a number for each kind that it has."""
    at = clock.moment_of(request)
    kinds = change.buyable_seats(number(request.POST.get("session", "")), at=at)
    if not kinds:
        raise NotPossible(_("This date is no longer on sale."))
    wanted = _tickets(request.POST, {"".join(variant.options[:1]): variant for variant in kinds})
    if not wanted:
        raise NotPossible(_("Choose how many tickets you would like."))
    cart, token = cart_for_change(request, at=at)
    for kind, count in wanted:
        change.add(cart, kind.pk, count, at=at)
    note_link(cart, request, [kind.pk for kind, _count in wanted], at=at)
    return remember_cart(see_other("cart"), token)


def _tickets(posted: QueryDict, kinds: dict[str, Variant]) -> list[tuple[Variant, int]]:
    """Return how many of which ticket are wanted; a kind is known by its name.

    Raises:
        NotPossible: the date has no such kind, or nobody can buy so many.
    """
    found = []
    for place in range(MOST_KINDS):
        count = number(posted.get(f"tickets-{place}") or "0")
        if not count:
            continue
        change.check_quantity(count)
        kind = kinds.get(posted.get(f"kind-{place}", ""))
        if kind is None:
            raise NotPossible(_("This date has no such ticket. Choose another one."))
        found.append((kind, count))
    return found


@queued
@never_cache
@require_safe
def show(request: Request) -> HttpResponse:
    """Show the cart, priced at this moment."""
    return cart_page(request)


@queued
@never_cache
@require_POST
def line(request: Request, variant_id: int) -> HttpResponse:
    """Set how many units of a variant the cart holds; zero removes the line."""
    form = LineForm(request.POST)
    is_removed = "remove" in request.POST
    if not is_removed and not form.is_valid():
        text = form.errors["quantity"][0]
        return cart_page(request, status=422, wrong_line=variant_id, wrong_quantity=text)
    if cart := carts_of(request).first():
        quantity = 0 if is_removed else form.cleaned_data["quantity"]
        change.set_quantity(cart, variant_id, quantity)
    return _changed(request)


@queued
@never_cache
@require_POST
def voucher(request: Request) -> HttpResponse:
    """Pick a voucher by its code, or take one out of the cart."""
    shopper = shopper_of(request)
    cart = carts_of(request).first()
    if cart is None:
        return _changed(request)
    if "remove" in request.POST:
        change.drop_voucher(cart, number(request.POST["remove"]))
        return _changed(request)
    code = request.POST.get("code", "").replace("\0", "")  # which the database cannot take
    at = clock.moment_of(request)
    try:
        with one_try(cart, cast("Shopper", shopper), at=at):
            change.use_voucher(cart, code, shopper=cast("Shopper", shopper), at=at)
    except TooManyTries as brake:
        response = cart_page(request, status=429, voucher_error=str(brake), code=code[:40])
        response.headers["Retry-After"] = 60 * brake.minutes
        return response
    except ShopError as refusal:
        return cart_page(request, status=409, voucher_error=str(refusal), code=code[:40])
    return _changed(request)


@queued
@never_cache
@require_POST
def country(request: Request) -> HttpResponse:
    """Set where the parcels go, for this cart and for the pages of the shop."""
    form = CountryForm(request.POST)
    if not form.is_valid():
        return cart_page(request, status=422)
    code = form.cleaned_data["country"]
    if cart := carts_of(request).first():
        change.send_to(cart, code)
    response = _changed(request)
    remember(response, country=code, currency="")
    return response


@never_cache
@require_safe
def summary(request: Request) -> HttpResponse:
    """Return the personal part of every page's frame: the cart, the saved products, the name."""
    user = signed_in(request)
    lines = CartLine.objects.filter(cart__in=carts_of(request))
    count = lines.aggregate(units=Sum("quantity"))["units"]
    saved = SavedProduct.objects.filter(cart__in=carts_of(request))
    context = {
        "count": count or 0,
        "saved": list(saved.values_list("product_id", flat=True)),
        "name": user.name if user else "",
        "offer": (offer := offered(request)),
    }
    response = render(request, "components/summary.html", context)
    note_offer(response, offer)
    return response


@never_cache
@require_safe
def limit(request: Request, product_id: int) -> HttpResponse:
    """Return how many of a product's limited deal the signed-in person may still buy."""
    user = signed_in(request)
    if user is None:
        return HttpResponse(status=204)
    is_verified = has_verified_email(user)
    at = clock.moment_of(request)
    limits = own_limits(product_id, user, at=at) if is_verified else []
    if is_verified and not limits:
        return HttpResponse(status=204)
    context = {"limits": limits, "is_verified": is_verified, "text": needs_confirming()}
    return render(request, "shop/orders/cart/own_limit.html", context)


def _changed(request: Request) -> HttpResponse:
    return cart_page(request) if request.htmx else see_other("cart")


def cart_page(request: Request, *, status: int = 200, **said: Any) -> HttpResponse:
    """Answer with the cart: the fragment for htmx, the page otherwise."""
    at = clock.moment_of(request)
    context: dict[str, Any] = {"cart": None, **said}
    shopper = shopper_of(request)
    if shopper and (priced := _priced(request, shopper, at=at)):
        currency = currency_of(request)
        context["cart"] = show_cart(priced, shopper, currency=currency, at=at)
        context["claims"] = claimable(priced, shopper, at=at)
        if priced.has_goods:
            served = current_version(at=at).served
            chosen = {"country": priced.cart.country}
            context["country_form"] = CountryForm(initial=chosen, served=served)
        if not preview_of(request):
            price_changes.remember(priced)
    name = "shop/orders/cart/cart.html#contents" if request.htmx else "shop/orders/cart/cart.html"
    response = render(request, name, context, status=status)
    if request.htmx:
        response.headers["HX-Trigger"] = "cart-changed"
    return response


def _priced(request: Request, shopper: Shopper, *, at: datetime) -> PricedCart | None:
    """Price the cart for the country that was chosen last, in the cart or on another page."""
    priced = price_cart(shopper, at=at)
    if priced is None or priced.cart.contact_id or not cookies.read(request, COUNTRY_COOKIE):
        return priced
    chosen = country_of(request)
    if chosen == priced.cart.country or preview_of(request):
        return priced
    change.send_to(Cart(pk=priced.cart.pk), chosen)
    return price_cart(shopper, at=at)


def number(text: str) -> int:
    """Return the number that was sent, or -1 for anything else."""
    found = number_of(text)
    return -1 if found is None else found
