"""Where the link of an invitation to a store leads, and who comes without one."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shop.accounts.models import User
from shop.accounts.welcoming import Door, welcome
from shop.merchants.models import Membership, StoreInvitation
from shop.workspace.people import inviting


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation to whoever has its link, and accept it."""
    return welcome(request, token, DOOR)


def _accept(token: str, user: User, at: datetime) -> Membership:
    return inviting.accept(token, user, at=at)


def _accept_anew(token: str, name: str, password: str, at: datetime) -> User:
    return inviting.accept_anew(token, name=name, password=password, at=at)


def _words(found: StoreInvitation | None) -> tuple[str, str]:
    if found is None:
        return _("Join"), ""
    store = found.merchant.name
    first = _("You are invited to work for %(store)s, with the address %(email)s.")
    return _("Join %(store)s") % {"store": store}, first % {"store": store, "email": found.email}


def _home(found: StoreInvitation) -> str:
    return reverse("merchant-store", args=[found.merchant.slug])


DOOR = Door(StoreInvitation, _accept, _accept_anew, _words, _home)
