"""Where the link of an invitation to a store leads, and who comes without one."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shop.core import clock
from shop.core.errors import NotPossible
from shop.core.forms.numbers import number_of
from shop.merchant.dashboard.people import invite
from shop.people.accounts.models import User
from shop.people.accounts.requests import SignedIn
from shop.people.accounts.welcome import Door, welcome
from shop.people.merchants.models import Membership, StoreInvitation


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: SignedIn, token: str) -> HttpResponse:
    """Show an invitation to whoever has its link, and accept it."""
    return welcome(request, token, DOOR)


def storeless(request: SignedIn) -> HttpResponse:
    """Tell somebody who works for no store how one does.

    What waits for the address of the account, which is proved, can be joined here without the
    link of its mail.
    """
    at, status = clock.moment_of(request), 200
    if request.method == "POST":
        try:
            found = invite.accept_open(_asked(request), request.user, at=at)
        except NotPossible as refusal:
            messages.error(request, str(refusal))
            status = 422
        else:
            return redirect("workspace-store", found.merchant.slug)
    waiting = list(invite.open_for(request.user, at=at))
    facts = {"email": request.user.email, "invitations": waiting}
    return render(request, "shop/merchant/dashboard/storeless.html", facts, status=status)


def _asked(request: SignedIn) -> int:
    """Return which invitation a button named; 0 where it names none."""
    return number_of(request.POST.get("invitation", "")) or 0


def _accept(token: str, user: User, at: datetime) -> Membership:
    return invite.accept(token, user, at=at)


def _accept_anew(token: str, name: str, password: str, at: datetime) -> User:
    return invite.accept_anew(token, name=name, password=password, at=at)


def _words(found: StoreInvitation | None) -> tuple[str, str]:
    if found is None:
        return _("Join"), ""
    store = found.merchant.name
    first = _("You are invited to work for %(store)s, with the address %(email)s.")
    return _("Join %(store)s") % {"store": store}, first % {"store": store, "email": found.email}


def _home(found: StoreInvitation) -> str:
    return reverse("workspace-store", args=[found.merchant.slug])


DOOR = Door(StoreInvitation, _accept, _accept_anew, _words, _home)
