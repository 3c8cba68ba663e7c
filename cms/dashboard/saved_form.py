"""The form of one row that organizers keep: shown, saved, and refused where another was faster."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import redirect

from cms.dashboard.screens import Trail, show, version_seen, words_of
from shop.core import clock
from shop.core.errors import ShopError
from shop.festivals.changelog import version_of
from shop.people.accounts.models import User
from shop.people.accounts.requests import SignedIn


class KeptForm(NamedTuple):
    """What the page of a row says, and where it leads back to."""

    new: str
    """Its title where the row is not there yet."""
    saved: str
    back: str
    icon: str
    trail: Trail


def keep(
    request: SignedIn,
    page: KeptForm,
    form: forms.Form,
    row: Model | None,
    save: Callable[[int, datetime, User], object],
) -> HttpResponse:
    """Show the form of a row, or of a new one, and save what was typed.

    Args:
        save: is given the version that the form was opened with, when, and by whom; what it
            refuses is written into the form.
    """
    if request.method == "POST" and form.is_valid():
        try:
            save(version_seen(request), clock.moment_of(request), request.user)
        except ShopError as refusal:
            form.add_error(None, words_of(refusal))
        else:
            messages.success(request, page.saved)
            return redirect(page.back)
    return show(
        request, "form.html", f"Change {row}" if row else page.new, trail=page.trail,
        icon=page.icon, form=form, save="Save", version=version_of(row) if row else None,
        status=422 if form.errors else 200,
    )  # fmt: skip
