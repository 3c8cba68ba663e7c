"""Finds an order by its link, asks for a proof where one is due, and keeps the link at home."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import cast

from django.db.models import Expression, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import ResolverMatch
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache

from shop.checkout.order.proof import is_old, is_proved, with_end
from shop.core import clock
from shop.core.http import see_other
from shop.core.statements.composed import ID, composed
from shop.orders.models import NUMBER_START, Order, new_token

NUMBER = re.compile(r"BB-[0-9]{4}-([0-9]{6,15})")

# Where a proof leads on to, by the page that asked for it. What was sent is not done by it.
PAGES_AFTER = {
    "order-invoice": "order-invoice",
    "order-cancel": "order-cancel",
    "order-keep": "order-keep",
    "order-tickets": "order-tickets",
    "order-session": "order-tickets",
    "order-ask": "order",
    "order-request": "order",
    "order-arrival": "order",
    "order-replacement-arrival": "order",
    "order-messages": "order",
    "order-needs": "order",
    "order-paper": "order-invoice",
}

OrderView = Callable[..., HttpResponse]


def find_order(number: str, token: str) -> Order:
    """Return the order of a link, with its contact, its cart and its end. One statement.

    Raises:
        Http404: number and token do not belong together.
    """
    match = NUMBER.fullmatch(number)
    found = orders_with_end(pk=int(match[1]) - NUMBER_START) if match else ()
    order = next(iter(found), None)
    # The same comparison is made when there is no order, so that the time tells nothing.
    right = constant_time_compare(token, order.token if order else new_token())
    if order is None or not right or order.number != number:
        raise Http404
    return order


@composed(pk=ID)
def orders_with_end(*, pk: Expression) -> QuerySet[Order]:
    """Return the order of an id with its contact, its cart and its end."""
    return with_end(Order.objects.select_related("contact", "cart")).filter(pk=pk)


def order_page(view: OrderView) -> Callable[..., HttpResponse]:
    """Give a view the order of its link; one that is long over asks for a proof first.

    The page is kept nowhere and its address told to nobody. A page with a form sets another
    referrer policy itself: without any, browsers leave out where the form comes from, and it
    would be refused.
    """
    return _page(view, lambda request, order: _asks(request, order, always=False))


def own_order_page(view: OrderView) -> Callable[..., HttpResponse]:
    """Give a view the order of its link if the reader has shown that it is their own.

    For what shows an address, or acts. Everybody else is asked for a proof, whatever was sent.
    """
    return _page(view, lambda request, order: _asks(request, order, always=True))


def open_page(view: OrderView) -> Callable[..., HttpResponse]:
    """Give a view the order of its link without asking: for the ways to prove it."""
    return _page(view, lambda request, order: False)


def _page(view: OrderView, asks: Callable[[HttpRequest, Order], bool]) -> OrderView:
    @never_cache
    @wraps(view)
    def answer(request: HttpRequest, number: str, token: str, **place: int | str) -> HttpResponse:
        order = find_order(number, token)
        response = (
            _ask_for_proof(request, order)
            if asks(request, order)
            else view(request, order, **place)
        )
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        return response

    return answer


def _asks(request: HttpRequest, order: Order, *, always: bool) -> bool:
    at = clock.moment_of(request)
    return (always or is_old(order, at=at)) and not is_proved(request, order, at=at)


def _ask_for_proof(request: HttpRequest, order: Order) -> HttpResponse:
    page = PAGES_AFTER.get(cast("ResolverMatch", request.resolver_match).url_name or "", "order")
    response = see_other("order-code", order.number, order.token)
    response.headers["Location"] += f"?next={page}"
    return response
