"""Where the link of an invitation leads: a new account, or the role for the one there is."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.utils import perform_login
from django import forms
from django.contrib.auth.password_validation import (
    MinimumLengthValidator,
    get_default_password_validators,
)
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cms.colleagues import inviting
from cms.colleagues.mailing import called
from cms.colleagues.models import Invitation
from shop import clock
from shop.accounts.models import User
from shop.errors import NotPossible


class FirstPasswordForm(forms.Form):
    """What an account of a new colleague needs."""

    name = forms.CharField(
        label=_("Full name"),
        max_length=150,
        error_messages={"required": _("Enter your full name")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Password"),
        error_messages={"required": _("Choose a password")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: object, email: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.email = email
        rules = get_default_password_validators()
        for count in (row.min_length for row in rules if isinstance(row, MinimumLengthValidator)):
            text = ngettext("At least %(count)d character", "At least %(count)d characters", count)
            self.fields["password"].help_text = text % {"count": count}

    def clean_password(self) -> str:
        """Return the password if it is good enough."""
        return get_adapter().clean_password(self.cleaned_data["password"], User(email=self.email))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation to whoever has its link, and accept it."""
    at = clock.moment_of(request)
    try:
        found = inviting.find(token, at=at)
        if request.user.is_authenticated:
            return _as_oneself(request, found, token)
        if User.objects.filter(email__iexact=found.email).exists():
            return _page(request, found, has_account=True)
        return _anew(request, found, token)
    except NotPossible as refusal:
        return _page(request, None, status=404, refusal=str(refusal))


def _as_oneself(request: HttpRequest, found: Invitation, token: str) -> HttpResponse:
    """Let somebody who is signed in accept what is meant for their address."""
    if request.user.email.lower() != found.email:
        return _page(request, found, other=request.user.email)
    if request.method != "POST":
        return _page(request, found, is_ready=True)
    inviting.accept(token, request.user, at=clock.moment_of(request))
    return redirect("wagtailadmin_home")


def _anew(request: HttpRequest, found: Invitation, token: str) -> HttpResponse:
    """Let somebody without an account choose a password, and sign them in."""
    form = FirstPasswordForm(request.POST or None, email=found.email)
    if request.method != "POST" or not form.is_valid():
        return _page(request, found, status=422 if form.errors else 200, form=form)
    answers = form.cleaned_data
    user = inviting.accept_anew(
        token, name=answers["name"], password=answers["password"], at=clock.moment_of(request)
    )
    return perform_login(
        request, user, email_verification="none", redirect_url=reverse("wagtailadmin_home")
    )


def _page(
    request: HttpRequest, found: Invitation | None, *, status: int = 200, **context: object
) -> HttpResponse:
    """Write the page; its address is told to nobody."""
    facts = {"invitation": found, "role": called(found.role) if found else ""}
    answer = render(request, "cms/invitation.html", facts | context, status=status)
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer
