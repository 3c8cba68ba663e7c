"""The language that a person chose: of mails, and of desks whose address says none."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language_from_path, get_language_from_request
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop.people.accounts.models import User
from shop.people.accounts.requests import SignedIn


def neutral_address(name: str, *args: object) -> str:
    """Return the full address of a page of a desk, in no language.

    Whoever opens it is led to it in the language that they chose, so that it can stand in a mail,
    a code or a calendar without knowing its reader.
    """
    with translation.override(settings.LANGUAGE_CODE):
        return settings.SITE_URL + reverse(name, args=args)


def address_in_own_language(request: SignedIn) -> str:
    """Return the address of a page in its reader's language; empty where it is the right one.

    An address that says a language is always right: somebody chose it. Who never chose one is
    answered in that of the browser. No statement.
    """
    language = request.user.language or get_language_from_request(request)
    if request.method not in ("GET", "HEAD") or get_language_from_path(request.path_info):
        return ""
    if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return ""  # a script reads more of a page that is open already
    if language == settings.LANGUAGE_CODE or language not in dict(settings.LANGUAGES):
        return ""
    return readdressed(request.get_full_path(), language)


def readdressed(address: str, language: str) -> str:
    """Return an address of this site, which begins with a slash, in a language."""
    own = get_language_from_path(address.partition("?")[0])
    plain = address.removeprefix(f"/{own}") if own and address.startswith(f"/{own}/") else address
    plain = f"/{plain.lstrip('/')}"  # what begins with two slashes is of another site
    return plain if language == settings.LANGUAGE_CODE else f"/{language}{plain}"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own_language(request: SignedIn) -> HttpResponse:
    """Show the languages, and keep the one that somebody chooses; then go back, in it."""
    chosen = request.POST.get("language", "")
    if request.method != "POST" or chosen not in dict(settings.LANGUAGES):
        context = {"languages": settings.LANGUAGES, "kept": request.user.language}
        status = 400 if request.method == "POST" else 200
        return render(request, "account/language.html", context, status=status)
    User.objects.filter(pk=request.user.pk).update(language=chosen)
    with translation.override(chosen):
        messages.success(request, _("From now on, your mails come in this language too."))
    return HttpResponseRedirect(readdressed(_back(request), chosen), status=303)


def _back(request: HttpRequest) -> str:
    """Return where the form stood; an address of another site is none."""
    back, own = request.POST.get("next", ""), reverse("account_language")
    hosts = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(back, hosts, require_https=request.is_secure())
    return back if is_ours and back.startswith("/") else own
