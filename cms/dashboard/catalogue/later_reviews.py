"""Changes of trusted stores: public already, and looked at later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.timesince import timesince
from django.views.decorators.http import require_http_methods

from cms.dashboard.catalogue.pending_changes import QUEUE as CHANGES
from cms.dashboard.catalogue.pending_changes import SideColumn
from cms.dashboard.festivals.history import lines_about
from cms.dashboard.listing import ChoiceFilter, ListFilters, ListView, WordsFilter
from cms.dashboard.permissions import needs
from cms.dashboard.screens import show
from cms.dashboard.tables import BREAK, Column, HeadColumn, Table, joined, link, moment
from shop.core import clock
from shop.core.errors import ShopError
from shop.core.forms.fields import ProseField
from shop.merchant.moderation import trust
from shop.merchant.moderation.models import LaterReview
from shop.people.accounts.requests import SignedIn

QUEUE = "desk:later-reviews"
WAITING, LOOKED = "waiting", "looked"
SIDES = (HeadColumn("What", "name"), SideColumn("Before", "before", "del"),
         SideColumn("Public now", "after", "ins"))  # fmt: skip


class LaterFilters(ListFilters):
    state = ChoiceFilter(
        "State", [(WAITING, "Waiting"), (LOOKED, "Looked at")], required=True,
        method=lambda rows, _name, state: rows.filter(looked_at__isnull=state == WAITING),
    )  # fmt: skip
    q = WordsFilter("Product or store", "product__title", "merchant__name", most=60)


class LaterReviewsView(ListView):
    """The changes that are public and wait for somebody to look, the oldest first."""

    needed = "review_nomination"
    filterset_class = LaterFilters
    usual: Mapping[str, str] = {"state": WAITING}
    default_ordering = ("at", "pk")
    page_title = "Changes of trusted stores"
    table_label = "Changes"
    header_icon = "view"
    about = (
        "Stores that organizers trust change words and pictures of what is on sale at once. What "
        "they changed waits here to be looked at. Certificates have a list of their own."
    )
    none, none_fits = "Nothing waits to be looked at.", "Nothing fits this filter."

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list."""
        return [
            Column("What", lambda row: link(row, reverse("desk:later-review", args=[row.pk]))),
            Column("Store", "merchant.name"),
            Column("Changed", lambda row: ", ".join(part["name"] for part in row.shown)),
            Column("Public since", lambda row: joined(
                BREAK, (moment(row.at), timesince(row.at, self.at, depth=1))
            )),
        ]  # fmt: skip

    def get_base_queryset(self) -> QuerySet[LaterReview]:
        """Return all of them."""
        return LaterReview.objects.select_related("product", "merchant")


class LaterForm(forms.Form):
    """What to mend; empty where all is well."""

    note = ProseField(
        label="What to mend", max_length=1_000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}), help_text="The store reads it by mail.",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs("review_nomination")
def later_review(request: SignedIn, pk: int) -> HttpResponse:
    """Show what a trusted store changed, and write down what somebody thinks of it."""
    rows = LaterReview.objects.select_related("product", "merchant", "by", "looked_by")
    found = get_object_or_404(rows, pk=pk)
    form = LaterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        verdict = trust.Verdict.ASKED if "ask" in request.POST else trust.Verdict.FINE
        at, note = clock.moment_of(request), form.cleaned_data["note"]
        try:
            trust.look(pk, verdict, note, at=at, by=request.user)
        except ShopError as refusal:
            form.add_error(None, str(refusal))
        else:
            asked = verdict == trust.Verdict.ASKED
            messages.success(request, "The store is asked by mail." if asked else "Looked at.")
            return redirect(QUEUE)
    context: dict[str, Any] = {
        "look": found, "form": form,
        "differences": Table("Words before and after", SIDES, trust.shown_of(found),
                             classname="listing desk-before-after"),
    }  # fmt: skip
    trail = [(reverse(CHANGES), "Changes to look at"), (reverse(QUEUE), "Of trusted stores")]
    return show(
        request, "later_review.html", f"Change of {found}", trail=trail, icon="view",
        status=422 if form.errors else 200, **context,
        **lines_about(found.product or found.merchant),
    )  # fmt: skip


def waiting_later() -> int:
    """Return how many changes of trusted stores wait to be looked at. One statement."""
    return LaterReview.objects.filter(looked_at=None).count()
