"""Permissions at the organizers' desk, beside pages. Each group is a row."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from cms.roles import ANALYST, MERCHANDISER, ORGANIZER, REVIEWER
from shop.people.accounts.models import User
from shop.people.accounts.requests import SignedIn

SEES = (
    "view_festival", "view_slot", "view_enrolment", "view_nomination", "view_deal",
    "view_merchant", "view_product", "view_category", "view_order", "view_suborder",
    "view_changelog", "view_term", "view_meaning", "view_synonym",
)  # fmt: skip
COUNTS = ("view_settlement",)  # reads the money desk, books, settlements and papers
PLANS = (
    "add_festival", "change_festival", "add_slot", "change_slot", "delete_slot",
    "add_enrolment", "change_enrolment", "add_category", "change_category",
    "add_merchant", "change_merchant",
)  # fmt: skip
DECIDES = ("review_nomination",)
NAMES = ("add_term", "change_term", "delete_term")  # what is said in every language
FINDS = (
    "add_meaning", "change_meaning", "delete_meaning",
    "add_synonym", "change_synonym", "delete_synonym",
)  # fmt: skip
PUBLISHES = ("publish_festival",)
HELPS = ("change_order",)  # sees who bought, mends an address, has mails sent again
ERASES = ("erase_user",)  # a person who asks for it

# By group, codenames of the shop's permissions; migrations grant them, and Wagtail's own on pages.
PERMISSIONS: dict[str, tuple[str, ...]] = {
    ORGANIZER: (*SEES, *COUNTS, *PLANS, *DECIDES, *PUBLISHES, *HELPS, *ERASES, *NAMES, *FINDS),
    REVIEWER: (*SEES, *COUNTS, *DECIDES),
    MERCHANDISER: (*SEES, *NAMES, *FINDS),
    ANALYST: (*SEES, *COUNTS),
}

View = Callable[..., HttpResponseBase]


def proved_again(view: View) -> View:
    """Let a view answer who has proved again, within minutes, who they are; ask the others to.

    Where organizers sign in with a second step: a demonstration and development do without. What
    was sent is looked at afterwards, but for a file, which is chosen again.
    """
    stepped = reauthentication_required(view, enabled=lambda _request: settings.ORGANIZERS_NEED_MFA)

    @wraps(view)
    def asked(request: SignedIn, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            return stepped(request, *args, **kwargs)
        except ReauthenticationRequired:
            if not request.FILES:
                raise
            return redirect(
                reverse("account_reauthenticate", query={"next": request.get_full_path()})
            )

    return asked


def needs(codename: str, *, to_post: str = "") -> Callable[[View], View]:
    """Let a view answer those who have a permission; the others are told so, with 403.

    Args:
        codename: of the shop's permissions, or of another app's with its name before it.
        to_post: the permission that posting asks for, where it is another one.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: SignedIn, *args: object, **kwargs: object) -> HttpResponseBase:
            needed = to_post if to_post and request.method == "POST" else codename
            if not may(request.user, needed):
                return forbidden(request)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def may(user: User, codename: str) -> bool:
    """Tell whether somebody has a permission of the shop, or of the app that it names."""
    return user.has_perm(codename if "." in codename else f"shop.{codename}")


def own_stores(request: SignedIn) -> set[int]:
    """Return the stores for which somebody acts: on these, others decide."""
    return set(request.user.memberships.values_list("merchant", flat=True))


def forbidden(request: SignedIn) -> HttpResponse:
    """Say that a page belongs to other people's work."""
    return render(request, "cms/dashboard/forbidden.html", status=403)
