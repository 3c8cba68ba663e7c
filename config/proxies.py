"""Lets only listed proxies say who the client is and how it came."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from shop.core.networks import is_listed_proxy

SAID_BY_PROXIES = (
    "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT", "HTTP_FORWARDED", "HTTP_X_REQUEST_ID",
)  # fmt: skip


class ListedProxies:
    """Drops the headers of forwarding unless a proxy of ``TRUSTED_PROXIES`` sent them.

    Anybody can send these headers; a request over plain HTTP would pass for an encrypted one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, without headers that are not to be believed."""
        if not is_listed_proxy(request.META.get("REMOTE_ADDR", "")):
            for name in SAID_BY_PROXIES:
                request.META.pop(name, None)
        return self.get_response(request)
