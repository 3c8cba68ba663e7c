"""Where parcels go and in which currency an approximate price is shown; kept in cookies."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from shop.catalogue.delivery.names import countries_by_name
from shop.core import cookies
from shop.core.currencies import OFFERED

COUNTRY_COOKIE = "country"
CURRENCY_COOKIE = "currency"
YEAR = 365 * 24 * 60 * 60  # seconds


def country_of(request: HttpRequest) -> str:
    """Return the country that the visitor chose for delivery, or the shop's usual one."""
    return _country(cookies.read(request, COUNTRY_COOKIE)) or settings.SHOP_COUNTRY


def currency_of(request: HttpRequest) -> str:
    """Return the currency in which approximate prices are shown."""
    return _currency(cookies.read(request, CURRENCY_COOKIE)) or settings.SHOP_CURRENCY


def remember(response: HttpResponse, *, country: str, currency: str) -> None:
    """Set the cookies of a choice; unknown countries and currencies not offered are left out."""
    chosen = {COUNTRY_COOKIE: _country(country), CURRENCY_COOKIE: _currency(currency)}
    for name, value in chosen.items():
        if value:
            cookies.keep(response, name, value, seconds=YEAR)


def _country(code: str) -> str:
    return code if code in dict(countries_by_name(settings.LANGUAGE_CODE)) else ""


def _currency(code: str) -> str:
    return code if code in OFFERED or code == settings.SHOP_CURRENCY else ""
