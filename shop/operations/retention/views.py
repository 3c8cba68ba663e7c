"""The pages on which somebody takes their own data along, and has the account erased.

Both ask for the password again where it was typed long ago: an open session is no proof.
"""

from __future__ import annotations

import json

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shop.core import clock
from shop.core.errors import NotPossible
from shop.core.http import see_other
from shop.operations.retention.erase import effect_of, erase_account
from shop.operations.retention.export import own_data
from shop.operations.retention.person import person_of
from shop.people.accounts.requests import SignedIn


@never_cache
@login_required
@require_safe
def data(request: SignedIn) -> HttpResponse:
    """Say what can be done with one's own data."""
    return render(request, "account/data.html")


@never_cache
@login_required
@require_safe
def data_file(request: SignedIn) -> HttpResponse:
    """Send all that is kept about the signed-in person as a file."""
    raise_if_reauthentication_required(request, app="")
    found = own_data(request.user, at=clock.moment_of(request))
    text = json.dumps(found, ensure_ascii=False, indent=2)
    answer = HttpResponse(text, content_type="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="baobab-data.json"'
    return answer


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: SignedIn) -> HttpResponse:
    """Say what goes and what stays, and erase the signed-in person."""
    raise_if_reauthentication_required(request, app="")
    at = clock.moment_of(request)
    refusal, status = effect_of(person_of(request.user), at=at).barred, 200
    if request.method == "POST":
        try:
            erase_account(request.user, at=at)
        except NotPossible as refused:
            refusal, status = str(refused), 409
        else:
            logout(request)
            messages.success(request, _("Your account is deleted."))
            return see_other("account_login")
    context = {"refusal": refusal, "years": settings.DOCUMENTS_KEPT_YEARS}
    return render(request, "account/erase.html", context, status=status)
