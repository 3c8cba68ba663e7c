"""The steps from the cart to the payment page: the address, then delivery and the button."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shop.catalogue.delivery.areas import area_of, areas
from shop.catalogue.delivery.models import Contact
from shop.catalogue.delivery.names import country_name, lines_of
from shop.checkout import charge
from shop.checkout.delivery_choice import choices, chosen, is_as_shown, posted_services
from shop.checkout.destination import cart_to_send
from shop.checkout.forms import AddressForm
from shop.checkout.prefill import Fields, begun, is_unchanged, shown
from shop.checkout.refusals import refused, too_large, way_to_more
from shop.core import clock
from shop.core.errors import CannotDeliver, ShopError
from shop.core.forms.numbers import number_of
from shop.core.http import Request, see_other
from shop.money.payments.collect import start_payment
from shop.orders.agreement import Agreement
from shop.orders.cart import change, sums
from shop.orders.cart.current import Shopper, shopper_of
from shop.orders.cart.duties import duties_of
from shop.orders.cart.formats import language, parcels
from shop.orders.cart.models import Cart
from shop.orders.cart.pricing import PricedCart, price_cart
from shop.reports import refusals
from shop.storefront.preferences import currency_of
from shop.storefront.waiting_room.queued import queued


@queued
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: Request) -> HttpResponse:
    """Ask who gets the parcels and where."""
    if request.method == "POST":
        return _take_address(request)
    shopper = shopper_of(request)
    priced = price_cart(shopper, at=clock.moment_of(request)) if shopper else None
    if shopper is None or priced is None:
        return see_other("cart")
    fields = begun(priced, shopper, at=clock.moment_of(request))
    return _address_page(request, fields, priced)


@queued
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delivery(request: Request) -> HttpResponse:
    """Ask how each parcel travels, show the sums, and lead to the payment."""
    shopper = shopper_of(request)
    if shopper is None:
        return see_other("cart")
    if request.method != "POST":
        return _delivery_page(request, shopper)
    services = posted_services(request.POST)
    if services and not is_as_shown(services, request.POST.get("shown", "")):
        change.choose_services(shopper, services)
    if "pay" not in request.POST:
        return _delivery_page(request, shopper) if request.htmx else see_other("checkout-delivery")
    addresses, at = charge.return_addresses(), clock.moment_of(request)
    try:
        step = start_payment(shopper, agreed=_agreed(request), addresses=addresses, at=at)
    except ShopError as refusal:
        refusals.note(refusal, at=at)
        return _delivery_page(request, shopper, refusal=refusal, status=409)
    paid = reverse("order-paid", args=[step.order.number, step.order.token])
    return HttpResponseRedirect(step.payment_url or paid, status=303)


def _take_address(request: Request) -> HttpResponse:
    code = request.POST.get("country", "")
    code = code if code.isalpha() else ""
    cart = cart_to_send(request, code)
    if cart is None:
        return see_other("cart")
    if "update" in request.POST:  # another country was chosen: show its fields, judge nothing
        typed = request.POST.dict()
        if areas(code, language()):  # those of the other country are not among them
            typed["region"] = area_of(code, language(), typed.get("region", ""))
        form = AddressForm(initial=typed, country=code, needs_place=cart.sends)
        return _address_again(request, form)
    form = AddressForm(request.POST, country=cart.country, needs_place=cart.sends)
    if form.is_valid() and cart.sends and not cart.is_served:
        form.add_error("country", str(CannotDeliver(country_name(code, language()))))
    if not form.is_valid():
        return _address_again(request, form, status=422)
    _note_contact(request, cart, form)
    return see_other("checkout-delivery")


def _note_contact(request: Request, cart: Cart, form: AddressForm) -> None:
    contact = form.contact()
    if is_unchanged(cart.contact, contact):  # so that an open order stays the same order
        change.send_to(cart, contact.country)
        return
    contact.made_at = clock.moment_of(request)
    change.set_contact(cart, contact)


def _address_again(request: Request, form: AddressForm, *, status: int = 200) -> HttpResponse:
    at = clock.moment_of(request)
    priced = price_cart(cast("Shopper", shopper_of(request)), at=at)
    if priced is None:
        return see_other("cart")
    return _address_page(request, shown(form, priced, at=at), priced, status=status)


def _address_page(
    request: Request, fields: Fields, priced: PricedCart, *, status: int = 200
) -> HttpResponse:
    context = {
        **fields._asdict(),
        "sends": priced.has_goods,
        "sums": sums.show_sums(priced, currency=currency_of(request)),
        "shares": sums.show_shares(priced),
        "parcels": len(priced.chosen),
    }
    name = "address.html#step" if request.htmx else "address.html"
    return render(request, f"shop/checkout/{name}", context, status=status)


def _delivery_page(
    request: Request, shopper: Shopper, *, refusal: ShopError | None = None, status: int = 200
) -> HttpResponse:
    at = clock.moment_of(request)
    priced = price_cart(shopper, at=at)
    if priced is None:
        return see_other("cart")
    cart = priced.cart
    if priced.lacks_contact:
        return see_other("checkout")
    excess = too_large(priced, shopper, at=at)
    context = {
        "choices": choices(priced),
        "shown": chosen(priced),
        "sends": priced.has_goods,
        "contact": lines_of(cast("Contact", cart.contact), language(), sends=priced.has_goods),
        "duties": duties_of(priced),
        "notes": charge.notes(priced, shopper, at=at),
        "obstacles": charge.obstacles(priced) + ([str(excess)] if excess else []),
        "way": way_to_more(excess or refusal, shopper),
        "offer": charge.offer(priced, currency=currency_of(request), at=at),
        "parcels": parcels(len(priced.chosen)),
        "shares": sums.show_shares(priced),
        "terms_link": settings.TERMS_LINK,
        "asked_age": priced.asked_age,
        "said_age": _age(request) >= priced.asked_age,
        **refused(refusal),
    }
    name = "delivery.html#step" if request.htmx else "delivery.html"
    return render(request, f"shop/checkout/{name}", context, status=status)


def _age(request: Request) -> int:
    """Return how old the shopper says to be at least."""
    return number_of(request.POST.get("age", "")) or 0


def _agreed(request: Request) -> Agreement:
    """Return the agreement of the page: only compared with the present one, never believed."""
    minor = number_of(request.POST.get("total", ""))
    return Agreement(
        -1 if minor is None else minor, request.POST.get("digest", ""),
        request.POST.get("wish", ""), _age(request),
    )  # fmt: skip
