"""Signing out everywhere else: for whoever lost a telephone or forgot to sign out at a friend's."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop.people.accounts.requests import SignedIn
from shop.people.accounts.sessions import end_other_sessions


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign_out_elsewhere(request: SignedIn) -> HttpResponse:
    """Ask whether all other devices should be signed out, and sign them out."""
    if request.method != "POST":
        return render(request, "account/sign_out_elsewhere.html")
    end_other_sessions(request)
    messages.success(request, _("You are signed out on all other devices."))
    return redirect("account")
