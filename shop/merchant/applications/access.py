"""Who writes an application: whoever came by its link, or has an account with its address."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from shop.core.http import Request
from shop.merchant.applications.models import Application
from shop.merchant.applications.steps import PAPERS
from shop.orders.cart.current import has_verified_email
from shop.people.accounts.models import User

KEY = "application"


class ApplicantRequest(Request):
    """The request of an applicant, with the application that it is about."""

    application: Application
    user: Any


def applicants_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view answer an applicant; everybody else is led to where one begins."""

    @never_cache
    @wraps(view)
    def guarded(request: ApplicantRequest, *args: object, **kwargs: object) -> HttpResponse:
        found = current(request)
        if found is None:
            return redirect("apply")
        request.application = found
        return view(request, *args, **kwargs)

    return guarded


def current(request: Request) -> Application | None:
    """Return the application that this browser writes.

    Once somebody has shown that its mail is theirs, a browser that has not is let out: whoever
    typed the address of another person reads nothing of what that person writes then.
    """
    pk, is_proved = request.session.get(KEY, (None, False))
    if pk is None:
        return None
    rows = Application.objects.exclude(state=Application.State.WITHDRAWN)
    rows = rows if is_proved else rows.filter(proved_at=None)
    return rows.filter(pk=pk).prefetch_related(*PAPERS).first()


def remember(request: Request, application: Application, *, is_proved: bool) -> None:
    """Let this browser write an application, until it is left or the session ends.

    Args:
        is_proved: whether whoever uses it has shown that its mail is theirs.
    """
    request.session[KEY] = (application.pk, is_proved)


def leave(request: Request) -> None:
    """Let this browser forget the application: others may use it, too."""
    request.session.pop(KEY, None)


def own_applications(user: User) -> QuerySet[Application]:
    """Return the applications of an account whose address is proved, the newest first."""
    rows = Application.objects.exclude(state=Application.State.WITHDRAWN).order_by("-pk")
    return rows.filter(email=user.email.lower()) if has_verified_email(user) else rows.none()
