"""Takes over, once, cookies with the names that they had before ``__Host-``.

Others may have planted such a cookie, so its word is not good enough to go on with: the cart gets
another token, which whoever planted the old one does not know. Sessions are not taken over at
all; people sign in once more.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from shop.core import cookies
from shop.orders.adopt import rename_shopper
from shop.orders.cart import current
from shop.storefront.preferences import COUNTRY_COOKIE, CURRENCY_COOKIE, remember

PREFERENCES = (COUNTRY_COOKIE, CURRENCY_COOKIE)
OLD = ("sessionid", "csrftoken", "messages", "place", "preview", current.COOKIE, *PREFERENCES)

Answer = Callable[[HttpRequest], HttpResponse]


class OldCookies:
    """Reads cookies of the old names once, gives them their new ones, and takes the old away."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as if the browser had sent the new names."""
        old = [name for name in OLD if name in request.COOKIES] if settings.COOKIE_PREFIX else []
        if not old:
            return self.get_response(request)
        token = _cart_of(request)
        chosen = {name: _choice_of(request, name) for name in PREFERENCES}
        response = self.get_response(request)
        if not any(cookies.name_of(name) in response.cookies for name in PREFERENCES):
            remember(response, country=chosen[COUNTRY_COOKIE], currency=chosen[CURRENCY_COOKIE])
        current.remember_cart(response, token)
        for name in old:
            response.delete_cookie(name, samesite="Lax")
        return response


def _choice_of(request: HttpRequest, name: str) -> str:
    """Return a preference of the old name, and let the page know it by the new one."""
    value = "" if cookies.read(request, name) else request.COOKIES.get(name, "")
    if value:
        request.COOKIES[cookies.name_of(name)] = value
    return value


def _cart_of(request: HttpRequest) -> str | None:
    """Return a new token for the cart of the old name; nothing if there is none to take over."""
    if cookies.read(request, current.COOKIE):
        return None
    token = _with_another_token(request.COOKIES.get(current.COOKIE, ""))
    if token:
        request.COOKIES[cookies.name_of(current.COOKIE)] = token
    return token


@transaction.atomic
def _with_another_token(old: str) -> str | None:
    """Give a guest's cart, and its open order, another token. Orders are locked before carts."""
    before, token = current.hash_of(old), current.new_token()
    if not before or not current.is_guests(before):
        return None
    rename_shopper(f"c{before}", f"c{current.hash_of(token)}")
    return token if current.rename_cart(before, current.hash_of(token)) else None
