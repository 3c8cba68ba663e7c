"""Rules that hold for every request: language, cross-site posts, refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_path

from shop.core.errors import ShopError
from shop.core.http import Request

Answer = Callable[[HttpRequest], HttpResponse]


class LanguageFromPath:
    """Takes the language from the address alone, so that a page is the same for everyone."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the language of the address."""
        language = get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


class SameOriginCsrf(CsrfViewMiddleware):
    """For views marked ``tokenless`` the browser's own word replaces the token.

    Shared pages are the same bytes for everyone and so can carry no token. Browsers say in
    Sec-Fetch-Site where a request comes from; older ones send Origin with a post. One that
    says neither gets a small page with a token and the same fields.
    """

    _accept: Callable[..., Any]
    _reject: Callable[..., Any]
    _origin_verified: Callable[..., bool]

    def process_view(  # type: ignore[override]  # the page that asks again is no refusal
        self,
        request: HttpRequest,
        callback: Any,
        callback_args: tuple[Any, ...],
        callback_kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        """Let a post to a tokenless view pass when the browser vouches for it."""
        if request.method == "POST" and getattr(callback, "tokenless", False):
            site = request.headers.get("Sec-Fetch-Site")
            if site == "same-origin" or (site is None and self._origin_is_ours(request)):
                return self._accept(request)
            if site in (None, "same-origin") and not request.headers.get("Origin"):
                return self._ask_again(request, callback, callback_args, callback_kwargs)
            return self._reject(request, f"a post from {site or 'another origin'}")
        return super().process_view(request, callback, callback_args, callback_kwargs)

    def _origin_is_ours(self, request: HttpRequest) -> bool:
        return bool(request.headers.get("Origin")) and self._origin_verified(request)

    def _ask_again(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        if "csrfmiddlewaretoken" in request.POST:
            return super().process_view(request, *view)
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
        response = render(request, "shop/storefront/confirm.html", {"fields": fields}, status=403)
        response.headers["Cache-Control"] = "no-store"
        return response


def tokenless(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view that shared pages post to: see ``SameOriginCsrf``."""
    marked: Any = view
    marked.tokenless = True
    return view


class Refusals:
    """Turns a refusal into its sentence: a fragment for htmx, a page otherwise."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: Request, error: Exception) -> HttpResponse | None:
        """Render a refusal that no view handled; a bug stays a 500."""
        if not isinstance(error, ShopError):
            return None
        name = "components/alert.html" if request.htmx else "shop/storefront/refused.html"
        response = render(request, name, {"error": error, "message": str(error)}, status=409)
        response.headers["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["HX-Request"])
        return response
