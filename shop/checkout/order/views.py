"""The page of an order, the actions on it, and the orders of an account."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shop.checkout.desks import desks_of
from shop.checkout.order.access import order_page, own_order_page
from shop.checkout.order.after import afters
from shop.checkout.order.documents import links_to
from shop.checkout.order.index import orders_of
from shop.checkout.order.messages import threads_of
from shop.checkout.order.proof import is_proved
from shop.checkout.order.refunds import money_back
from shop.checkout.order.status import bring_up_to_date
from shop.checkout.order.summary import paid_with, show_order
from shop.checkout.order.tickets import visits_beside
from shop.checkout.provider_return import unpaid_page
from shop.core import clock
from shop.core.errors import NotPossible
from shop.core.forms.numbers import number_of
from shop.core.http import Request, see_other
from shop.money.payments.cancel import cancel_pending
from shop.money.payments.models import Payment
from shop.orders.adopt import keep, may_keep
from shop.orders.cart.current import signed_in
from shop.orders.models import Order
from shop.people.accounts.requests import SignedIn


@require_safe
@order_page
def order(request: HttpRequest, order: Order) -> HttpResponse:
    """Show an order to whoever has its link: parcels with where they are, and amounts.

    The address is shown to its owner alone.
    """
    at = clock.moment_of(request)
    if order.paid_at is None:
        is_known = bring_up_to_date(order, at=at)
        if order.paid_at is None:
            return unpaid_page(cast("Request", request), order, is_known=is_known)
    user = signed_in(request)
    payment = order.payments.filter(state=Payment.State.PAID).first()
    shown = show_order(order, links_to(order))
    proved = is_proved(request, order, at=at)
    parts = [parcel.part for parcel in shown.parcels]
    threads = threads_of(order, parts, at=at, is_proved=proved)
    context = {
        "order": order,
        "shown": shown,
        "visits": visits_beside(order, shown, at=at),
        "parcels": list(zip(shown.parcels, afters(order, shown, at=at), threads, strict=True)),
        "back": money_back(order),
        "method": paid_with(payment.method) if payment else "",
        "is_proved": proved,
        "is_own": user is not None and order.user_id == user.pk,
        "may_keep": user is not None and may_keep(order, user),
    }
    response = render(request, "shop/checkout/order.html", context)
    if proved:  # without any referrer a message would be sent as from nowhere, and refused
        response.headers["Referrer-Policy"] = "same-origin"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@own_order_page
def cancel(request: HttpRequest, order: Order) -> HttpResponse:
    """Ask whether the payment should be stopped, and stop it."""
    if request.method == "POST":
        try:
            cancel_pending(order, at=clock.moment_of(request))
        except NotPossible as refusal:
            return _ask(request, order, refusal=str(refusal), status=409)
        return see_other("order-stopped", order.number, order.token)
    if not order.is_pending:
        return see_other("order", order.number, order.token)
    return _ask(
        request,
        order,
        title=_("Stop this payment?"),
        text=_("The goods are no longer held for you. Your cart stays as it is."),
        button=_("Stop the payment"),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@order_page
def keep_order(request: SignedIn, order: Order) -> HttpResponse:
    """Ask whether a guest's order should belong to the account, and add it."""
    if request.method == "POST":
        try:
            keep(order, request.user)
        except NotPossible as refusal:
            return _ask(request, order, refusal=str(refusal), status=409)
        messages.success(request, _("The order is in your account now."))
        return see_other("order", order.number, order.token)
    return _ask(
        request,
        order,
        title=_("Add this order to your account?"),
        text=_("You find it among your orders then, without its link."),
        button=_("Add this order to my account"),
    )


@never_cache
@login_required
@require_safe
def account(request: SignedIn) -> HttpResponse:
    """List the orders of the signed-in person, newest first, and lead to the person's desks."""
    before = number_of(request.GET.get("before", ""))
    page = orders_of(request.user, before=before)
    more = f"{reverse('account')}?before={page.last}" if page.last else ""
    context = {
        "orders": page.orders,
        "more": more,
        "newest": reverse("account") if before else "",
        "desks": desks_of(request.user),
    }
    return render(request, "shop/checkout/account.html", context)


def _ask(request: HttpRequest, order: Order, *, status: int = 200, **said: str) -> HttpResponse:
    response = render(request, "shop/checkout/ask.html", {"order": order, **said}, status=status)
    # Without any referrer the form would be sent as from nowhere, and refused.
    response.headers["Referrer-Policy"] = "same-origin"
    return response
