"""Rules of a public demonstration that hold for every request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shop.core.demonstration.guards import Shared, is_shared

Answer = Callable[[HttpRequest], HttpResponse]

# What would change how people sign in to an account, or end their sessions.
OF_ACCOUNTS = {
    "account_change_password", "account_set_password", "account_email", "account-erase",
    "account_sign_out_elsewhere", "account_devices",
}  # fmt: skip
MFA = "mfa_"
HARMLESS = {"mfa_authenticate", "mfa_login_webauthn", "mfa_index"}


class PublicDemonstration:
    """Keeps search engines away, and shared accounts as they are."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and ask search engines not to list it."""
        response = self.get_response(request)
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Refuse to change an account that everybody uses."""
        match = request.resolver_match
        name = (match.url_name if match else "") or ""
        is_guarded = name in OF_ACCOUNTS or (name.startswith(MFA) and name not in HARMLESS)
        # Looking is guarded as well: allauth makes the secret of a second step when it is shown.
        if not is_guarded or not request.user.is_authenticated or not is_shared(request.user):
            return None
        refusal = Shared()
        facts = {"error": refusal, "message": str(refusal)}
        response = render(request, "shop/storefront/refused.html", facts, status=409)
        response.headers["Cache-Control"] = "private, no-store"
        return response
