"""Finds an order by its link, and keeps the link from travelling further."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache

from shop.orders.models import NUMBER_START, Order, new_token

NUMBER = re.compile(r"BB-[0-9]{4}-([0-9]{6,15})")

OrderView = Callable[..., HttpResponse]


def find_order(number: str, token: str) -> Order:
    """Return the order of a link, with its contact. One statement.

    Raises:
        Http404: number and token do not belong together.
    """
    match = NUMBER.fullmatch(number)
    orders = Order.objects.select_related("contact")
    order = orders.filter(pk=int(match[1]) - NUMBER_START).first() if match else None
    # The same comparison is made when there is no order, so that the time tells nothing.
    right = constant_time_compare(token, order.token if order else new_token())
    if order is None or not right or order.number != number:
        raise Http404
    return order


def order_page(view: OrderView) -> Callable[..., HttpResponse]:
    """Give a view the order of its link; the page is kept nowhere and its address told to nobody.

    A page with a form sets another referrer policy itself: without any, browsers leave out
    where the form comes from, and it would be refused.
    """

    @never_cache
    @wraps(view)
    def answer(request: HttpRequest, number: str, token: str, **place: int) -> HttpResponse:
        response = view(request, find_order(number, token), **place)
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        return response

    return answer
