"""Disturbances: those that go on and those that are over; told of, corrected, ended, removed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods
from wagtail.admin.widgets.button import HeaderButton

from cms.dashboard.confirm import Act, perform
from cms.dashboard.incidents.forms import IncidentForm, UpdateForm, first_of
from cms.dashboard.listing import ListView
from cms.dashboard.permissions import needs
from cms.dashboard.saved_form import KeptForm, keep
from cms.dashboard.screens import Trail, button
from cms.dashboard.tables import (
    BREAK,
    QUIET,
    Column,
    WhenColumn,
    joined,
    link,
    moment,
    small,
    status,
)
from shop.core import clock
from shop.festivals.local_time import wall_of
from shop.people.accounts.models import User
from shop.people.accounts.requests import SignedIn
from shop.reports.incidents.keep import (
    end_incident,
    keep_incident,
    keep_update,
    remove_incident,
    remove_update,
    reopen_incident,
)
from shop.reports.incidents.models import Incident, IncidentUpdate
from shop.reports.incidents.status import forget

LIST, TITLE, ICON = "desk:incidents", "Disturbances", "warning"
SEES, CHANGES = "view_festival", "publish_festival"
ABOUT = (
    "What shoppers and stores read at /status/, beside what the shop finds by itself. Write for "
    "them: what does not work, what happens to orders and money, and what they can do."
)


class IncidentsView(ListView):
    """All disturbances, those that go on first."""

    needed = SEES
    queryset = Incident.objects.prefetch_related("updates")
    default_ordering = ("-since", "-pk")
    page_title = TITLE
    header_icon = ICON
    table_label = TITLE
    none = "Nothing was told yet."
    about = ABOUT

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Lead to what everybody reads, and those who may to a new one."""
        found = [button("See the page", reverse("status"), "view")]
        if self.may(CHANGES):
            found.append(button("Tell of a disturbance", reverse("desk:incident-add"), "plus"))
        return found

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list."""
        return [
            Column("Title", _titled), WhenColumn("Since", "since"), Column("How it is", self.state),
            Column("Updates", self.updates), Column("Do", self.acts_of, "desk-acts"),
        ]  # fmt: skip

    def state(self, row: Incident) -> SafeString:
        """Say whether it goes on."""
        if row.ended_at:
            return small(status("over"), moment(row.ended_at))
        is_coming = row.since > self.at
        return status("announced") if is_coming else status("goes on", "critical")

    def updates(self, row: Incident) -> SafeString:
        """Return when something was added, with the ways to correct it for those who may."""
        return joined(BREAK, (self._update(one) for one in row.updates.all()))

    def _update(self, one: IncidentUpdate) -> SafeString | str:
        when = moment(one.at)
        if not self.may(CHANGES):
            return when
        return joined(" ", (
            when,
            link("Correct", reverse("desk:incident-update", args=[one.pk]), class_=QUIET,
                 aria_label=f"Correct what was added {when}"),
            link("Remove", reverse("desk:incident-update-remove", args=[one.pk]), class_=QUIET,
                 aria_label=f"Remove what was added {when}"),
        ))  # fmt: skip

    def acts_of(self, row: Incident) -> SafeString | str:
        """Return what can be done with a disturbance."""
        if not self.may(CHANGES):
            return ""
        words = [("Add an update", "incident-update-add"), ("Correct", "incident-edit")]
        links = [(word, reverse(f"desk:{name}", args=[row.pk])) for word, name in words]
        acts = [("Remove", "remove")]
        if row.since <= self.at:
            turn = ("Goes on", "reopen") if row.ended_at else ("It is over", "end")
            acts.insert(0, turn)
        links += [(word, reverse("desk:incident-act", args=[row.pk, name])) for word, name in acts]
        return joined(" ", (
            link(word, where, class_=QUIET, aria_label=f"{word}: {row}") for word, where in links
        ))  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHANGES)
def add(request: SignedIn) -> HttpResponse:
    """Tell of a disturbance."""
    first = {"since": wall_of(clock.moment_of(request), settings.SHOP_ZONE)}
    return _form(request, IncidentForm(None, request.POST or None, initial=first), None)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHANGES)
def edit(request: SignedIn, pk: int) -> HttpResponse:
    """Correct what is told of a disturbance."""
    row = get_object_or_404(Incident, pk=pk)
    form = IncidentForm(row, request.POST or None, initial=first_of(row))
    return _form(request, form, row)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHANGES)
def add_update(request: SignedIn, pk: int) -> HttpResponse:
    """Add what is known since."""
    row = get_object_or_404(Incident, pk=pk)
    return _update_form(request, UpdateForm(None, request.POST or None), row, None)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHANGES)
def edit_update(request: SignedIn, pk: int) -> HttpResponse:
    """Correct what was added."""
    row = get_object_or_404(IncidentUpdate.objects.select_related("incident"), pk=pk)
    form = UpdateForm(row, request.POST or None, initial={"text": row.text})
    return _update_form(request, form, row.incident, row)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHANGES)
def drop_update(request: SignedIn, pk: int) -> HttpResponse:
    """Ask whether something that was added should go, and remove it."""
    row = get_object_or_404(IncidentUpdate.objects.select_related("incident"), pk=pk)

    def run(_answers: dict[str, Any]) -> str:
        remove_update(row, at=clock.moment_of(request), by=request.user)
        forget()
        return "Removed."

    act = Act("Remove an update", "Remove it", [row.text], run)
    return perform(request, act, back=reverse(LIST), trail=_trail())


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHANGES)
def act(request: SignedIn, pk: int, name: str) -> HttpResponse:
    """Say that a disturbance is over or goes on, or remove it."""
    row = get_object_or_404(Incident, pk=pk)
    if name not in ACTS:
        raise Http404
    title, word, effect, do = ACTS[name]

    def run(_answers: dict[str, Any]) -> str:
        do(row, at=clock.moment_of(request), by=request.user)
        forget()
        return f"{title}."

    found = Act(f"{title}: {row}", word, [effect], run)
    return perform(request, found, back=reverse(LIST), trail=_trail())


ENDS = "The page lists it for 90 days; the line on top of pages goes."
MISTAKE = (
    "For one that was written by mistake: nobody reads of it any more. One that is over is ended."
)
ACTS = {
    "end": ("Over", "It is over", ENDS, end_incident),
    "reopen": ("Goes on", "It goes on", "It stands among what is disturbed again.",
               reopen_incident),
    "remove": ("Removed", "Remove it", MISTAKE, remove_incident),
}  # fmt: skip


def _form(request: SignedIn, form: IncidentForm, row: Incident | None) -> HttpResponse:
    said = "Saved. Everybody reads it within half a minute."

    def save(seen: int, at: datetime, by: User) -> None:
        keep_incident(form.facts(), row, seen=seen, at=at, by=by)
        forget()

    page = KeptForm("Tell of a disturbance", said, LIST, ICON, _trail())
    return keep(request, page, form, row, save)


def _update_form(
    request: SignedIn, form: UpdateForm, incident: Incident, row: IncidentUpdate | None
) -> HttpResponse:
    def save(_seen: int, at: datetime, by: User) -> None:
        keep_update(incident, form.cleaned_data["text"], form.texts, row, at=at, by=by)
        forget()

    page = KeptForm(f"Add to: {incident}", "Saved.", LIST, ICON, _trail())
    return keep(request, page, form, row, save)


def _trail() -> Trail:
    return [(reverse(LIST), TITLE)]


def _titled(row: Incident) -> SafeString:
    return small(row.title, "On top of every page" if row.on_pages and not row.ended_at else "")
