"""The page behind the link of an invitation: for a new account, or the one there is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.utils import perform_login
from django import forms
from django.contrib.auth.password_validation import (
    MinimumLengthValidator,
    get_default_password_validators,
)
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from shop.core import clock
from shop.core.errors import NotPossible
from shop.people.accounts import invitations
from shop.people.accounts.invitations import Invited
from shop.people.accounts.models import User
from shop.people.accounts.requests import SignedIn


@dataclass(frozen=True, slots=True)
class Door:
    """One kind of invitation: how it is accepted, the words of its page, and the page after it.

    ``words`` returns heading and first sentence for an invitation, or for None where the link
    opens nothing; ``home`` returns where it leads after joining.
    """

    kind: type[Any]
    accept: Callable[[str, User, datetime], object]
    accept_anew: Callable[[str, str, str, datetime], User]
    words: Callable[[Any], tuple[str, str]]
    home: Callable[[Any], str]


class FirstPasswordForm(forms.Form):
    """The form of an invited person's new account: name and password."""

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

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email
        rules = get_default_password_validators()
        for count in (row.min_length for row in rules if isinstance(row, MinimumLengthValidator)):
            text = ngettext("At least %(count)d character", "At least %(count)d characters", count)
            self.fields["password"].help_text = text % {"count": count}

    def clean_password(self) -> str:
        """Return the password if it is good enough."""
        return get_adapter().clean_password(self.cleaned_data["password"], User(email=self.email))


def welcome(request: HttpRequest, token: str, door: Door) -> HttpResponse:
    """Show an invitation to whoever has its link, and accept it."""
    at = clock.moment_of(request)
    try:
        found = invitations.find(door.kind, token, at=at)
        if request.user.is_authenticated:
            return _as_oneself(cast("SignedIn", request), found, token, door)
        if User.objects.filter(email__iexact=found.email).exists():
            return _page(request, door, found, has_account=True)
        return _anew(request, found, token, door)
    except NotPossible as refusal:
        return _page(request, door, None, status=404, refusal=str(refusal))


def _as_oneself(request: SignedIn, found: Invited, token: str, door: Door) -> HttpResponse:
    """Let somebody who is signed in accept the invitation to their address."""
    if request.user.email.lower() != found.email:
        return _page(request, door, found, other=request.user.email)
    if request.method != "POST":
        return _page(request, door, found, is_ready=True)
    door.accept(token, request.user, clock.moment_of(request))
    return redirect(door.home(found))


def _anew(request: HttpRequest, found: Invited, token: str, door: Door) -> HttpResponse:
    """Let somebody without an account choose a password, and sign them in."""
    form = FirstPasswordForm(request.POST or None, email=found.email)
    if request.method != "POST" or not form.is_valid():
        return _page(request, door, found, status=422 if form.errors else 200, form=form)
    answers = form.cleaned_data
    user = door.accept_anew(token, answers["name"], answers["password"], clock.moment_of(request))
    return perform_login(request, user, email_verification="none", redirect_url=door.home(found))


def _page(
    request: HttpRequest,
    door: Door,
    found: Invited | None,
    *,
    status: int = 200,
    **context: object,
) -> HttpResponse:
    """Write the page; its address is told to nobody."""
    heading, first = door.words(found)
    facts = {"invitation": found, "heading": heading, "first": first} | context
    answer = render(request, "account/invitation.html", facts, status=status)
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer
