"""Wagtail's admin for organizers, behind the shop's own sign-in."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override
from wagtail.admin import urls as admin_urls
from wagtail.utils.urlpatterns import decorate_urlpatterns

from cms.dashboard.frame import read_frame
from shop.people.accounts.second_step import has_passed, lead_to_it

View = Callable[..., HttpResponse]


def sign_in(request: HttpRequest) -> HttpResponse:
    """Send to the shop's sign-in, with its limits and second step; Wagtail's own has neither.

    Whoever is signed in and was sent here may not enter: to them there is no such page.
    """
    if request.user.has_perm("wagtailadmin.access_admin"):
        return redirect("wagtailadmin_home")
    if request.user.is_authenticated:
        raise Http404
    back = request.GET.get("next") or reverse("wagtailadmin_home")
    return redirect(reverse("account_login") + "?" + urlencode({"next": back}))


def with_second_step(view: View) -> View:
    """Let organizers in whose session took the second step; lead the others to it.

    That they have one is not enough: a session from before they turned it on has proved nothing.
    A demonstration and development do without.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        user = request.user
        has_step = user.is_authenticated and read_frame(user)
        is_organizer = user.is_authenticated and user.has_perm("wagtailadmin.access_admin")
        has_entered = has_step and has_passed(request)
        if settings.ORGANIZERS_NEED_MFA and is_organizer and not has_entered:
            return lead_to_it(request, why=_("Organizers sign in with a second step."))
        return view(request, *args, **kwargs)

    return guarded


def reset(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Send to the shop's own way to a new password."""
    return redirect("account_reset_password")


# Before Wagtail's own: the first match answers.
urlpatterns = [
    path("login/", sign_in),
    path("logout/", lambda request: redirect("account_logout")),
    path("password_reset/", reset),
    path("password_reset/<path:rest>", reset),
    path(
        "",
        include(
            decorate_urlpatterns(
                decorate_urlpatterns(list(admin_urls.urlpatterns), with_second_step),
                csp_override(settings.ADMIN_CSP),
            )
        ),
    ),
]
