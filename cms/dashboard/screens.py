"""A screen of the organizers' desk in Wagtail's frame: title, trail, buttons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from wagtail.admin.widgets.button import HeaderButton

from cms.dashboard.changelog.text import what_changed
from shop.core.errors import ShopError
from shop.core.forms.numbers import number_of
from shop.festivals.changelog import ChangedMeanwhile
from shop.people.accounts.requests import SignedIn

Trail = Sequence[tuple[str, str]]


def seen_at(request: SignedIn, name: str = "seen") -> datetime | None:
    """Return when that was submitted which the form showed; None where it does not say so."""
    try:
        found = datetime.fromisoformat(request.POST.get(name, ""))
    except ValueError:
        return None
    return found if found.tzinfo else None


def words(request: SignedIn, name: str, *, most: int = 300) -> str:
    """Return a line that was typed: single blanks, and nothing that a database cannot keep."""
    return " ".join(request.POST.get(name, "").replace("\0", "").split())[:most]


def version_seen(request: SignedIn) -> int:
    """Return the version that a form showed; 0 where it does not say so."""
    return number_of(request.POST.get("version", "")) or 0


def words_of(refusal: ShopError) -> str:
    """Return the text of a refusal for a form; of somebody else's change also the remedy."""
    if not isinstance(refusal, ChangedMeanwhile):
        return str(refusal)
    names = what_changed(refusal.change)
    what = f" What changed: {names}." if names else ""
    return f"{refusal}{what} What you typed stands below; saving it again writes over that."


def show(
    request: SignedIn, template: str, title: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Return a screen. The frame takes its own names of ``context``, the template the rest.

    Args:
        trail: addresses and names of the screens above this one.
        icon: the name of one of Wagtail's icons.
        buttons: what can be done, at the head of the screen.
    """
    frame = {
        "header_title": title,
        "page_title": title,
        "header_icon": context.pop("icon", "calendar-alt"),
        "breadcrumbs_items": crumbs(context.pop("trail", ()), title),
        "header_buttons": list(context.pop("buttons", ())),
    }
    return render(request, f"cms/dashboard/{template}", frame | context, status=status)


def crumbs(trail: Trail, title: str) -> list[dict[str, str]]:
    """Return the way to a screen as Wagtail writes it."""
    way = [(reverse("wagtailadmin_home"), "Home"), *trail, ("", title)]
    return [{"url": url, "label": label} for url, label in way]


def button(label: str, url: str, icon: str) -> HeaderButton:
    """Return a button for the head of a screen."""
    return HeaderButton(label=label, url=url, icon_name=icon)
