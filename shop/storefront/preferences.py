"""Where parcels go and in which currency an approximate price is shown; kept in cookies."""

from django.conf import settings
from django.http import HttpRequest

from shop.currencies import OFFERED

COUNTRY_COOKIE = "country"
CURRENCY_COOKIE = "currency"


def country_of(request: HttpRequest) -> str:
    """Return the country that the visitor chose for delivery, or the shop's usual one."""
    code = request.COOKIES.get(COUNTRY_COOKIE, "").upper()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else settings.SHOP_COUNTRY


def currency_of(request: HttpRequest) -> str:
    """Return the currency in which approximate prices are shown."""
    code = request.COOKIES.get(CURRENCY_COOKIE, "").upper()
    return code if code in OFFERED else settings.SHOP_CURRENCY
