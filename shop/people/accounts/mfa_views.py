"""Turning a second step on: allauth's pages, the end of the other sessions, and mail about it."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.db import transaction
from django.forms import Form
from django.http import HttpResponse

from shop.people.accounts.mfa_adapter import passkeys_elsewhere
from shop.people.accounts.second_step import second_steps, turned_on


class TurnOnCodes(ActivateTOTPView):
    """The app with codes: the first code proves that it works."""

    @transaction.atomic
    def form_valid(self, form: Form) -> HttpResponse:
        """Turn it on, and end the sessions that were opened without it, or do neither."""
        answer = super().form_valid(form)
        turned_on(self.request, second_steps(self.request.user).get(type=Authenticator.Type.TOTP))
        get_adapter(self.request).notify("mfa-on", self.request.user)
        return answer


class AddPasskey(AddWebAuthnView):
    """A passkey, kept by a telephone, a computer or a security key."""

    @transaction.atomic
    def form_valid(self, form: Form) -> HttpResponse:
        """Add it, and end the sessions that were opened without it, or do neither."""
        answer = super().form_valid(form)
        turned_on(self.request, second_steps(self.request.user).latest("pk"))
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask for a key that can sign in alone, where the device makes such; say where it works."""
        context = super().get_context_data(**kwargs)
        wanted = context["js_data"]["creation_options"]["publicKey"]["authenticatorSelection"]
        wanted |= {"residentKey": "preferred", "requireResidentKey": False}
        return context | {"elsewhere": passkeys_elsewhere(self.request)}


class NewCodes(GenerateRecoveryCodesView):
    """Recovery codes in place of those that there are."""

    @transaction.atomic
    def form_valid(self, form: Form) -> HttpResponse:
        """Make them and queue the mail about it, or do neither."""
        answer = super().form_valid(form)
        get_adapter(self.request).notify("mfa-codes", self.request.user)
        return answer


turn_on_codes = TurnOnCodes.as_view()
add_passkey = AddPasskey.as_view()
new_codes = NewCodes.as_view()
