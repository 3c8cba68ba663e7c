"""The second step of signing in: whether somebody has one, and whether this session took it."""

from __future__ import annotations

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from shop.people.accounts.models import User
from shop.people.accounts.requests import SignedIn
from shop.people.accounts.sessions import end_other_sessions, end_sessions

METHOD = "mfa"  # allauth's word for it, in the session's own list of what was proved
KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What is a second step; recovery codes only stand in for one that was lost."""
CAME_FROM = "second_step_for"


def second_steps(user: User | AnonymousUser | OuterRef) -> QuerySet[Authenticator]:
    """Return a person's second steps: the app with codes, and passkeys."""
    return Authenticator.objects.filter(user=user, type__in=KINDS)


def has_passed(request: HttpRequest) -> bool:
    """Tell whether this very session was opened with a second step. No statement."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == METHOD for record in records)


def count_as_passed(request: HttpRequest, step: Authenticator) -> None:
    """Note that this session has just proved a second step, as signing in with it would."""
    record_authentication(request, request.user, METHOD, id=step.pk, type=step.type)


def turned_on(request: SignedIn, step: Authenticator) -> None:
    """End the person's other sessions, which were opened without the step; this one proved it."""
    end_other_sessions(request)
    count_as_passed(request, step)


@transaction.atomic
def turn_off(user: User) -> bool:
    """Take all second steps and codes from a person who lost them; return whether there were any.

    Whoever holds what was lost may hold an open session too, so all of them end.
    """
    count, _rows = Authenticator.objects.filter(user=user).delete()
    if count:
        end_sessions(user)
    return bool(count)


def lead_to_it(request: HttpRequest, *, why: str) -> HttpResponse:
    """Send somebody to where the second step is taken, or turned on; then back to here."""
    here = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
    kinds = set(second_steps(request.user).values_list("type", flat=True))
    messages.warning(request, why)
    if not kinds:
        request.session[CAME_FROM] = here
        return redirect("mfa_index")
    by_code = Authenticator.Type.TOTP in kinds
    name = "mfa_reauthenticate" if by_code else "mfa_reauthenticate_webauthn"
    return redirect(reverse(name) + "?" + urlencode({"next": here}))
