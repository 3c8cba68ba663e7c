"""Next year's festival from this one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from cms.dashboard.addresses import trail_of
from cms.dashboard.permissions import needs
from cms.dashboard.screens import show
from shop.core import clock
from shop.core.errors import ShopError
from shop.core.forms.fields import LineField
from shop.festivals.local_time import YEARS, wall_of
from shop.festivals.models import Festival
from shop.festivals.schedule.clone import clone_festival
from shop.people.accounts.requests import SignedIn


class CloneForm(forms.Form):
    """The title and first day of the copy."""

    title = LineField(max_length=120, help_text="Its address is made from it.")
    first_day = forms.DateField(
        widget=forms.DateInput({"type": "date"}),
        help_text="All other times move by as many days; the hours stay.",
    )

    def clean_first_day(self) -> Any:
        """Refuse a year for which nobody plans."""
        day = self.cleaned_data["first_day"]
        if day.year not in YEARS:
            raise forms.ValidationError("This day is too far away.")
        return day


@require_http_methods(["GET", "HEAD", "POST"])
@needs("add_festival")
def clone(request: SignedIn, pk: int) -> HttpResponse:
    """Make a new draft from a festival; name the parts that could not be kept as they were."""
    festival = get_object_or_404(Festival, pk=pk)
    day = wall_of(festival.starts_at, festival.zone).date()
    later = day + timedelta(weeks=52)  # the same day of the week
    form = CloneForm(request.POST or None, initial={"title": festival.title, "first_day": later})
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        try:
            made = clone_festival(
                festival, answers["title"], answers["first_day"],
                at=clock.moment_of(request), by=request.user,
            )  # fmt: skip
        except ShopError as refusal:
            form.add_error(None, str(refusal))
        else:
            text = f"“{made.festival.title}” is planned"
            if made.is_new:
                messages.success(request, f"{text}. Look at its times, then invite.")
            else:
                messages.info(request, f"{text} already.")
            for note in made.notes:
                messages.warning(request, note)
            return redirect("desk:festival", made.festival.pk)
    about = (
        "Its rules, slots, enrolment times and benefits come along. Stores, nominations and deals "
        "do not: each year's terms are accepted anew. Benefits come as drafts without their codes. "
        "Title, line and buttons of its page are kept; its introduction and headings spoke of the "
        "past festival and are written anew."
    )
    return show(
        request, "form.html", f"A new festival like {festival.title}", trail=trail_of(festival),
        status=422 if form.errors else 200, form=form, save="Make it", about=about,
    )  # fmt: skip
