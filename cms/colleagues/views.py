"""Where the link of an invitation to the desk leads."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cms.colleagues import invite
from cms.colleagues.mail import called
from cms.colleagues.models import Invitation
from shop.people.accounts.models import User
from shop.people.accounts.welcome import Door, welcome


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation to whoever has its link, and accept it."""
    return welcome(request, token, DOOR)


def _accept(token: str, user: User, at: datetime) -> User:
    return invite.accept(token, user, at=at)


def _accept_anew(token: str, name: str, password: str, at: datetime) -> User:
    return invite.accept_anew(token, name=name, password=password, at=at)


def _words(found: Invitation | None) -> tuple[str, str]:
    if found is None:
        return _("Join the organizers’ desk"), ""
    first = _("You are invited as %(role)s, with the address %(email)s.")
    return _("Join the organizers’ desk"), first % {
        "role": called(found.role), "email": found.email,
    }  # fmt: skip


def _home(found: Invitation) -> str:
    return reverse("wagtailadmin_home")


DOOR = Door(Invitation, _accept, _accept_anew, _words, _home)
