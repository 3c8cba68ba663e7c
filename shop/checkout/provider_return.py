"""Where the payment page sends the shopper back to. The address is believed in nothing."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shop.checkout.order.access import order_page
from shop.checkout.order.proof import is_proved
from shop.checkout.order.status import bring_up_to_date, standing
from shop.checkout.order.summary import show_order
from shop.checkout.order.tickets import visits_beside
from shop.core import clock
from shop.core.http import Request, see_other
from shop.orders.adopt import may_keep
from shop.orders.cart.current import signed_in
from shop.orders.models import Order
from shop.storefront.cache.catalogue_version import current_version


@require_safe
@order_page
def paid(request: Request, order: Order) -> HttpResponse:
    """Show the confirmation if the provider says that the order is paid, or how it stands."""
    came_from = request.GET.get("s", "")
    is_known = bring_up_to_date(order, came_from=came_from, at=clock.moment_of(request))
    if order.is_paid:
        return _confirmed(request, order)
    return unpaid_page(request, order, is_known=is_known)


@require_safe
@order_page
def stopped(request: Request, order: Order) -> HttpResponse:
    """Tell somebody who left the payment page that nothing was charged, if that is so."""
    is_known = bring_up_to_date(order, at=clock.moment_of(request))
    if order.is_paid:
        return _confirmed(request, order)
    return unpaid_page(request, order, is_known=is_known, stopped=True)


def unpaid_page(
    request: Request, order: Order, *, is_known: bool | None, stopped: bool = False
) -> HttpResponse:
    """Show how an order without its money stands, and the ways to go on."""
    zone = current_version(at=clock.moment_of(request)).zone
    state = standing(order, zone=zone, is_known=is_known, stopped=stopped)
    if request.htmx and state.asks_again:
        return HttpResponse(status=204)  # nothing new: whoever reads the page keeps their place
    context = {"order": order, "standing": state, "zone": zone}
    return render(request, "shop/checkout/unpaid.html", context)


def _confirmed(request: Request, order: Order) -> HttpResponse:
    """Thank by name; a browser that did not place the order gets its page, which names nobody."""
    if not is_proved(request, order, at=clock.moment_of(request)):
        return see_other("order", order.number, order.token)
    user, shown = signed_in(request), show_order(order)
    context = {
        "order": order,
        "shown": shown,
        "visits": visits_beside(order, shown, at=clock.moment_of(request)),
        "may_sign_up": user is None and order.user_id is None,
        "may_keep": user is not None and may_keep(order, user),
    }
    return render(request, "shop/checkout/confirmed.html", context)
